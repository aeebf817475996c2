"""What was when, and what it comes to: against a count second by second."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from alerts.chronicle import Change, Chronicle, Stretch
from alerts.figures import Figures, figures
from alerts.intervals import union
from alerts.past import past
from alerts.roster import Member, Roster, Service, read, write
from probes.reading import Device, State
from probes.text import clean
from tests.alerts.make import NOON, open_ledger

LENGTH = 120
NAMES = ("printer", "scanner")
ROSTER = Roster(
    members=tuple(Member(device=Device(id=name, kind="usb", label=clean(name))) for name in NAMES),
    services=(Service(id="rekam", label=clean("Perekaman"), needs=NAMES),),
)
DOWN, UP = {State.FAILED, State.UNREACHABLE}, {State.OK, State.ASLEEP, State.DEGRADED}


@dataclass
class Tape:
    """One state for each second and device; None: not watched."""

    states: dict[str, list[State | None]] = field(default_factory=lambda: {name: [None] * LENGTH for name in NAMES})

    def play(self, stretch: Stretch) -> None:
        for second in range(int(stretch.since), min(LENGTH, int(stretch.until))):
            for name in NAMES:
                seen = [one.state for one in stretch.changes if one.device == name and one.at <= second]
                self.states[name][second] = seen[-1] if seen else State.UNKNOWN

    def function(self) -> list[State | None]:
        return [_worst([self.states[name][second] for name in NAMES]) for second in range(LENGTH)]


def _worst(states: list[State | None]) -> State | None:
    if any(state in DOWN for state in states):
        return State.FAILED
    if None in states or State.UNKNOWN in states:
        return State.UNKNOWN
    return State.DEGRADED if State.DEGRADED in states else State.OK


def counted(states: list[State | None], service: set[int]) -> tuple[float, ...]:
    """Known, down, hindered seconds, failures, repairs, seconds of the repaired ones: one second after the other."""
    known = down = hindered = failures = repairs = repaired = run = 0
    for second in sorted(service):
        state = states[second]
        if state in DOWN:
            known, down = known + 1, down + 1
            failures += run == 0
            run += 1
        elif state in UP:
            known, hindered = known + 1, hindered + (state is State.DEGRADED)
            repairs += run > 0
            repaired, run = repaired + run, 0
    return known, down, hindered, failures, repairs, repaired


def found(one: Figures) -> tuple[float, ...]:
    repaired = [failure.seconds for failure in one.failures if failure.repaired]
    return one.known, one.down, one.hindered, len(one.failures), len(repaired), sum(repaired)


def stretches(chance: random.Random) -> list[Stretch]:
    """Stretches with gaps, clocks put back and not to be trusted, and states that come and go."""
    made, at = [], chance.randrange(20)
    for _ in range(chance.randrange(1, 5)):
        until = at + chance.randrange(1, 60)
        times = sorted(chance.randrange(at, until) for _ in range(chance.randrange(30)))
        changes = [Change(device=chance.choice(NAMES), state=chance.choice(list(State)), at=one) for one in times]
        made.append(
            Stretch(since=at, until=until, trusted=chance.random() < 0.8, roster=write(ROSTER), changes=tuple(changes))
        )
        at = max(0, until + chance.randrange(-15, 20))
    return made


def test_a_thousand_random_histories_come_to_what_counting_each_second_gives() -> None:
    chance = random.Random(20)  # noqa: S311 - a test's dice
    means = 0  # so many of them carried a mean time between failures
    for _ in range(1_000):
        watched = stretches(chance)
        tape = Tape()
        for one in watched:
            if one.trusted:
                tape.play(one)
        service = {second for second in range(LENGTH) if chance.random() < 0.9 or second % 7}
        open_times = union((float(second), float(second + 1)) for second in service)
        was = past(watched, 0.0, float(LENGTH))
        for name in NAMES:
            mine = figures(was.devices[name], open_times) if name in was.devices else None
            wanted = counted(tape.states[name], service)
            assert (found(mine) if mine is not None else (0,) * 6) == wanted
            means += mine is not None and _means_agree(mine, wanted, len(service))
        if "rekam" in was.functions:
            assert found(figures(was.functions["rekam"], open_times)) == counted(tape.function(), service)
    assert means > 150


def _means_agree(mine: Figures, wanted: tuple[float, ...], service: int) -> bool:
    """Whether this history carried means at all; they must be the counted ones."""
    known, down, _, failures, repairs, repaired = wanted
    enough = known > 0 and known * 2 >= service
    assert mine.availability == ((known - down) / known if enough else None)
    assert mine.mtbf == ((known - down) / failures if enough and failures >= 3 else None)
    assert mine.mttr == (repaired / repairs if enough and repairs >= 3 else None)
    return mine.mtbf is not None


@pytest.fixture
def chronicle(tmp_path: Path) -> Chronicle:
    return open_ledger(tmp_path).chronicle


def begin(chronicle: Chronicle, at: float, states: Mapping[str, State], *, trusted: bool = True) -> None:
    chronicle.begin(write(ROSTER), states, at=at, trusted=trusted)


def test_what_was_written_is_read_again(chronicle: Chronicle) -> None:
    begin(chronicle, NOON, {"printer": State.OK})
    chronicle.extend(NOON + 60)
    begin(chronicle, NOON + 100, {"printer": State.FAILED})
    chronicle.extend(NOON + 160)
    one = past(chronicle.between(NOON - 10, NOON + 1000), NOON - 10, NOON + 1000).devices["printer"]
    assert (one.fine, one.down) == (((NOON, NOON + 60),), ((NOON + 100, NOON + 160),))
    assert chronicle.between(NOON + 60, NOON + 100) == ()


def test_an_end_never_goes_back(chronicle: Chronicle) -> None:
    begin(chronicle, NOON, {})
    chronicle.extend(NOON + 60)
    chronicle.extend(NOON + 30)
    assert [one.until for one in chronicle.between(0, NOON * 2)] == [NOON + 60]


def test_what_flaps_pushes_out_its_own_past_only(chronicle: Chronicle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alerts.chronicle.KEPT_CHANGES", 5)
    for day in range(10):
        begin(chronicle, NOON + day * 100, {"printer": State.OK} | ({"scanner": State.OK} if day in (0, 9) else {}))
        chronicle.extend(NOON + day * 100 + 50)
    kept = [[change.device for change in one.changes] for one in chronicle.between(0, NOON * 2)]
    assert kept[0] == ["scanner"]
    assert kept[1:5] == [[]] * 4
    assert kept[9] == ["printer", "scanner"]


def test_stretches_and_rosters_are_bounded(chronicle: Chronicle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alerts.chronicle.KEPT_STRETCHES", 3)
    for day in range(9):
        chronicle.begin(
            write(Roster(services=(Service(id=f"f{day}", label=clean(""), needs=()),))), {}, at=day, trusted=True
        )
        chronicle.extend(day + 0.5)
    assert [one.since for one in chronicle.between(0, 100)] == [6, 7, 8]
    assert chronicle._store.connection.execute("SELECT count(*) FROM roster").fetchone()[0] == 3


def test_counters_grow_by_day_and_a_reset_takes_nothing_away(chronicle: Chronicle) -> None:
    for day, value in ((1, 100.0), (1, 130.0), (2, 150.0), (3, 4.0), (3, 9.0)):
        chronicle.count([("printer", "pages", value)], day)
    assert chronicle.used(1, 3) == {("printer", "pages"): 55.0}
    assert chronicle.used(2, 2) == {("printer", "pages"): 20.0}


def test_counted_days_are_bounded(chronicle: Chronicle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alerts.chronicle.KEPT_DAYS", 3)
    for day in range(9):
        chronicle.count([("printer", "pages", float(day))], day)
    assert chronicle._store.connection.execute("SELECT min(day) FROM counted").fetchone()[0] == 6


def test_a_roster_survives_being_written_and_nonsense_is_none() -> None:
    device = Device(id="x", kind="usb", label=clean("Ä"), role="r", responsible="CV", asset={"code": clean("1")})
    one = Roster(members=(Member(device=device, serial=clean("S1")),), services=ROSTER.services)
    assert read(write(one)) == one
    for text in ("", "[]", '{"devices": 3, "functions": [1, {"needs": "x"}]}', "{"):
        assert read(text).members == ()
