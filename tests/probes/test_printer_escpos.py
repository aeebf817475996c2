"""A receipt printer: what its bits mean, when it is not asked, and what silence is."""

import os
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest

from probes.kinds.printer_escpos import COUNT_SECONDS, PrinterEscpos
from probes.raw import printer as raw
from probes.raw.rest import REST_SECONDS
from probes.raw.way import NodeWay
from probes.reading import Actor, ProbeError, Reading, Severity, State
from probes.text import clean
from probes.wire import stream
from probes.wire.stream import Exchange, Outcome
from tests.fakes.rawprinter import RawPrinter, Receipt, closed_port, full_backlog
from tests.fakes.serialprinter import SerialPrinter


@pytest.fixture
def receipt() -> Receipt:
    return Receipt()


@pytest.fixture
def fake(receipt: Receipt) -> Iterator[RawPrinter]:
    with RawPrinter(receipt) as fake:
        yield fake


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "ANSWER_SECONDS", 0.1)


def probe_of(fake: RawPrinter) -> PrinterEscpos:
    return PrinterEscpos(host="127.0.0.1", port=fake.port)


def codes(reading: Reading) -> list[tuple[str, str]]:
    return [one.key for one in reading.faults]


def test_a_healthy_printer_is_ok(fake: RawPrinter) -> None:
    reading = probe_of(fake).read()
    assert reading.state is State.OK
    assert reading.capabilities == {
        "media": True,
        "media_low": False,
        "cover": True,
        "errors": True,
        "supplies": False,
        "counters": False,
    }


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ("paper_out", [("media-empty", "")]),
        ("paper_low", [("media-low", "")]),
        ("cover", [("cover-open", "")]),
        ("cutter", [("media-jam", "cutter")]),
        ("jammed", [("media-jam", "")]),
        ("broken", [("hardware-failure", "")]),
        ("hot", [("overheating", "print head")]),
        ("offline", [("offline", "")]),
        ("feeding", []),
    ],
)
def test_each_fault_appears_and_clears(
    receipt: Receipt, fake: RawPrinter, wrong: str, expected: list[tuple[str, str]]
) -> None:
    probe = probe_of(fake)
    setattr(receipt, wrong, True)
    assert codes(probe.read()) == expected
    setattr(receipt, wrong, False)
    assert probe.read().state is State.OK


def test_paper_out_blocks_and_the_counter_staff_can_mend_it(receipt: Receipt, fake: RawPrinter) -> None:
    receipt.paper_out = True
    (fault,) = probe_of(fake).read().faults
    assert (fault.severity, fault.actor) == (Severity.BLOCKING, Actor.COUNTER)
    assert fault.detail == "DLE EOT 1=0x1a 2=0x32 3=0x12 4=0x7e"


def test_near_end_is_a_capability_only_once_it_was_seen(receipt: Receipt, fake: RawPrinter) -> None:
    probe = probe_of(fake)
    receipt.paper_low = True
    assert probe.read().state is State.DEGRADED
    receipt.paper_low = False
    assert probe.read().capabilities["media_low"]


def test_a_cover_opened_in_the_middle_of_a_receipt_is_no_overheating(receipt: Receipt, fake: RawPrinter) -> None:
    receipt.cover = receipt.hot = True
    assert codes(probe_of(fake).read()) == [("cover-open", "")]


def test_an_error_that_no_bit_names_is_still_an_error() -> None:
    reading = PrinterEscpos(host="192.0.2.1").judge([b"\x1a", b"\x12", b"\x52", b"\x12"])
    assert reading is not None
    assert codes(reading) == [("other", "")]


def test_a_bit_that_manuals_call_undefined_is_not_believed_alone() -> None:
    reading = PrinterEscpos(host="192.0.2.1").judge([b"\x12", b"\x12", b"\x12", b"\x16"])
    assert reading is not None
    assert reading.faults == ()


def test_status_bytes_that_come_unasked_are_read_past(receipt: Receipt, fake: RawPrinter) -> None:
    receipt.asb = b"\x14\x00\x00\x0f"
    receipt.cover = True
    assert codes(probe_of(fake).read()) == [("cover-open", "")]


@pytest.mark.usefixtures("impatient")
def test_a_clone_that_knows_only_two_questions_tells_no_more_than_that(receipt: Receipt, fake: RawPrinter) -> None:
    receipt.known = (1, 4)
    reading = probe_of(fake).read()
    assert reading.state is State.OK
    assert reading.capabilities["media"]
    assert not reading.capabilities["cover"]
    assert not reading.capabilities["errors"]


@pytest.mark.usefixtures("impatient")
def test_after_an_unanswered_question_nothing_more_is_asked(receipt: Receipt, fake: RawPrinter) -> None:
    receipt.known = (1,)
    probe_of(fake).read()
    assert receipt.asked == [1, 4]


@pytest.mark.usefixtures("impatient")
def test_a_silent_printer_is_unknown_not_broken(fake: RawPrinter) -> None:
    fake.mute = True
    with pytest.raises(ProbeError, match="connected, but it does not answer status requests"):
        probe_of(fake).read()


@pytest.mark.usefixtures("impatient")
def test_garbage_is_unknown_not_broken(fake: RawPrinter) -> None:
    fake.garbage = b"\x00\xff" * 3000
    with pytest.raises(ProbeError, match=r"it sent \d+ bytes of something else"):
        probe_of(fake).read()


def test_a_printer_that_hangs_up_at_once_is_unknown(fake: RawPrinter) -> None:
    fake.closes = True
    with pytest.raises(ProbeError, match="closed the connection"):
        probe_of(fake).read()


def test_a_slow_printer_is_waited_for(receipt: Receipt, fake: RawPrinter) -> None:
    receipt.asb = b"\x14\x00\x00\x0f"
    receipt.paper_out = True
    fake.drip_seconds = 0.02
    assert codes(probe_of(fake).read()) == [("media-empty", "")]


def test_a_dripping_printer_holds_nobody_beyond_the_deadline(
    receipt: Receipt, fake: RawPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raw, "ASK_SECONDS", 0.3)
    receipt.asb = b"\x00" * 1000
    fake.drip_seconds = 0.01
    started = time.monotonic()
    with pytest.raises(ProbeError):
        probe_of(fake).read()
    assert time.monotonic() - started < 2


@pytest.mark.usefixtures("impatient")
def test_a_printer_that_serves_another_pc_is_unknown() -> None:
    with full_backlog() as port, pytest.raises(ProbeError, match="may print for another PC"):
        PrinterEscpos(host="127.0.0.1", port=port).read()


def test_a_port_that_refuses_is_silence_only_when_it_lasts() -> None:
    probe = PrinterEscpos(host="127.0.0.1", port=closed_port())
    now = 1000.0
    probe._clock = lambda: now
    with pytest.raises(ProbeError, match="refuses the connection; it may be printing"):
        probe.read()
    now += raw.REFUSED_SECONDS
    reading = probe.read()
    assert reading.state is State.UNREACHABLE
    assert codes(reading) == [("not-responding", "")]


def test_an_answer_in_between_ends_the_refusal(fake: RawPrinter) -> None:
    probe = probe_of(fake)
    now = 1000.0
    probe._clock = lambda: now
    probe._refused_since = now - raw.REFUSED_SECONDS
    assert probe.read().reachable
    fake.stop()
    with pytest.raises(ProbeError, match="refuses"):
        probe.read()


def test_no_answer_to_the_connection_is_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("probes.wire.stream.dial", Mock(side_effect=TimeoutError))
    assert codes(PrinterEscpos(host="192.0.2.1").read()) == [("not-responding", "")]


def test_a_printer_may_be_given_by_its_name(fake: RawPrinter) -> None:
    assert PrinterEscpos(host="localhost", port=fake.port).read().state is State.OK


def test_a_name_without_address_does_not_blame_the_printer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("probes.wire.names.name_servers", lambda: ())
    with pytest.raises(ProbeError, match=r"printer\.invalid: no address found .*write the printer's IP address"):
        PrinterEscpos(host="printer.invalid").read()


def test_a_pc_without_network_does_not_blame_the_printer(monkeypatch: pytest.MonkeyPatch) -> None:
    error = OSError(101, "Network is unreachable")
    monkeypatch.setattr("probes.wire.stream.dial", Mock(side_effect=error))
    with pytest.raises(ProbeError, match="cannot connect from this PC"):
        PrinterEscpos(host="192.0.2.1").read()


class Queue:
    """What the spooler says: None for no job, else for how long nothing has moved."""

    def __init__(self) -> None:
        self.still: float | None = None

    def still_seconds(self, _now: float) -> float | None:
        return self.still

    def close(self) -> None:
        self.still = None


@pytest.fixture
def queue() -> Queue:
    return Queue()


@pytest.fixture
def queued(fake: RawPrinter, queue: Queue) -> PrinterEscpos:
    probe = PrinterEscpos(host="127.0.0.1", port=fake.port, queue="resi")
    probe._jobs = queue
    return probe


def test_a_printer_with_a_job_is_not_asked(fake: RawPrinter, queue: Queue, queued: PrinterEscpos) -> None:
    queue.still = 2.0
    with pytest.raises(ProbeError, match="a job is being printed"):
        queued.read()
    assert fake.sessions == 0


def test_during_a_job_what_stood_stands(receipt: Receipt, queue: Queue, queued: PrinterEscpos) -> None:
    receipt.paper_low = True
    queued.read()
    queue.still = 2.0
    reading = queued.read()
    assert reading.faults == ()
    assert {"media-low", "media-empty", "not-responding", "not-connected"} <= reading.skipped


def test_a_job_that_does_not_move_is_a_fault_of_its_own(queue: Queue, queued: PrinterEscpos) -> None:
    queue.still = raw.STUCK_SECONDS
    reading = queued.read()
    assert codes(reading) == [("queue-stuck", "")]
    assert "queue-stuck" not in reading.skipped
    assert "media-empty" in reading.skipped


def test_a_refusal_just_after_a_job_is_no_silence(fake: RawPrinter, queue: Queue, queued: PrinterEscpos) -> None:
    now = 1000.0
    queued._clock = lambda: now
    queued._refused_since = now - raw.REFUSED_SECONDS
    queue.still = 0.0
    queued._last = Reading(reachable=True)
    queued.read()
    queue.still = None
    fake.stop()
    with pytest.raises(ProbeError):
        queued.read()
    now += raw.AFTER_JOB_SECONDS
    assert codes(queued.read()) == [("not-responding", "")]


@pytest.mark.usefixtures("impatient")
def test_counters_are_read_only_on_request_and_once_an_hour(receipt: Receipt, fake: RawPrinter) -> None:
    receipt.counters = {148: 99, 20: 9, 149: 7, 21: 6, 178: 50, 50: 5, 198: 2, 70: 1}
    assert probe_of(fake).read().samples == ()
    probe = PrinterEscpos(host="127.0.0.1", port=fake.port, maintenance_counters=True)
    now = 1000.0
    probe._clock = lambda: now
    found = {(s.metric.name, *s.labels): s.value for s in probe.read().samples}
    assert found["jagaloket_printer_line_feeds_total", "new"] == 99
    assert found["jagaloket_printer_cuts_total", "service"] == 5
    assert found["jagaloket_printer_operating_seconds_total", "new"] == 7200
    receipt.counters[178] = 51
    assert {(s.metric.name, *s.labels): s.value for s in probe.read().samples} == found
    now += COUNT_SECONDS
    assert ("jagaloket_printer_cuts_total", 51) in {(s.metric.name, s.value) for s in probe.read().samples}


@pytest.mark.usefixtures("impatient")
def test_counters_that_were_not_answered_are_not_asked_again(fake: RawPrinter) -> None:
    probe = PrinterEscpos(host="127.0.0.1", port=fake.port, maintenance_counters=True)
    assert not probe.read().capabilities["counters"]
    sessions = fake.sessions
    now = time.monotonic() + 10 * COUNT_SECONDS
    probe._clock = lambda: now
    probe.read()
    assert fake.sessions == sessions + 1


def test_a_printer_with_a_fault_is_not_asked_for_counters(receipt: Receipt, fake: RawPrinter) -> None:
    receipt.cover = True
    PrinterEscpos(host="127.0.0.1", port=fake.port, maintenance_counters=True).read()
    assert fake.sessions == 1


def test_a_serial_printer_answers_in_a_process_of_its_own(receipt: Receipt) -> None:
    receipt.paper_out = True
    with SerialPrinter(receipt) as serial:
        probe = PrinterEscpos(device=serial.path, baud=19200)
        assert codes(probe.read()) == [("media-empty", "")]
        assert serial.speed == termios.B19200
        receipt.paper_out = False
        assert probe.read().state is State.OK


def test_a_healthy_answer_over_a_node_is_kept_for_a_minute(receipt: Receipt) -> None:
    with SerialPrinter(receipt) as serial:
        probe = PrinterEscpos(device=serial.path)
        now = 1000.0
        probe._clock = lambda: now
        probe.read()
        asked = len(receipt.asked)
        receipt.cover = True
        assert probe.read().state is State.OK
        assert len(receipt.asked) == asked
        now += REST_SECONDS
        assert codes(probe.read()) == [("cover-open", "")]


def test_a_serial_port_that_another_program_has_locked_is_busy(receipt: Receipt) -> None:
    with SerialPrinter(receipt) as serial, serial.locked(), pytest.raises(ProbeError, match="a job is being printed"):
        PrinterEscpos(device=serial.path).read()


def test_a_missing_node_is_not_connected() -> None:
    reading = PrinterEscpos(device="/dev/usb/lp99").read()
    assert reading.state is State.UNREACHABLE
    assert codes(reading) == [("not-connected", "")]


@pytest.mark.parametrize(
    ("outcome", "expected"), [(Outcome.ABSENT, ["not-connected"]), (Outcome.REFUSED, ["not-responding"])]
)
def test_what_a_node_answers_is_judged_like_a_connection(tmp_path: Path, outcome: Outcome, expected: list[str]) -> None:
    probe = node_probe(tmp_path, outcome)
    probe._refused_since = probe._clock() - raw.REFUSED_SECONDS
    assert [one.code for one in probe.read().faults] == expected


def test_a_node_without_rights_is_unknown(tmp_path: Path) -> None:
    with pytest.raises(ProbeError, match="not allowed"):
        node_probe(tmp_path, Outcome.DENIED).read()


def node_probe(folder: Path, outcome: Outcome) -> PrinterEscpos:
    probe = PrinterEscpos(device="/dev/usb/lp99")
    node = Mock(spec=NodeWay, ask=Mock(return_value=Exchange(outcome=outcome, detail=clean("not allowed"))))
    node.is_there.return_value = folder.exists()
    probe._node = node
    return probe


def test_a_node_whose_driver_is_lent_to_cups_is_not_unplugged(tmp_path: os.PathLike[str]) -> None:
    probe = PrinterEscpos(device="/dev/usb/lp99")
    assert probe._node is not None
    probe._node.home = os.fspath(tmp_path)
    with pytest.raises(ProbeError, match="a job is being printed"):
        probe.read()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "^host: write host"),
        ({"host": "192.0.2.1", "device": "/dev/usb/lp0"}, "^host: write host"),
        ({"host": "192.0.2.1:9100"}, "^host: must be an address"),
        ({"host": "no host"}, "^host: "),
        ({"host": "192.0.2.1", "port": 0}, "^port: must be from 1"),
        ({"device": "lp0"}, "^device: must be a device node"),
        ({"device": "/dev/../etc/passwd"}, "^device: must be a device node"),
        ({"device": "/dev/ttyUSB0", "baud": 9601}, "^baud: must be one of"),
        ({"host": "192.0.2.1", "queue": "a b"}, "^queue: must be the name"),
    ],
)
def test_a_mistaken_option_is_named(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        PrinterEscpos(**options)  # type: ignore[arg-type] # mistaken on purpose
