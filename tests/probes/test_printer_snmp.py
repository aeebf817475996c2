"""printer_snmp against an agent on the loopback: what it asks, when, and what it makes of bad answers."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from probes.kinds.printer_snmp import PrinterSnmp
from probes.mib.look import FULL_SECONDS, FULL_SECONDS_ASLEEP, FULL_SECONDS_WHILE_BLOCKED
from probes.reading import ProbeError, State
from probes.secret import Secret
from tests.fakes.clock import Clock
from tests.fakes.snmp import Mischief, SnmpAgent

DEVICE, PRINTER, MIB = "1.3.6.1.2.1.25.3.2.1.", "1.3.6.1.2.1.25.3.5.1.", "1.3.6.1.2.1.43."
GET = 0xA0
ROWS = f"""
1.3.6.1.2.1.1.1.0|4|Kyocera ECOSYS
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.1347.41
1.3.6.1.2.1.1.3.0|67|1000
{DEVICE}2.1|6|1.3.6.1.2.1.25.3.1.5
{DEVICE}3.1|4|ECOSYS M2040dn
{DEVICE}5.1|2|2
{PRINTER}1.1|2|3
{PRINTER}2.1|4x|00
{MIB}5.1.1.17.1|4|VR00000001
{MIB}5.1.1.18.1|65|4
{MIB}5.1.1.19.1|65|90
{MIB}8.2.1.9.1.1|2|250
{MIB}8.2.1.10.1.1|2|125
{MIB}8.2.1.13.1.1|4|Cassette 1
{MIB}11.1.1.5.1.1|2|3
{MIB}11.1.1.6.1.1|4|TK-1170
{MIB}11.1.1.8.1.1|2|7200
{MIB}11.1.1.9.1.1|2|3600
"""
PAPER_OUT = (f"{DEVICE}5.1|2|5", f"{PRINTER}1.1|2|1", f"{PRINTER}2.1|4x|40")
PAPER_IN = (f"{DEVICE}5.1|2|2", f"{PRINTER}1.1|2|3", f"{PRINTER}2.1|4x|00")


class OnLoopback(PrinterSnmp):
    """No port but one that nobody listens on: this PC may have a CUPS of its own."""

    other_ports = (9,)


@pytest.fixture
def agent() -> Iterator[SnmpAgent]:
    with SnmpAgent(ROWS) as agent:
        yield agent


@pytest.fixture
def printer(agent: SnmpAgent) -> Iterator[OnLoopback]:
    probe = OnLoopback(host="127.0.0.1", port=agent.port, timeout_seconds=0.2)
    yield probe
    probe.close()


def settle(printer: PrinterSnmp) -> None:
    printer.read()
    printer.read()


def asked_by(agent: SnmpAgent, what: Callable[[], object]) -> list[tuple[int, int]]:
    before = len(agent.asked)
    what()
    return agent.asked[before:]


def test_a_healthy_printer_is_told_whole(printer: OnLoopback) -> None:
    found = printer.read()
    assert found.state is State.OK
    assert found.facts["serial"] == "VR00000001"
    assert [(sample.metric.name, sample.value) for sample in found.samples] == [
        ("jagaloket_printer_supply_ratio", 0.5),
        ("jagaloket_printer_tray_ratio", 0.5),
    ]


def test_every_sample_belongs_to_a_declared_metric(printer: OnLoopback) -> None:
    assert {sample.metric for sample in printer.read().samples} <= set(PrinterSnmp.metrics)


def test_while_nothing_changes_a_look_is_one_request(agent: SnmpAgent, printer: OnLoopback) -> None:
    settle(printer)
    assert asked_by(agent, printer.read) == [(GET, 6)]


def test_printing_is_no_change(agent: SnmpAgent, printer: OnLoopback) -> None:
    settle(printer)
    agent.put(f"{PRINTER}1.1|2|4")
    assert asked_by(agent, printer.read) == [(GET, 6)]


@pytest.mark.parametrize(
    "change",
    [f"{DEVICE}5.1|2|3", f"{PRINTER}1.1|2|1", f"{PRINTER}2.1|4x|20", f"{MIB}5.1.1.18.1|65|5", f"{MIB}5.1.1.19.1|65|91"],
)
def test_a_changed_pulse_brings_a_full_look(agent: SnmpAgent, printer: OnLoopback, change: str) -> None:
    settle(printer)
    agent.put(change)
    assert len(asked_by(agent, printer.read)) > 5


def test_a_full_look_comes_every_ten_minutes(agent: SnmpAgent, printer: OnLoopback) -> None:
    clock = Clock()
    printer._clock = clock
    settle(printer)
    clock.now += FULL_SECONDS - 1
    assert len(asked_by(agent, printer.read)) == 1
    clock.now += 1
    assert len(asked_by(agent, printer.read)) > 5


def test_a_fault_appears_with_its_actor_and_clears(agent: SnmpAgent, printer: OnLoopback) -> None:
    settle(printer)
    for row in PAPER_OUT:
        agent.put(row)
    assert [(one.code, one.severity, one.actor) for one in printer.read().faults] == [
        ("media-empty", "blocking", "counter"),
    ]
    assert printer.read().state is State.FAILED
    for row in PAPER_IN:
        agent.put(row)
    assert printer.read().faults == ()
    assert printer.read().state is State.OK


def test_a_new_fault_is_looked_at_whole_once_more_and_then_by_its_pulse(agent: SnmpAgent, printer: OnLoopback) -> None:
    clock = Clock()
    printer._clock = clock
    settle(printer)
    for row in PAPER_OUT:
        agent.put(row)
    assert len(asked_by(agent, printer.read)) > 5
    assert len(asked_by(agent, printer.read)) > 5
    assert len(asked_by(agent, printer.read)) == 1
    clock.now += FULL_SECONDS_WHILE_BLOCKED
    assert len(asked_by(agent, printer.read)) > 5


def test_an_alert_row_names_the_cover_that_is_open(agent: SnmpAgent, printer: OnLoopback) -> None:
    settle(printer)
    for row in (
        f"{DEVICE}5.1|2|5",
        f"{MIB}5.1.1.18.1|65|5",
        f"{MIB}6.1.1.2.1.2|4|Penutup belakang",
        f"{MIB}6.1.1.3.1.2|2|3",
        *(f"{MIB}18.1.1.{column}.1.12|2|{number}" for column, number in ((2, 3), (3, 3), (4, 6), (5, 2), (7, 3))),
    ):
        agent.put(row)
    assert [(one.code, one.part) for one in printer.read().faults] == [("cover-open", "Penutup belakang")]


def test_a_printer_that_falls_asleep_is_healthy_and_asked_no_more_than_its_pulse(
    agent: SnmpAgent,
    printer: OnLoopback,
) -> None:
    settle(printer)
    agent.put(f"{PRINTER}1.1|2|1")
    assert printer.read().state is State.ASLEEP
    assert asked_by(agent, printer.read) == [(GET, 6)]


def test_a_sleeping_printer_is_read_whole_once_an_hour_only(agent: SnmpAgent, printer: OnLoopback) -> None:
    clock = Clock()
    printer._clock = clock
    agent.put(f"{PRINTER}1.1|2|1")
    settle(printer)
    clock.now += FULL_SECONDS + 1
    assert asked_by(agent, printer.read) == [(GET, 6)]
    clock.now += FULL_SECONDS_ASLEEP
    assert len(asked_by(agent, printer.read)) > 5


def test_silent_with_nothing_open_is_not_responding(agent: SnmpAgent, printer: OnLoopback) -> None:
    settle(printer)
    agent.mute = True
    found = printer.read()
    assert found.state is State.UNREACHABLE
    assert [one.code for one in found.faults] == ["not-responding"]
    agent.mute = False
    assert printer.read().state is State.OK


def test_silent_with_another_port_open_is_unknown_and_says_why(agent: SnmpAgent) -> None:
    agent.mute = True
    with socket.create_server(("127.0.0.1", 0)) as door:

        class WithDoor(PrinterSnmp):
            other_ports = (9, door.getsockname()[1])

        probe = WithDoor(host="127.0.0.1", port=agent.port, timeout_seconds=0.1, retries=0)
        with pytest.raises(ProbeError, match=r"answers the network .* but not our SNMP questions"):
            probe.read()
        probe.close()


@pytest.mark.parametrize(
    ("mischief", "says"),
    [
        (Mischief.WRONG_REQUEST_ID, "an answer to another question"),
        (Mischief.TRUNCATED, "no SNMP message"),
        (Mischief.GARBAGE, "no SNMP message"),
        (Mischief.HUGE, "more than 8192 bytes"),
        (Mischief.REPEATS, "repeats itself"),
        (Mischief.CYCLES, "repeats itself"),
        (Mischief.ENDLESS, "lists more than a printer has"),
        (Mischief.EMPTY, "answers with nothing in it"),
    ],
)
def test_bad_answers_are_a_named_error_and_no_fault(
    agent: SnmpAgent,
    printer: OnLoopback,
    mischief: Mischief,
    says: str,
) -> None:
    agent.mischief = mischief
    with pytest.raises(ProbeError, match=says):
        printer.read()
    agent.mischief = Mischief.NONE
    assert printer.read().state is State.OK


def test_wrong_types_make_the_state_unknown_and_no_fault(agent: SnmpAgent, printer: OnLoopback) -> None:
    agent.mischief = Mischief.WRONG_TYPES
    found = printer.read()
    assert (found.state, found.faults, found.samples) == (State.UNKNOWN, (), ())


def test_a_printer_of_version_1_that_takes_one_variable_at_a_time_works(agent: SnmpAgent, printer: OnLoopback) -> None:
    agent.v1_only = agent.one_column = True
    assert printer.read().state is State.OK
    for row in PAPER_OUT:
        agent.put(row)
    assert printer.read().state is State.FAILED


def test_the_community_comes_from_its_file(agent: SnmpAgent, tmp_path: Path) -> None:
    agent.community = b"rahasia"
    file = tmp_path / "community"
    file.write_text("rahasia\n")
    probe = OnLoopback(host="127.0.0.1", port=agent.port, community_file=Secret(file), timeout_seconds=0.2)
    assert probe.read().state is State.OK
    probe.close()


def test_a_secret_that_cannot_be_read_is_named_without_the_secret(tmp_path: Path) -> None:
    probe = OnLoopback(host="127.0.0.1", community_file=Secret(tmp_path / "none"))
    with pytest.raises(ProbeError, match=r"community_file: cannot use .*none: No such file"):
        probe.read()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"host": "10.0.0.5:161"}, "host: must be an address or a name alone"),
        ({"host": "not a host"}, "host: "),
        ({"port": 0}, "port: must be from 1 to 65535"),
        ({"version": "2"}, "version: there is no '2'; write \"2c\""),
        ({"version": "3"}, "user: version 3 needs"),
        ({"version": "3", "user": "a", "community_file": Secret(Path("x"))}, "community_file: version 3 has"),
        ({"version": "3", "user": "a", "auth_protocol": "sha3"}, "auth_protocol: there is no 'sha3'"),
        ({"version": "3", "user": "a", "auth_protocol": "sha"}, "auth_key_file: give auth_protocol and"),
        (
            {"version": "3", "user": "a", "priv_protocol": "aes", "priv_key_file": Secret(Path("x"))},
            "auth_protocol: privacy needs authentication",
        ),
        ({"user": "a"}, "user: a user belongs to version 3"),
        ({"timeout_seconds": 0.0}, "timeout_seconds: must be above 0"),
        ({"retries": 9}, "retries: must be from 0 to 3"),
        ({"quirks": ("upside-down",)}, "quirks: there is no 'upside-down'; there are "),
    ],
)
def test_a_wrong_option_says_what_to_write_instead(options: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        PrinterSnmp(**{"host": "192.0.2.7", **options})


def work_until(enough: threading.Event) -> None:
    while not enough.is_set():
        pass


def test_fifty_printers_in_one_round_are_all_heard_while_the_pc_is_busy(agent: SnmpAgent) -> None:
    probes = [OnLoopback(host="127.0.0.1", port=agent.port) for _ in range(50)]
    states: list[State] = []
    enough = threading.Event()
    hogs = [threading.Thread(target=work_until, args=(enough,)) for _ in range(2)]
    looks = [threading.Thread(target=lambda probe=probe: states.append(probe.read().state)) for probe in probes]
    started = time.monotonic()
    for thread in [*hogs, *looks]:
        thread.start()
    for thread in looks:
        thread.join()
    enough.set()
    for thread in hogs:
        thread.join()
    for probe in probes:
        probe.close()
    assert states == [State.OK] * 50
    assert time.monotonic() - started < PrinterSnmp.deadline_seconds
