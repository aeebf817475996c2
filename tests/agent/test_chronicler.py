"""The past is kept while the agent watches, and only then."""

from pathlib import Path

from agent.chronicler import Chronicler
from agent.config import Config, Function
from agent.view import DeviceView, Panel
from agent.watched import Watched
from alerts.chronicle import Stretch
from alerts.ledger import Ledger
from alerts.roster import read
from probes.kinds.host import Host
from probes.printer import PAGES_TOTAL
from probes.reading import Device, Reading, Sample, State
from probes.text import clean
from tests.fakes.clock import VirtualClock

MINUTE, DAY = 60.0, 86_400.0


class Counter:
    """One printer, one ledger, one clock."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.panel, self.trusted = VirtualClock(), Panel(), True
        self.book = Ledger.open(folder / "store.db")
        self.config = Config(watched=(_watched("laser"),))
        self.start()

    def start(self) -> None:
        self.keeper = Chronicler(self.panel, self.book, self.clock, lambda: self.config, lambda: self.trusted)

    def show(self, state: State, *, pages: float = 0, serial: str = "A") -> None:
        reading = Reading(
            reachable=True,
            samples=(Sample(metric=PAGES_TOTAL, value=pages),),
            facts={"serial": clean(serial)},
        )
        device = self.config.watched[0].device
        self.panel.put(DeviceView(device=device, state=state, since=0, reading=reading, success=True))

    def run(self, seconds: float) -> None:
        for _ in range(int(seconds // MINUTE)):
            self.clock.now += MINUTE
            self.keeper.keep()

    def change(self, state: State) -> None:
        self.keeper.before_change()
        self.book.record_state("laser", state, self.clock.wall())
        self.show(state)

    def stretches(self) -> tuple[Stretch, ...]:
        return self.book.chronicle.between(0, 1e12)


def _watched(name: str) -> Watched:
    probe = Host()
    device = Device(id=name, kind="host", label=clean(name))
    return Watched(
        device=device, probe=probe, interval_seconds=30, deadline_seconds=10, confirm=probe.confirm, source={}
    )


def test_an_hour_of_watching_is_one_stretch(tmp_path: Path) -> None:
    counter = Counter(tmp_path)
    counter.show(State.OK)
    counter.run(3_600)
    counter.change(State.FAILED)
    counter.run(600)
    (one,) = counter.stretches()
    assert one.until - one.since == 3_540 + 600
    assert [change.state for change in one.changes] == [State.OK, State.FAILED]


def test_the_first_state_of_a_run_lies_in_the_run_s_own_stretch(tmp_path: Path) -> None:
    counter = Counter(tmp_path)
    counter.show(State.UNKNOWN)
    counter.change(State.OK)
    counter.run(600)
    counter.start()
    counter.clock.now += 3_600
    counter.change(State.FAILED)
    first, second = counter.stretches()
    assert first.until <= second.since - 3_600
    assert second.changes[0].at == second.since


def test_an_agent_that_is_stopped_has_watched_until_then(tmp_path: Path) -> None:
    counter = Counter(tmp_path)
    counter.show(State.OK)
    counter.run(600)
    counter.clock.now += 40
    counter.keeper.stop()
    counter.clock.wall_jump = 5_000.0
    counter.keeper.stop()
    (one,) = counter.stretches()
    assert one.until - one.since == 540 + 40


def test_a_suspended_pc_leaves_a_gap(tmp_path: Path) -> None:
    counter = Counter(tmp_path)
    counter.show(State.OK)
    counter.run(600)
    counter.clock.now += 8 * 3_600
    counter.run(600)
    first, second = counter.stretches()
    assert second.since - first.until > 8 * 3_600


def test_a_clock_that_jumps_begins_a_stretch_with_all_states(tmp_path: Path) -> None:
    counter = Counter(tmp_path)
    counter.show(State.OK)
    counter.run(600)
    counter.clock.wall_jump = -1_000.0
    counter.change(State.DEGRADED)
    first, second = counter.stretches()
    assert first.until - second.since > 900
    assert [change.state for change in second.changes] == [State.OK, State.DEGRADED]


def test_a_clock_that_is_not_trusted_is_said_to_be_so(tmp_path: Path) -> None:
    counter = Counter(tmp_path)
    counter.trusted = False
    counter.run(600)
    counter.trusted = True
    counter.run(600)
    assert [one.trusted for one in counter.stretches()] == [False, True]


def test_no_stretch_is_longer_than_a_day(tmp_path: Path) -> None:
    counter = Counter(tmp_path)
    counter.show(State.OK)
    counter.run(3 * DAY)
    assert [round(one.until - one.since) for one in counter.stretches()][:2] == [DAY - MINUTE] * 2
    assert all(one.changes for one in counter.stretches())


def test_what_is_watched_is_written_down_when_it_changes(tmp_path: Path) -> None:
    counter = Counter(tmp_path)
    counter.show(State.OK)
    counter.run(120)
    counter.show(State.OK, serial="B")
    counter.run(120)
    counter.config = Config(
        watched=counter.config.watched, functions=(Function(id="f", label=clean("Rekam"), needs=("laser",)),)
    )
    counter.run(120)
    rosters = [read(one.roster) for one in counter.stretches()]
    assert [one.members[0].serial for one in rosters] == ["A", "B", "B"]
    assert [len(one.services) for one in rosters] == [0, 0, 1]


def test_pages_are_counted_from_one_look_to_the_next(tmp_path: Path) -> None:
    counter = Counter(tmp_path)
    for pages in (100, 120, 120, 150):
        counter.show(State.OK, pages=pages)
        counter.run(60)
    day = counter.config.office.local(counter.clock.wall()).toordinal()
    assert counter.book.chronicle.used(day, day) == {("laser", "jagaloket_printer_pages_total"): 50.0}
