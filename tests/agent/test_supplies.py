"""Levels of supplies are kept as they change, and survive a restart."""

from pathlib import Path

from agent.supplies import SupplyKeeper
from agent.view import DeviceView, Panel
from alerts.ledger import Ledger
from alerts.levels import KEPT_LEVELS
from probes.printer import SUPPLY_RATIO
from probes.reading import Device, Reading, Sample, State
from probes.text import clean
from tests.fakes.clock import VirtualClock

DAY = 86_400.0
BLACK = (clean("Toner"), clean("black"), clean("toner"))


class Office:
    """One printer, one ledger, one clock."""

    def __init__(self, folder: Path) -> None:
        self.path, self.clock, self.panel = folder / "store.db", VirtualClock(), Panel()
        self.restart()

    def restart(self) -> None:
        self.book = Ledger.open(self.path)
        self.keeper = SupplyKeeper(self.panel, self.book, self.clock)

    def day(self, ratio: float, *, success: bool = True) -> None:
        self.clock.now += DAY
        sample = Sample(metric=SUPPLY_RATIO, value=ratio, labels=BLACK)
        device = Device(id="laser", kind="printer_snmp", label=clean("Laser"))
        reading = Reading(reachable=True, samples=(sample,))
        self.panel.put(DeviceView(device=device, state=State.OK, since=0, reading=reading, success=success))
        self.keeper.keep()

    def value(self, name: str) -> float | None:
        return next((one.value for one in self.keeper.samples() if one.metric.name.endswith(name)), None)


def test_days_left_appear_after_whole_weeks_and_survive_a_restart(tmp_path: Path) -> None:
    office = Office(tmp_path)
    for day in range(10):
        office.day(0.9 - day * 0.02)
    assert office.value("days_left") is not None
    office.book.shut()
    office.restart()
    office.day(0.68)
    assert 25 < (office.value("days_left") or 0) < 45


def test_a_level_that_does_not_change_is_not_written_again(tmp_path: Path) -> None:
    office = Office(tmp_path)
    for _ in range(5):
        office.day(0.5)
    assert [len(levels) for levels in office.book.levels.all().values()] == [1]


def test_a_failed_look_tells_no_level(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.day(0.5)
    office.day(0.1, success=False)
    assert [len(levels) for levels in office.book.levels.all().values()] == [1]


def test_a_replacement_is_told_with_its_day(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.day(0.1)
    office.day(0.99)
    assert office.value("replaced_timestamp_seconds") == office.clock.wall()


def test_the_store_keeps_a_bounded_number_of_levels(tmp_path: Path) -> None:
    office = Office(tmp_path)
    supply = (clean("laser"), *BLACK)
    for number in range(KEPT_LEVELS + 20):
        office.book.levels.record(supply, number % 100 / 100, float(number))
    kept = office.book.levels.all()[supply]
    assert len(kept) == KEPT_LEVELS
    assert kept[-1][0] == KEPT_LEVELS + 19


def test_nothing_is_kept_or_told_under_a_clock_that_cannot_be_trusted(tmp_path: Path) -> None:
    office = Office(tmp_path)
    for day in range(10):
        office.day(0.9 - day * 0.02)
    office.keeper._trusted = lambda: False
    office.day(0.1)
    assert office.keeper.samples() == ()
    assert all(ratio > 0.5 for levels in office.book.levels.all().values() for _, ratio in levels)
    office.keeper._trusted = lambda: True
    office.day(0.70)
    assert office.value("days_left") is not None
