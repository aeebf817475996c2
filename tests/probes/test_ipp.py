"""IPP on the wire: what is asked, what is understood, what is refused."""

import errno
import os
import socket
import threading
import time
from pathlib import Path

import pytest

from probes.reading import ProbeError
from probes.wire import ipp, names
from probes.wire.dial import Server, cups_server, server
from probes.wire.ipp import Tag, decode
from probes.wire.ipp_client import Client, Operation, encode
from probes.wire.ipp_http import Line, Unwilling
from tests.fakes.certificates import Authority
from tests.fakes.http import HttpServer, Script, closes, drips, free_port, mute, page, says
from tests.fakes.ipp import HEALTHY, FakePrinter, answer, attribute, group, http_answer, listening, listening_at

ASKED = ((Tag.URI, "printer-uri", ("ipp://localhost/",)), (Tag.INTEGER, "limit", (5,)))


def nested(depth: int) -> bytes:
    """A collection in a collection in a collection."""
    member = attribute(0x4A, "", ["x"])
    opens = attribute(0x34, "media-col", [b""]) + (member + attribute(0x34, "", [b""])) * (depth - 1)
    return opens + attribute(0x37, "", [b""]) * depth


def ask(uri: str, seconds: float = 2.0) -> ipp.Message:
    client = Client(line=Line(server=server(uri)))
    return client.ask(Operation.GET_PRINTER_ATTRIBUTES, ASKED, until=time.monotonic() + seconds)


# Bytes


def test_a_request_reads_back_as_it_was_written() -> None:
    request = decode(encode(Operation.GET_JOBS, 7, (*ASKED, (Tag.KEYWORD, "which-jobs", ("a", "b")))))
    (operation,) = request.groups
    assert (request.version, request.status, request.request_id) == ((2, 0), Operation.GET_JOBS, 7)
    assert list(operation.attributes)[:2] == ["attributes-charset", "attributes-natural-language"]
    assert operation.texts("which-jobs") == ["a", "b"]
    assert operation.integer("limit") == 5


def test_an_answer_keeps_groups_values_and_signs() -> None:
    printer, jobs = (
        group(Tag.PRINTER_GROUP, {"marker-levels": [50, -3], "ok": True}),
        group(Tag.JOB_GROUP, {"job-id": 9}),
    )
    message = decode(answer(printer, jobs, jobs))
    assert message.all(Tag.PRINTER_GROUP)[0].integers("marker-levels") == [50, -3]
    assert message.all(Tag.PRINTER_GROUP)[0].boolean("ok") is True
    assert [job.integer("job-id") for job in message.all(Tag.JOB_GROUP)] == [9, 9]


def test_text_is_cleaned_when_it_is_read() -> None:
    message = decode(answer(group(Tag.PRINTER_GROUP, {"printer-info": b"Loket\r\nBcc: \x1b]0;x\x07"})))
    assert message.all(Tag.PRINTER_GROUP)[0].text("printer-info") == "Loket Bcc: ?]0;x?"


def test_a_language_before_a_text_is_taken_off() -> None:
    raw = b"\x00\x02id\x00\x05Tutup"
    message = decode(answer(bytes([Tag.PRINTER_GROUP]) + attribute(0x35, "printer-info", [raw])))
    assert message.all(Tag.PRINTER_GROUP)[0].text("printer-info") == "Tutup"


@pytest.mark.parametrize("tag", [0x10, 0x12, 0x13])
def test_a_value_out_of_band_is_no_value(tag: int) -> None:
    message = decode(answer(bytes([Tag.PRINTER_GROUP]) + attribute(tag, "printer-info", [b""])))
    assert message.all(Tag.PRINTER_GROUP)[0].text("printer-info") == ""
    assert message.all(Tag.PRINTER_GROUP)[0].integer("printer-info") is None


def test_a_value_of_another_type_is_no_value() -> None:
    found = decode(answer(group(Tag.PRINTER_GROUP, {"printer-state": "3", "printer-info": 3}))).groups[-1]
    assert found.integer("printer-state") is None
    assert found.text("printer-info") == ""
    assert found.boolean("printer-info") is None


def test_an_integer_of_three_octets_is_no_value() -> None:
    found = decode(answer(bytes([Tag.PRINTER_GROUP]) + attribute(Tag.INTEGER, "n", [b"\0\0\1"]))).groups[-1]
    assert found.integer("n") is None


def test_what_follows_a_collection_is_found() -> None:
    body = bytes([Tag.PRINTER_GROUP]) + nested(ipp.MAX_DEPTH) + attribute(Tag.ENUM, "printer-state", [3])
    assert decode(answer(body)).groups[-1].integer("printer-state") == 3


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (nested(ipp.MAX_DEPTH + 1), "nested"),
        (nested(5000), "nested"),
        (attribute(0x34, "media-col", [b""]), "nested"),
        (attribute(0x37, "media-col", [b""]), "nested"),
        (b"".join(attribute(Tag.INTEGER, f"a{n}", [n]) for n in range(ipp.MAX_ATTRIBUTES + 1)), "attributes"),
        (attribute(Tag.INTEGER, "a", range(ipp.MAX_VALUES + 1)), "values"),
        (attribute(Tag.INTEGER, "", [1]), "no attribute"),
        (bytes([Tag.PRINTER_GROUP]) * ipp.MAX_GROUPS, "groups"),
        (attribute(0x35, "printer-info", [b"\x00\x02id\x00\x09Tutup"]), "cut off"),
    ],
)
def test_an_answer_beyond_a_limit_is_refused(body: bytes, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        decode(answer(bytes([Tag.PRINTER_GROUP]) + body))


def test_an_answer_cut_off_anywhere_is_refused() -> None:
    whole = answer(group(Tag.PRINTER_GROUP, HEALTHY))
    for length in range(len(whole)):
        with pytest.raises(ValueError, match=r"ends|cut off"):
            decode(whole[:length])


@pytest.mark.parametrize(
    "raw",
    [
        b"<html><body>Login</body></html>",
        b"\x05\x00" + bytes(20),
        b"\x02\x00\x00\x00\x00\x00\x00\x01\x44\x00\x01a\x00\x01b\x03",
    ],
)
def test_what_is_not_ipp_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r"version|before any group"):
        decode(raw)


def test_an_answer_longer_than_a_mebibyte_is_not_read() -> None:
    with pytest.raises(ValueError, match="longer"):
        decode(answer() + bytes(ipp.MAX_ANSWER_BYTES))


# Addresses


def test_a_printers_address_has_port_and_path_by_default() -> None:
    assert str(server("ipp://192.0.2.7")) == "192.0.2.7:631"
    assert server("ipp://192.0.2.7").uri == "ipp://192.0.2.7:631/ipp/print"
    assert server("ipps://[2001:db8::7]:443/ipp/faxout").uri == "ipps://[2001:db8::7]:443/ipp/faxout"


@pytest.mark.parametrize(
    "uri", ["http://192.0.2.7/", "192.0.2.7", "ipp://", "ipp://me:secret@192.0.2.7/", "ipp://a b/"]
)
def test_what_is_no_printers_address_is_refused_with_an_example(uri: str) -> None:
    with pytest.raises(ValueError, match="write"):
        server(uri)


def test_a_path_cannot_smuggle_a_header() -> None:
    assert "\r" not in server("ipp://192.0.2.7/a%0d%0ab c\r\nX: y").path


def test_cups_is_named_localhost() -> None:
    assert cups_server("/run/cups/cups.sock", "/printers/resi").uri == "ipp://localhost/printers/resi"
    assert cups_server("192.0.2.9", "/").at != "192.0.2.9"


# HTTP


def test_a_kept_connection_serves_many_questions(tmp_path: Path) -> None:
    printer = FakePrinter()
    with listening_at(tmp_path / "cups.sock", printer.play) as path:
        client = Client(line=Line(server=Server(at=path), keep=True))
        for _ in range(3):
            client.ask(Operation.GET_PRINTER_ATTRIBUTES, ASKED, until=time.monotonic() + 2)
        client.close()
    assert len({request.request_id for request in printer.requests}) == 3


def test_a_kept_connection_that_was_closed_is_opened_anew() -> None:
    printer = FakePrinter(one_shot=True)
    with HttpServer(printer.play) as at:
        client = Client(line=Line(server=server(f"ipp://{at.at}/"), keep=True))
        for _ in range(3):
            client.ask(Operation.GET_PRINTER_ATTRIBUTES, ASKED, until=time.monotonic() + 2)
        client.close()
        assert at.callers == 3


def test_a_printer_on_plain_tcp_gets_its_session_back() -> None:
    with HttpServer(FakePrinter().play) as at:
        for _ in range(2):
            ask(f"ipp://{at.at}/")
        assert at.callers == 2


def test_an_old_printer_is_asked_in_its_own_version_ever_after() -> None:
    printer = FakePrinter(only_version=(1, 1))
    with listening(printer.play) as uri:
        client = Client(line=Line(server=server(uri)))
        for _ in range(2):
            client.ask(Operation.GET_PRINTER_ATTRIBUTES, ASKED, until=time.monotonic() + 2)
    assert [request.version for request in printer.requests] == [(2, 0), (1, 1), (1, 1)]


def test_nobody_there_is_silence_not_an_error() -> None:
    with pytest.raises(ConnectionRefusedError, match="connection refused"):
        ask(f"ipp://127.0.0.1:{free_port()}/")


def test_a_missing_socket_is_a_service_that_is_not_there(tmp_path: Path) -> None:
    client = Client(line=Line(server=Server(at=str(tmp_path / "none.sock"))))
    with pytest.raises(ConnectionRefusedError):
        client.ask(Operation.GET_PRINTER_ATTRIBUTES, ASKED, until=time.monotonic() + 2)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.EHOSTUNREACH, ConnectionError),
        (errno.ETIMEDOUT, ConnectionError),
        (errno.ENETUNREACH, ProbeError),  # our own network is down: nothing is known of the printer
        (errno.EMFILE, ProbeError),
        (errno.EACCES, ProbeError),
    ],
)
def test_only_what_speaks_of_the_printer_is_its_silence(
    number: int, kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("probes.wire.dial.dial", connect)
    with pytest.raises(kind, match=r"192\.0\.2\.7:631: "):
        ask("ipp://192.0.2.7/")


def test_a_deadline_that_is_past_is_not_the_printers_silence() -> None:
    with pytest.raises(ProbeError, match="no time was left"):
        ask("ipp://192.0.2.7/", seconds=-1)


def test_a_name_without_an_address_is_no_fault_of_the_printer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("probes.wire.names.name_servers", lambda: ())
    with pytest.raises(ProbeError, match="write the printer's address"):
        ask("ipp://printer.invalid/")


IPP = answer(group(Tag.PRINTER_GROUP, HEALTHY))


@pytest.mark.parametrize(
    ("script", "what"),
    [
        (mute, "no whole answer in time"),
        (drips(http_answer(IPP), 0.05), "no whole answer in time"),
        (drips(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 90, 0.05), "no whole answer in time"),
        (closes, "broke off"),
        (says(b"SSH-2.0-OpenSSH_9.2\r\n"), "broke off"),
        (says(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500), "broke off"),
        (says(http_answer(IPP)[:-9]), "broken IPP"),
        (page(200, b"<html>", "Content-Type: text/html"), "text/html"),
        (page(401), "password"),
        (page(403), "access list"),
        (page(404), "/ipp/print"),
        (page(426), "ipps"),
        (page(302, b"", "Location: http://elsewhere.example/"), "HTTP 302"),
        (says(http_answer(answer(status=0x0406))), "lpstat"),
        (says(http_answer(answer(status=0x0499))), "0x0499"),
        (says(http_answer(b"")), "header"),
        (says(http_answer(bytes(ipp.MAX_ANSWER_BYTES + 2))), "more than"),
        (
            says(b"HTTP/1.1 200 OK\r\nContent-Type: application/ipp\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
            "broke",
        ),
    ],
)
def test_bad_manners_are_named_and_end_in_time(script: Script, what: str) -> None:
    began = time.monotonic()
    with listening(script) as uri, pytest.raises(ProbeError, match=what):
        ask(uri, seconds=0.4)
    assert time.monotonic() - began < 2


def test_an_endless_answer_ends_at_the_limit_of_size() -> None:
    def pours(caller: socket.socket, over: threading.Event) -> None:
        caller.recv(4096)
        caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/ipp\r\n\r\n")
        while not over.is_set():
            caller.sendall(bytes(65536))

    with listening(pours) as uri, pytest.raises(ProbeError, match="more than"):
        ask(uri)


def test_an_http_500_is_told_apart_for_it_may_be_sleep() -> None:
    with listening(page(500)) as uri, pytest.raises(Unwilling, match="asleep"):
        ask(uri)


# TLS


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def ask_secretly(at: HttpServer, *, verify: bool, seconds: float = 5.0) -> ipp.Message:
    client = Client(line=Line(server=server(f"ipps://{at.at}/ipp/print"), verify=verify, keep=True))
    try:
        for _ in range(2):
            message = client.ask(Operation.GET_PRINTER_ATTRIBUTES, ASKED, until=time.monotonic() + seconds)
    finally:
        client.close()
    return message


def test_a_certificate_that_nobody_signed_is_taken_unless_it_is_to_be_verified(authority: Authority) -> None:
    with HttpServer(FakePrinter().play, tls=authority.server("printer.example", 30)) as at:
        assert ask_secretly(at, verify=False).all(Tag.PRINTER_GROUP)
        with pytest.raises(ProbeError, match="check its certificate"):
            ask_secretly(at, verify=True)


def test_a_certificate_that_a_known_authority_signed_is_verified(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca_file))
    with HttpServer(FakePrinter().play, tls=authority.server("printer.example", 30)) as at:
        assert ask_secretly(at, verify=True).all(Tag.PRINTER_GROUP)
        assert at.callers == 1


def test_a_printer_without_tls_is_named() -> None:
    with HttpServer(FakePrinter().play) as at, pytest.raises(ProbeError, match="encrypted"):
        ask_secretly(at, verify=False, seconds=0.4)


def test_a_printer_with_several_addresses_is_asked_at_the_one_that_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    both = names.Found(addresses=("127.0.0.2", "127.0.0.1"))
    monkeypatch.setattr("probes.wire.names.lookup", lambda *_: both)
    with HttpServer(FakePrinter().play) as at:
        assert ask(f"ipp://printer.example:{at.port}/").all(Tag.PRINTER_GROUP)
