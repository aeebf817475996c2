"""The DNS client against servers that are good, silent, wrong and hostile."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.wire import dns
from tests.fakes.dns import AAAA, CNAME, A, DnsServer, answer, knows, name, record, refuses, silent

QUESTION = dns.encode(0x1234, "example.org")


def test_a_good_answer_gives_addresses_aliases_and_the_lowest_ttl() -> None:
    packet = answer(
        QUESTION,
        record(CNAME, name("cdn.example.net"), ttl=5),
        record(A, bytes([192, 0, 2, 7]), ttl=300),
        record(AAAA, bytes(15) + b"\1", ttl=300),
    )
    said = dns.decode(packet, QUESTION)
    assert said is not None
    assert (said.addresses, said.aliases, said.ttl_seconds) == (("192.0.2.7", "::1"), ("cdn.example.net",), 5)
    assert said.verdict == "NOERROR"


def test_the_question_may_come_back_in_other_letters() -> None:
    assert dns.decode(answer(QUESTION).replace(b"example", b"eXaMpLe"), QUESTION) is not None


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        QUESTION,
        b"\xff\xff" + answer(QUESTION)[2:],
        answer(dns.encode(0x1234, "other.org")),
        answer(QUESTION, flags=0x8180 | 0x2800),
        answer(QUESTION, b"\xc0\x0c\x00"),
        answer(QUESTION, record(A, b"\1\2\3\4", owner=b"\xc0\xff")),
        answer(QUESTION, record(A, b"\1\2\3\4", owner=bytes([0xC0, len(answer(QUESTION))]))),
        answer(QUESTION, record(A, b"\1\2\3\4", owner=b"\x80aaaa\0")),
        answer(QUESTION, record(CNAME, b"\xc0" + bytes([len(answer(QUESTION)) + 12]))),
        answer(QUESTION, record(CNAME, b"\x03\xff\xff\xff\0")),
    ],
    ids=[
        "empty",
        "the question itself",
        "another id",
        "another question",
        "another opcode",
        "a record cut off",
        "a pointer past the end",
        "a pointer to itself",
        "a reserved label type",
        "an alias that points to itself",
        "an alias that is not ASCII",
    ],
)
def test_what_is_no_answer_is_passed_over(packet: bytes) -> None:
    assert dns.decode(packet, QUESTION) is None


def test_more_records_than_anybody_needs_are_cut_off() -> None:
    said = dns.decode(answer(QUESTION, *[record(A, b"\1\2\3\4")] * 200), QUESTION)
    assert said is not None
    assert len(said.addresses) == 64


def test_records_that_were_promised_but_are_missing_end_the_list() -> None:
    head = QUESTION[:2] + struct.pack("!5H", 0x8180, 1, 65535, 0, 0)
    said = dns.decode(head + QUESTION[12:] + record(A, b"\1\2\3\4"), QUESTION)
    assert said is not None
    assert said.addresses == ("1.2.3.4",)


@given(st.binary(max_size=200))
def test_no_datagram_makes_decoding_raise(tail: bytes) -> None:
    dns.decode(answer(QUESTION, tail), QUESTION)
    dns.decode(QUESTION[:2] + tail, QUESTION)


@pytest.mark.parametrize("wrong", ["", "a..b", "x" * 64 + ".org", ".".join(["abcdefgh"] * 30), "bücher.example"])
def test_a_name_that_cannot_be_asked_for_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"host name|ascii"):
        dns.encode(1, wrong)


def test_a_server_is_asked_and_its_answer_is_timed() -> None:
    with DnsServer(knows("192.0.2.9")) as server:
        said = dns.ask(server.at, ["example.org"], 2)
    assert said is not None
    assert said.addresses == ("192.0.2.9",)
    assert 0 < said.seconds < 2


def test_the_next_name_is_asked_where_the_first_has_no_address() -> None:
    def reply(question: bytes) -> list[bytes]:
        return [answer(question, rcode=3)] if b"gone" in question else list(knows("192.0.2.9")(question))

    with DnsServer(reply) as server:
        said = dns.ask(server.at, ["gone.example", "example.org"], 2)
    assert said is not None
    assert said.addresses == ("192.0.2.9",)


def test_a_server_that_only_fails_says_how() -> None:
    with DnsServer(refuses(2)) as server:
        said = dns.ask(server.at, ["example.org", "example.net"], 2)
    assert said is not None
    assert (said.verdict, len(server.asked)) == ("SERVFAIL", 2)


def test_a_bare_refusal_without_a_question_counts() -> None:
    with DnsServer(lambda q: [q[:2] + struct.pack("!5H", 0x8185, 0, 0, 0, 0)]) as server:
        said = dns.ask(server.at, ["example.org"], 2)
    assert said is not None
    assert said.verdict == "REFUSED"


def test_silence_ends_at_the_deadline_after_every_name_was_asked() -> None:
    with DnsServer(silent) as server:
        assert dns.ask(server.at, ["example.org", "example.org"], 0.1) is None
    assert len(server.asked) == 2


def test_forgeries_before_the_answer_are_passed_over() -> None:
    def reply(question: bytes) -> list[bytes]:
        forged = bytes([question[0] ^ 1]) + answer(question, record(A, b"\6\6\6\6"))[1:]
        return [forged, b"\0", *knows("192.0.2.9")(question)]

    with DnsServer(reply) as server:
        said = dns.ask(server.at, ["example.org"], 2)
    assert said is not None
    assert said.addresses == ("192.0.2.9",)


def test_a_late_answer_to_the_first_question_still_counts() -> None:
    questions: list[bytes] = []

    def reply(question: bytes) -> list[bytes]:
        questions.append(question)
        return list(knows("192.0.2.9")(questions[0])) if len(questions) == 2 else []

    with DnsServer(reply) as server:
        said = dns.ask(server.at, ["example.org", "example.net"], 0.2)
    assert said is not None
    assert said.addresses == ("192.0.2.9",)


def test_a_port_where_nobody_listens_is_an_error_at_once() -> None:
    with DnsServer(silent) as server:
        gone = server.at
    with pytest.raises(ConnectionRefusedError):
        dns.ask(gone, ["example.org"], 2)
