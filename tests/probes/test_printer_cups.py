"""What is told of a CUPS queue, and of real CUPS and ippeveprinter."""

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from probes.ipp.queues import candidates, role_of
from probes.kinds.printer_ipp import PrinterIpp
from probes.printer import OLDEST_JOB_SECONDS, QUEUE_JOBS, SUPPLY_RATIO
from probes.reading import ProbeError, Reading, State
from tests.fakes.cups import RealCups, RealPrinter, real_cups, real_printer
from tests.fakes.http import free_port
from tests.fakes.ipp import HEALTHY, Attributes, FakePrinter, Value, listening, listening_at


def told(reading: Reading) -> list[str]:
    return [f"{one.code}/{one.part}/{one.actor}" for one in reading.faults]


def job(number: int, *, age: int = 0, state: int = 5, printed: int = 0) -> Attributes:
    return {
        "job-id": number, "job-state": state, "time-at-creation": 100_000 - age, "job-impressions-completed": printed,
    }  # fmt: skip


class Queue:
    """A queue of a CUPS that does what it is told, on a clock that is told the time."""

    def __init__(self, probe: PrinterIpp, cups: FakePrinter) -> None:
        self.probe, self.cups, self.now = probe, cups, 1000.0
        probe._clock = lambda: self.now

    def look(self, *jobs: Attributes, later: float = 0, **queue: Any) -> Reading:  # noqa: ANN401 - any attribute
        self.now += later
        self.cups.jobs = list(jobs)
        self.cups.printer = dict(HEALTHY)
        self.cups.printer |= {"queued-job-count": len(jobs), "printer-up-time": 99_000 + int(self.now)}
        self.cups.printer |= {name.replace("_", "-"): value for name, value in queue.items()}
        return self.probe.read()


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    cups = FakePrinter()
    with listening_at(tmp_path / "cups.sock", cups.play) as path:
        probe = PrinterIpp(queue="resi", cups=path)
        yield Queue(probe, cups)
        probe.close()


# What CUPS knows


@pytest.mark.parametrize("reasons", [["paused"], ["none"], ["moving-to-paused"]])
def test_a_stopped_queue_is_told_with_its_message(queue: Queue, reasons: list[Value]) -> None:
    reading = queue.look(printer_state=5, printer_state_reasons=reasons, printer_state_message="habis kertas")
    assert told(reading) == ["queue-stopped//technician"]
    assert "habis kertas" in reading.faults[0].detail


def test_a_queue_that_takes_no_jobs_is_stopped_too(queue: Queue) -> None:
    assert told(queue.look(printer_is_accepting_jobs=False)) == ["queue-stopped//technician"]


def test_an_idle_queue_is_not_believed_about_its_printer(queue: Queue) -> None:
    assert told(queue.look(printer_state_reasons=["cover-open-report", "offline-report"])) == []


def test_a_printing_queue_is_believed_about_its_printer(queue: Queue) -> None:
    reading = queue.look(job(1), printer_state=4, printer_state_reasons=["media-empty-warning", "cups-waiting-for-job"])
    assert told(reading) == ["media-empty//counter"]


def test_what_cups_says_of_itself_is_no_fault(queue: Queue) -> None:
    words: list[Value] = [
        "cups-missing-filter-warning",
        "cups-ipp-conformance-failure-report",
        "com.apple.print.recoverable-warning",
    ]
    assert told(queue.look(job(1), printer_state=4, printer_state_reasons=words)) == []


def test_a_queue_says_that_it_cannot_tell_of_paper_and_covers(queue: Queue) -> None:
    assert queue.look().capabilities == {
        "media": False, "cover": False, "supplies": False, "trays": False, "jobs": True,
    }  # fmt: skip


# Jobs that do not move


def test_a_job_that_does_not_move_makes_the_queue_stuck(queue: Queue) -> None:
    assert told(queue.look(job(1), printer_state=4)) == []
    assert told(queue.look(job(1), printer_state=4, later=599)) == []
    assert told(queue.look(job(1), printer_state=4, later=2)) == ["queue-stuck//technician"]


def test_a_long_job_that_moves_is_not_stuck(queue: Queue) -> None:
    for page in range(10):
        reading = queue.look(job(1, printed=page), printer_state=4, later=300)
        assert told(reading) == []
    assert [s.value for s in reading.samples if s.metric is OLDEST_JOB_SECONDS] == [3000]


def test_a_long_queue_that_moves_is_not_stuck(queue: Queue) -> None:
    for done in range(10):
        waiting = [job(number) for number in range(done, 20)]
        assert told(queue.look(*waiting, printer_state=4, later=300)) == []


def test_a_job_that_was_old_at_the_first_look_is_stuck_at_once(queue: Queue) -> None:
    reading = queue.look(job(1, age=7200, state=3))
    assert told(reading) == ["queue-stuck//technician"]


@pytest.mark.parametrize("state", [4, 7, 8, 9])
def test_a_held_or_finished_job_holds_nothing_up(queue: Queue, state: int) -> None:
    assert told(queue.look(job(1, age=7200, state=state))) == []


def test_a_jump_of_the_wall_clock_makes_no_job_old(queue: Queue) -> None:
    assert told(queue.look(job(1), printer_state=4)) == []
    reading = queue.look(job(1), printer_state=4, printer_up_time=2_000_000_000, later=60)
    assert told(reading) == []
    assert [s.value for s in reading.samples if s.metric is OLDEST_JOB_SECONDS] == [60]


def test_a_stuck_queue_is_not_told_when_its_cause_is(queue: Queue) -> None:
    reading = queue.look(job(1, age=7200), printer_state=4, printer_state_reasons="media-empty-error")
    assert told(reading) == ["media-empty//counter"]


def test_an_empty_queue_has_forgotten_the_last_jam(queue: Queue) -> None:
    queue.look(job(1, age=7200))
    assert told(queue.look(later=60)) == []
    assert told(queue.look(job(2), later=60)) == []


def test_jobs_that_cups_keeps_to_itself_are_a_thing_it_cannot_tell(queue: Queue) -> None:
    queue.cups.jobs_status = 0x0403
    reading = queue.look(job(1))
    assert reading.capabilities["jobs"] is False
    assert [s.value for s in reading.samples if s.metric is QUEUE_JOBS] == [1]
    assert not [s for s in reading.samples if s.metric is OLDEST_JOB_SECONDS]


# A printer that CUPS does not reach


def test_a_printer_that_is_off_is_silent_once_its_job_waits_a_minute(queue: Queue) -> None:
    address = f"ipp://127.0.0.1:{free_port()}/ipp/print"
    assert queue.look(job(1), printer_state=4, device_uri=address).state is State.OK
    reading = queue.look(job(1), printer_state=4, device_uri=address, later=61)
    assert reading.state is State.UNREACHABLE
    assert told(reading) == ["not-responding//counter"]
    assert reading.facts["device_uri"] == address


def test_a_printer_that_is_there_but_prints_nothing_is_a_stuck_queue(queue: Queue) -> None:
    with listening(FakePrinter().play) as address:
        for later, faults in ((0, []), (61, []), (600, ["queue-stuck//technician"])):
            assert told(queue.look(job(1), printer_state=4, device_uri=address, later=later)) == faults


@pytest.mark.parametrize(
    "told_by_cups",
    [
        {"printer_state_reasons": "connecting-to-device"},
        {"printer_state_reasons": "offline-report"},
        {"printer_state_message": "The printer may not exist or is unavailable at this time."},
    ],
)
def test_cups_may_say_itself_that_it_reaches_nobody(queue: Queue, told_by_cups: dict[str, Any]) -> None:
    queue.look(job(1), printer_state=4, device_uri="socket://192.0.2.7", **told_by_cups)
    reading = queue.look(job(1), printer_state=4, device_uri="socket://192.0.2.7", later=61, **told_by_cups)
    assert (reading.reachable, told(reading)) == (False, ["not-responding//counter"])


# CUPS itself


def test_a_cups_that_does_not_run_is_a_failed_service(tmp_path: Path) -> None:
    reading = PrinterIpp(queue="resi", cups=str(tmp_path / "cups.sock")).read()
    assert (reading.state, told(reading)) == (State.FAILED, ["service-failed/cups/technician"])
    assert "queue-stuck" in reading.skipped


def test_a_queue_that_cups_does_not_have_is_a_mistake_in_the_configuration(queue: Queue) -> None:
    queue.cups.status = 0x0406
    with pytest.raises(ProbeError, match="lpstat -v"):
        queue.look()


# Identity


@pytest.mark.parametrize(
    ("given", "facts"),
    [
        (
            {"device_uri": "usb://EPSON/TM-T82?serial=X7", "printer_make_and_model": "EPSON TM-T82"},
            {"vendor": "EPSON", "model": "TM-T82", "serial": "X7", "device_uri": "usb://EPSON/TM-T82?serial=X7"},
        ),
        (
            {
                "device_uri": "smb://budi:r@ha/sia@192.0.2.9/lp",
                "printer_make_and_model": "Brother HL-L2350DW, driverless",
            },
            {"vendor": "Brother", "model": "HL-L2350DW", "device_uri": "smb://192.0.2.9/lp"},
        ),
        ({"printer_make_and_model": "Printer - IPP Everywhere"}, {"model": "Printer"}),
        ({"printer_make_and_model": "Local Raw Printer"}, {}),
    ],
)
def test_a_queue_tells_which_printer_it_is_without_passwords(
    queue: Queue, given: dict[str, Any], facts: dict[str, str]
) -> None:
    assert queue.look(**given).facts == facts


# Discovery


def test_queues_are_found_with_label_and_role(tmp_path: Path) -> None:
    queues: list[Attributes] = [
        {"printer-name": "Resi_1", "printer-info": "Printer resi", "device-uri": "usb://EPSON/TM-T82?serial=1"},
        {"printer-name": "PDF", "device-uri": "cups-pdf:/"},
        {"printer-name": "kantor", "device-uri": "ipp://192.0.2.7/ipp/print", "printer-make-and-model": "HP LaserJet"},
    ]
    with listening_at(tmp_path / "cups.sock", FakePrinter(queues=queues).play) as path:
        found = list(candidates(path))
    assert [(one.id, one.label, one.role, one.options) for one in found] == [
        ("resi-1", "Printer resi", "receipt-printer", {"queue": "Resi_1"}),
        ("kantor", "kantor", "office-printer", {"queue": "kantor"}),
    ]
    assert "uri = ipp://192.0.2.7/ipp/print" in found[1].note
    assert {one.kind for one in found} == {"printer_ipp"}


def test_without_cups_nothing_is_found_at_once(tmp_path: Path) -> None:
    began = time.monotonic()
    assert list(candidates(str(tmp_path / "none.sock"))) == []
    assert time.monotonic() - began < 0.5


def test_discovery_asks_this_pcs_cups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with listening_at(tmp_path / "cups.sock", FakePrinter(queues=[{"printer-name": "resi"}]).play) as path:
        monkeypatch.setattr("probes.kinds.printer_ipp.CUPS_SOCKET", path)
        assert [one.options for one in PrinterIpp.discover()] == [{"queue": "resi"}]


@pytest.mark.parametrize(
    ("model", "role"),
    [
        ("EPSON TM-T82", "receipt-printer"),
        ("XP-58", "receipt-printer"),
        ("POS-80C", "receipt-printer"),
        ("EPSON XP-6000 Series", "office-printer"),
        ("Zebra ZD230", "label-printer"),
        ("Zebra ZXP Series 3", "card-printer"),
        ("Fargo DTC1250e", "card-printer"),
        ("HP LaserJet CP1025", "office-printer"),
        ("Datacard CP60", "card-printer"),
        ("Brother HL-L2350DW", "office-printer"),
        ("EPSON LX-310", "office-printer"),
    ],
)
def test_a_role_is_guessed_from_the_model(model: str, role: str) -> None:
    assert role_of(model) == role


# Real CUPS, real printer


def until(look: Callable[[], Reading], *faults: str, seconds: float = 10) -> Reading:
    """The first reading with just these faults."""
    ends = time.monotonic() + seconds
    while True:
        reading = look()
        if told(reading) == list(faults):
            return reading
        assert time.monotonic() < ends, f"still {told(reading)}, not {faults}"
        time.sleep(0.1)


def until_all_is_printed(queue: PrinterIpp) -> None:
    ends = time.monotonic() + 10
    while [s.value for s in queue.read().samples if s.metric is QUEUE_JOBS] != [0]:
        assert time.monotonic() < ends, "jobs still wait"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def printer() -> Iterator[RealPrinter]:
    with real_printer() as printer:
        yield printer


@pytest.fixture(scope="module")
def cups(printer: RealPrinter) -> Iterator[RealCups]:
    with real_cups() as cups:
        cups.say("lpadmin", "-p", "loket", "-E", "-v", printer.uri, "-m", "everywhere")
        yield cups


@pytest.fixture
def through_cups(cups: RealCups) -> Iterator[PrinterIpp]:
    with contextlib.closing(PrinterIpp(queue="loket", cups=cups.socket)) as probe:
        yield probe


def test_a_real_printer_tells_toner_and_waste(printer: RealPrinter) -> None:
    probe = PrinterIpp(uri=printer.uri)
    printer.panel("supplies?supply0=25&supply1=3")
    reading = until(probe.read, "toner-low//counter")
    assert [(s.labels[0], s.value) for s in reading.samples if s.metric is SUPPLY_RATIO] == [("Black Toner", 0.03)]
    printer.panel("supplies?supply0=25&supply1=0")
    until(probe.read, "toner-empty/Black Toner/counter")
    printer.panel("supplies?supply0=98&supply1=80")
    until(probe.read, "marker-waste-almost-full//technician")
    printer.panel("supplies?supply0=25&supply1=80")
    until(probe.read)


def test_a_real_cover_is_seen_at_the_printer_but_not_through_cups(
    printer: RealPrinter, cups: RealCups, through_cups: PrinterIpp
) -> None:
    probe = PrinterIpp(uri=printer.uri)
    cups.print("loket", "STATE: +cover-open")
    until(probe.read, "cover-open//counter")
    assert told(through_cups.read()) == []
    cups.print("loket", "STATE: -cover-open")
    until(probe.read)
    until_all_is_printed(through_cups)


def test_a_real_tray_that_runs_empty_while_a_job_prints(
    printer: RealPrinter, cups: RealCups, through_cups: PrinterIpp
) -> None:
    direct = PrinterIpp(uri=printer.uri)
    printer.panel("media?size1=na_letter_8.5x11in&type1=stationery&level1=0")
    until(direct.read, "media-empty/main/counter")
    cups.print("loket")
    until(direct.read, "media-empty/main/counter", "media-needed//counter")
    until(through_cups.read, "media-empty//counter", "media-needed//counter")
    cups.say("cancel", "-a", "loket")
    printer.switch_off()
    printer.switch_on()  # ippeveprinter takes new paper only when it starts
    until(direct.read)
    until(through_cups.read)


def test_a_real_queue_that_somebody_stopped(cups: RealCups, through_cups: PrinterIpp) -> None:
    cups.say("cupsdisable", "-r", "habis kertas", "loket")
    reading = until(through_cups.read, "queue-stopped//technician")
    assert "habis kertas" in reading.faults[0].detail
    cups.say("cupsenable", "loket")
    until(through_cups.read)
    cups.say("cupsreject", "loket")
    until(through_cups.read, "queue-stopped//technician")
    cups.say("cupsaccept", "loket")
    until(through_cups.read)


def test_a_real_printer_that_is_switched_off_with_a_job_waiting(
    printer: RealPrinter, cups: RealCups, through_cups: PrinterIpp
) -> None:
    through_cups._clock = lambda: time.monotonic() * 100  # a minute in 0.6 s
    direct = PrinterIpp(uri=printer.uri)
    printer.switch_off()
    until(direct.read, "not-responding//counter")
    cups.print("loket")
    until(through_cups.read, "not-responding//counter")
    cups.say("cancel", "-a", "loket")
    printer.switch_on()
    until(through_cups.read)
    until(direct.read)


def test_a_real_cups_that_is_stopped_and_started(cups: RealCups, through_cups: PrinterIpp) -> None:
    assert told(through_cups.read()) == []
    cups.stop()
    assert told(through_cups.read()) == ["service-failed/cups/technician"]
    cups.start()
    until(through_cups.read)


def test_a_real_cups_tells_its_queues(cups: RealCups, printer: RealPrinter) -> None:
    assert [(one.id, one.options["queue"]) for one in candidates(cups.socket)] == [("loket", "loket")]
    assert printer.uri in next(candidates(cups.socket)).note
