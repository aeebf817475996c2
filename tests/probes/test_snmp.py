"""SNMP on the wire: every question comes to an end, whatever answers it."""

import contextlib
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from probes.reading import ProbeError
from probes.wire.address import Endpoint
from probes.wire.snmp import MAX_AT_ONCE, CommunityLine, SilenceError, Talk, oid
from probes.wire.snmp_codec import Answer, Ask, MalformedError, Question, Version, decode, encode
from probes.wire.snmp_value import UNREADABLE, name, value
from tests.fakes.snmp import Mischief, SnmpAgent

NAME, LEVEL = oid("1.3.6.1.2.1.43.11.1.1.6"), oid("1.3.6.1.2.1.43.11.1.1.9")
FIRST, SECOND = (*LEVEL, 1, 1), (*LEVEL, 1, 2)
TALKS: list[Talk] = []
ROWS = """
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.2435.2.3.9.1
1.3.6.1.2.1.43.11.1.1.6.1.1|4|Black Toner
1.3.6.1.2.1.43.11.1.1.6.1.2|4|Drum
1.3.6.1.2.1.43.11.1.1.9.1.1|2|40
1.3.6.1.2.1.43.11.1.1.9.1.2|2|-3
1.3.6.1.2.1.43.12.1.1.4.1.1|4|black
"""


@pytest.fixture
def agent() -> Iterator[SnmpAgent]:
    with SnmpAgent(ROWS) as agent:
        yield agent


def talk_to(agent: SnmpAgent, version: Version = Version.V2C, community: bytes = b"public") -> Talk:
    line = CommunityLine(
        endpoint=Endpoint("127.0.0.1", agent.port),
        community=community,
        version=version,
        timeout_seconds=0.15,
        retries=1,
    )
    talk = Talk(line)
    TALKS.append(talk)
    return talk


@pytest.fixture(autouse=True)
def _ends() -> Iterator[None]:
    yield
    while TALKS:
        TALKS.pop().line.end()


def get(talk: Talk, *oids: tuple[int, ...]) -> dict[tuple[int, ...], object]:
    with talk.look():
        return dict(talk.get(oids))


def walk(talk: Talk, *columns: tuple[int, ...]) -> dict[tuple[int, ...], object]:
    with talk.look():
        return dict(talk.walk(columns))


def test_get_gives_numbers_octets_and_oids_as_they_are(agent: SnmpAgent) -> None:
    found = get(talk_to(agent), FIRST, (*NAME, 1, 1), oid("1.3.6.1.2.1.1.2.0"))
    assert found == {
        FIRST: 40,
        (*NAME, 1, 1): b"Black Toner",
        oid("1.3.6.1.2.1.1.2.0"): oid("1.3.6.1.4.1.2435.2.3.9.1"),
    }


@pytest.mark.parametrize("version", Version)
def test_what_the_device_lacks_is_left_out(agent: SnmpAgent, version: Version) -> None:
    assert get(talk_to(agent, version), FIRST, oid("1.3.6.1.2.1.43.18.1.1.2.1.1"), SECOND) == {FIRST: 40, SECOND: -3}


def test_version_1_asks_for_what_is_lacking_only_once(agent: SnmpAgent) -> None:
    talk = talk_to(agent, Version.V1)
    get(talk, FIRST, oid("1.3.6.1.9.9.1"))
    before = len(agent.asked)
    get(talk, FIRST, oid("1.3.6.1.9.9.1"))
    assert len(agent.asked) - before == 1


@pytest.mark.parametrize("version", Version)
def test_a_walk_reads_its_columns_and_nothing_beyond(agent: SnmpAgent, version: Version) -> None:
    assert walk(talk_to(agent, version), NAME, LEVEL) == {
        (*NAME, 1, 1): b"Black Toner",
        (*NAME, 1, 2): b"Drum",
        FIRST: 40,
        SECOND: -3,
    }


@pytest.mark.parametrize("version", Version)
def test_a_walk_may_end_with_everything_the_device_has(agent: SnmpAgent, version: Version) -> None:
    assert walk(talk_to(agent, version), oid("1.3.6.1.2.1.43.12.1.1.4")) == {
        oid("1.3.6.1.2.1.43.12.1.1.4.1.1"): b"black"
    }


def test_a_second_walk_asks_for_as_many_rows_as_there_were(agent: SnmpAgent) -> None:
    agent.load([f"1.3.6.1.2.1.43.11.1.1.9.1.{row}|2|{row}" for row in range(1, 31)])
    talk = talk_to(agent, community=b"public")
    walk(talk, LEVEL)
    first = len(agent.asked)
    walk(talk, LEVEL)
    assert len(agent.asked) - first == 1


def test_a_device_of_version_1_is_found_out_and_remembered(agent: SnmpAgent) -> None:
    agent.v1_only = True
    talk = talk_to(agent)
    assert get(talk, FIRST) == {FIRST: 40}
    before = len(agent.asked)
    assert walk(talk, LEVEL) == {FIRST: 40, SECOND: -3}
    assert {pdu for pdu, _ in agent.asked[before:]} == {0xA1}


def test_a_device_that_was_silent_in_both_versions_is_asked_by_the_newer_one_again(agent: SnmpAgent) -> None:
    agent.mute = True
    talk = talk_to(agent)
    with pytest.raises(SilenceError):
        get(talk, FIRST)
    agent.mute = False
    before = len(agent.asked)
    assert walk(talk, LEVEL) == {FIRST: 40, SECOND: -3}
    assert 0xA5 in {pdu for pdu, _ in agent.asked[before:]}


def test_a_device_that_answers_one_variable_at_a_time_is_found_out_and_remembered(agent: SnmpAgent) -> None:
    agent.one_column = True
    talk = talk_to(agent)
    assert get(talk, FIRST, SECOND) == {FIRST: 40, SECOND: -3}
    before = len(agent.asked)
    assert len(walk(talk, NAME, LEVEL)) == 4
    assert {count for _, count in agent.asked[before:]} == {1}


@pytest.mark.parametrize("mischief", [Mischief.TOO_BIG, Mischief.GENERIC_ERROR])
def test_too_much_at_once_is_asked_for_in_pieces(agent: SnmpAgent, mischief: Mischief) -> None:
    agent.mischief = mischief
    talk = talk_to(agent, Version.V1)
    assert get(talk, FIRST, SECOND) == {FIRST: 40, SECOND: -3}
    assert len(walk(talk, NAME, LEVEL)) == 4


def test_silence_is_its_own_error(agent: SnmpAgent) -> None:
    agent.mute = True
    with pytest.raises(SilenceError, match=r"did not answer within 0\.15 s"):
        get(talk_to(agent), FIRST)


def test_a_wrong_community_is_silence(agent: SnmpAgent) -> None:
    with pytest.raises(SilenceError):
        get(talk_to(agent, community=b"wrong"), FIRST)


def test_a_closed_port_is_silence_that_says_so() -> None:
    with SnmpAgent() as gone:
        pass
    with pytest.raises(SilenceError) as error:
        get(talk_to(gone), FIRST)
    assert error.value.refused


@pytest.mark.parametrize(
    ("mischief", "says"),
    [
        (Mischief.WRONG_REQUEST_ID, "an answer to another question"),
        (Mischief.TRUNCATED, "no SNMP message"),
        (Mischief.GARBAGE, "no SNMP message"),
        (Mischief.HUGE, "more than 8192 bytes"),
    ],
)
def test_nonsense_is_named_and_is_no_silence(agent: SnmpAgent, mischief: Mischief, says: str) -> None:
    agent.mischief = mischief
    with pytest.raises(ProbeError, match=says) as error:
        get(talk_to(agent), FIRST)
    assert not isinstance(error.value, SilenceError)


@pytest.mark.parametrize(
    ("mischief", "says"),
    [
        (Mischief.REPEATS, "repeats itself"),
        (Mischief.CYCLES, "repeats itself"),
        (Mischief.ENDLESS, "lists more than a printer has"),
        (Mischief.EMPTY, "answers with nothing in it"),
    ],
)
@pytest.mark.parametrize("version", Version)
def test_a_walk_that_would_never_end_is_ended_and_named(
    agent: SnmpAgent,
    mischief: Mischief,
    says: str,
    version: Version,
) -> None:
    agent.mischief = mischief
    with pytest.raises(ProbeError, match=says):
        walk(talk_to(agent, version), LEVEL)
    assert len(agent.asked) < 110


def test_a_hundred_thousand_rows_are_too_many(agent: SnmpAgent) -> None:
    agent.load([f"1.3.6.1.2.1.43.11.1.1.9.1.{row}|2|1" for row in range(100_000)])
    with pytest.raises(ProbeError, match="lists more than a printer has"):
        walk(talk_to(agent), LEVEL)


def test_an_answer_after_the_deadline_is_seen_as_one_at_the_next_look(agent: SnmpAgent) -> None:
    agent.delay_seconds = 0.4
    talk = talk_to(agent, Version.V1)
    with pytest.raises(SilenceError):
        get(talk, FIRST)
    with pytest.raises(ProbeError, match="an answer to another question") as error:
        get(talk, FIRST)
    assert not isinstance(error.value, SilenceError)


def test_the_retry_accepts_the_answer_to_the_first_try(agent: SnmpAgent) -> None:
    agent.delay_seconds = 0.2
    answer = talk_to(agent).line.ask(Question(ask=Ask.GET, oids=(FIRST,)), time.monotonic() + 5)
    assert answer.rows == ((FIRST, 40),)


def test_values_of_a_wrong_type_do_not_cost_the_others(agent: SnmpAgent) -> None:
    agent.put("1.3.6.1.2.1.43.11.1.1.9.1.1|70|18446744073709551615")
    agent.rows[SECOND] = b"\x02\x00"  # an INTEGER without octets
    assert get(talk_to(agent), FIRST, SECOND) == {FIRST: 2**64 - 1, SECOND: UNREADABLE}


def silently(talk: Talk) -> None:
    with contextlib.suppress(SilenceError):
        get(talk, FIRST)


def test_a_silent_one_keeps_nobody_waiting() -> None:
    with SnmpAgent(ROWS) as willing, SnmpAgent(ROWS) as silent:
        silent.mute = True
        talks = [talk_to(willing) for _ in range(12)]
        for talk in talks:
            get(talk, FIRST)
        answers: list[object] = []
        waiting = [talk_to(silent) for _ in range(8)]
        blocked = [threading.Thread(target=lambda talk=talk: silently(talk)) for talk in waiting]
        asking = [threading.Thread(target=lambda talk=talk: answers.append(get(talk, FIRST))) for talk in talks]
        started = time.monotonic()
        for thread in [*blocked, *asking]:
            thread.start()
        for thread in asking:
            thread.join()
        took = time.monotonic() - started
        for thread in blocked:
            thread.join()
    assert answers == [{FIRST: 40}] * 12
    assert took < 5


class Counter:
    """A line that counts how many looks use such lines at the same time."""

    bulk = True
    endpoint = Endpoint("192.0.2.7", 161)
    lock = threading.Lock()
    together = most = 0

    def open(self) -> None: ...

    def close(self) -> None: ...

    def end(self) -> None: ...

    def ask(self, question: Question, until: float) -> Answer:
        del until
        if len(question.oids) > 1:  # not the greeting
            with Counter.lock:
                Counter.together += 1
                Counter.most = max(Counter.most, Counter.together)
            threading.Event().wait(0.02)
            with Counter.lock:
                Counter.together -= 1
        return Answer(request=0, status=0, index=0, rows=())


def test_no_more_than_four_looks_ask_at_the_same_time() -> None:
    looks = [threading.Thread(target=get, args=(Talk(Counter()), FIRST, SECOND)) for _ in range(16)]
    for look in looks:
        look.start()
    for look in looks:
        look.join()
    assert Counter.most == MAX_AT_ONCE


def get_and_walk(talk: Talk) -> None:
    with talk.look():
        talk.get((FIRST, SECOND))
        talk.walk((LEVEL,))


def test_who_falls_silent_in_the_middle_of_a_look_is_not_called_silent(agent: SnmpAgent) -> None:
    talk = talk_to(agent)
    get(talk, FIRST, SECOND)
    walk(talk, LEVEL)
    agent.answers_left = 1
    with pytest.raises(ProbeError, match="in the middle of a look") as error:
        get_and_walk(talk)
    assert not isinstance(error.value, SilenceError)


def test_a_message_is_what_the_standard_says() -> None:
    question = Question(ask=Ask.BULK, oids=(oid("1.3.6.1"),), repetitions=10)
    message = encode(Version.V2C, b"public", 1, question)
    assert message.hex(" ", 1) == (
        "30 21 02 01 01 04 06 70 75 62 6c 69 63 a5 14 02 01 01 02 01 00 02 01 0a 30 09 30 07 06 03 2b 06 01 05 00"
    )


def test_long_and_broken_names_and_values_are_no_names_and_unreadable() -> None:
    with pytest.raises(ValueError, match="without a name"):
        name(b"\x06\x02\x2b\x80")
    with pytest.raises(ValueError, match="without a length"):
        name(b"\x06")
    assert value(b"\x06\x07\x2b\x8f\xff\xff\xff\xff\x7f") == UNREADABLE
    assert value(b"\x02\x05\x01") == UNREADABLE
    assert value(b"\x02\x0a" + b"\x01" * 10) == UNREADABLE
    assert value(b"\x9f\x01\x00") == UNREADABLE
    assert value(b"\x05\x00") is None


def test_no_bytes_at_all_are_malformed() -> None:
    with pytest.raises(MalformedError):
        decode(b"")


def test_neither_pysmi_nor_cryptography_nor_asyncio_is_loaded_for_a_community() -> None:
    script = (
        "import sys, probes.mib.look\n"
        "print(sorted({'pysmi', 'cryptography', 'asyncio', 'pysnmp.entity'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_pc_without_such_a_printer_never_loads_pysnmp() -> None:
    script = "import sys, probes.kinds.printer_snmp\nprint('pysnmp' in sys.modules, 'pyasn1' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False False"


def test_any_mutation_of_an_answer_is_read_or_refused_quickly() -> None:
    with SnmpAgent(ROWS) as agent:
        seed = agent.answer(encode(Version.V2C, b"public", 7, Question(ask=Ask.GET, oids=(FIRST, (*NAME, 1, 1)))))
    assert seed is not None
    dice = random.Random(20261124)  # noqa: S311 - a repeatable game of dice
    for _ in range(500):
        mutated = bytearray(seed)
        for _ in range(dice.randint(1, 8)):
            mutated[dice.randrange(len(mutated))] = dice.randrange(256)
        try:
            decode(bytes(mutated))
        except MalformedError:
            continue
