"""Nobody talks into a job: what CUPS tells about a queue, and what a printer probe makes of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from probes.kinds.printer_escpos import PrinterEscpos
from probes.raw.spooler import Spooler
from probes.reading import ProbeError, State
from tests.fakes.cups import real_cups
from tests.fakes.ipp import HEALTHY, FakePrinter, listening_at
from tests.fakes.rawprinter import RawPrinter, Receipt


@pytest.fixture
def cups() -> FakePrinter:
    return FakePrinter()


@pytest.fixture
def spooler(cups: FakePrinter, tmp_path: Path) -> Iterator[Spooler]:
    with listening_at(tmp_path / "cups.sock", cups.play) as path:
        spooler = Spooler("resi", path)
        yield spooler
        spooler.close()


def give_job(cups: FakePrinter, state: int, *, octets: int = 0) -> None:
    cups.printer = HEALTHY | {"queued-job-count": 1}
    cups.jobs = [{"job-id": 7, "job-state": state, "time-at-creation": 5000, "job-k-octets-processed": octets}]


def test_an_empty_queue_prints_nothing(spooler: Spooler) -> None:
    assert spooler.still_seconds(0.0) is None


@pytest.mark.parametrize("state", [3, 5, 6])
def test_a_job_that_waits_or_prints_is_told_with_its_standstill(
    cups: FakePrinter, spooler: Spooler, state: int
) -> None:
    give_job(cups, state)
    assert spooler.still_seconds(100.0) == 0
    assert spooler.still_seconds(160.0) == 60


def test_a_job_that_moves_does_not_stand_still(cups: FakePrinter, spooler: Spooler) -> None:
    give_job(cups, 5)
    spooler.still_seconds(100.0)
    give_job(cups, 5, octets=3)
    assert spooler.still_seconds(160.0) == 0


def test_a_held_job_does_not_count(cups: FakePrinter, spooler: Spooler) -> None:
    give_job(cups, 4)
    assert spooler.still_seconds(0.0) is None


def test_a_queue_that_keeps_its_jobs_to_itself_may_be_printing(cups: FakePrinter, spooler: Spooler) -> None:
    give_job(cups, 5)
    cups.jobs_status = 0x0403
    with pytest.raises(ProbeError, match="keeps its jobs to itself"):
        spooler.still_seconds(0.0)


def test_without_cups_nobody_knows_whether_it_prints(tmp_path: Path) -> None:
    with pytest.raises(ProbeError, match="CUPS does not tell whether queue resi prints"):
        Spooler("resi", str(tmp_path / "none.sock")).still_seconds(0.0)


def test_a_receipt_printer_is_asked_again_when_its_queue_is_empty(cups: FakePrinter, spooler: Spooler) -> None:
    receipt = Receipt()
    with RawPrinter(receipt) as fake:
        probe = PrinterEscpos(host="127.0.0.1", port=fake.port, queue="resi")
        probe._jobs = spooler
        give_job(cups, 5)
        with pytest.raises(ProbeError):
            probe.read()
        assert receipt.asked == []
        cups.printer = dict(HEALTHY)
        assert probe.read().state is State.OK
        probe.close()


@pytest.mark.slow
def test_a_real_cups_tells_of_a_job_until_it_is_cancelled() -> None:
    with real_cups() as cups:
        cups.say("lpadmin", "-p", "resi", "-E", "-v", "file:///dev/null")
        cups.say("cupsdisable", "resi")
        spooler = Spooler("resi", cups.socket)
        assert spooler.still_seconds(0.0) is None
        cups.print("resi")
        assert spooler.still_seconds(0.0) is not None
        assert (spooler.still_seconds(301.0) or 0) >= 300
        cups.say("cancel", "-a", "resi")
        assert spooler.still_seconds(302.0) is None
        spooler.close()
