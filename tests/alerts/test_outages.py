"""The outage log: what is counted while an outage stands, and what is not."""

from dataclasses import replace
from pathlib import Path

import pytest

from alerts import outages, schema
from alerts.incident import Context, Key
from alerts.ledger import Ledger
from alerts.migrations import MIGRATIONS
from probes.reading import Actor, Fault, Severity
from tests.alerts.make import NOON, ToldTime, fault, scanner

INTERNET = replace(scanner("internet"), kind="link", role="link")
DOWN = replace(fault("internet-down", detail="1.1.1.1 port 443: no answer in time"), actor=Actor.PROVIDER)
LOSSY = replace(fault("high-loss"), severity=Severity.DEGRADED)
KEY: Key = ("internet", "internet-down", "")


class Line:
    """A ledger with a link that fails."""

    def __init__(self, folder: Path) -> None:
        self.path, self.time = folder / "store.db", ToldTime()
        self.book = Ledger.open(self.path, clock=self.time)

    def begin(self, what: Fault = DOWN, *, cause: Key | None = None) -> None:
        self.book.begin(INTERNET, what, since=self.time.now, addressees=(), context=Context(cause=cause))

    def end(self, what: Fault = DOWN) -> None:
        self.book.end("internet", what.code, what.part, at=self.time.now, addressees=())

    def minutes(self, count: int, *, stands: bool = True, trusted: bool = True) -> None:
        for _ in range(count):
            self.time.now += 60
            self.book.outages.tick({KEY} if stands else set(), trusted=trusted)

    def restart(self, after_seconds: float) -> None:
        self.book.shut()
        self.time.now += after_seconds
        self.book = Ledger.open(self.path, clock=self.time)
        self.book.outages.go_on()

    @property
    def seconds(self) -> float:
        return self.book.outages.totals().get(("internet", "internet-down"), 0.0)


@pytest.fixture
def line(tmp_path: Path) -> Line:
    return Line(tmp_path)


def test_an_outage_keeps_start_end_cause_party_and_evidence(line: Line) -> None:
    line.begin()
    line.minutes(3)
    line.time.now += 30
    line.end()
    (one,) = line.book.outages.between()
    assert (one.incident.started, one.incident.ended) == (NOON, NOON + 210)
    assert (one.incident.code, one.incident.actor) == ("internet-down", Actor.PROVIDER)
    assert one.incident.detail == "1.1.1.1 port 443: no answer in time"
    assert (one.seconds, one.span_seconds, one.unsure) == (210, 210, False)


def test_a_standing_outage_counts_while_it_lasts(line: Line) -> None:
    line.begin()
    counted = []
    for _ in range(3):
        line.minutes(1)
        counted.append(line.seconds)
    assert counted == [60, 120, 180]


def test_seconds_survive_a_restart_and_the_time_off_is_not_counted(line: Line) -> None:
    line.begin()
    line.minutes(2)
    line.restart(after_seconds=8 * 3600)
    assert line.seconds == 120
    line.minutes(1)
    line.end()
    assert line.seconds == 180
    (one,) = line.book.outages.between()
    assert one.span_seconds == 8 * 3600 + 180


@pytest.mark.parametrize("jump_seconds", [50 * 365 * 86400.0, -86400.0], ids=["from 1970 to now", "back a day"])
def test_a_clock_that_is_set_during_an_outage_costs_minutes_at_most(line: Line, jump_seconds: float) -> None:
    line.begin()
    line.minutes(5)
    line.time.now += jump_seconds
    line.minutes(5)
    line.end()
    assert 540 <= line.seconds <= 630


def test_seconds_never_fall(line: Line) -> None:
    line.begin()
    line.minutes(2)
    line.time.now -= 3600
    line.minutes(1)
    line.end()
    assert line.seconds >= 120


def test_an_outage_under_a_clock_that_cannot_be_trusted_says_so(line: Line) -> None:
    line.begin()
    line.minutes(1, trusted=False)
    line.minutes(1)
    line.end()
    assert line.book.outages.between()[0].unsure


def test_an_incident_held_open_while_it_comes_and_goes_counts_only_while_it_stands(line: Line) -> None:
    line.begin()
    line.minutes(2)
    line.minutes(10, stands=False)
    line.minutes(1)
    line.end()
    assert line.seconds == 180


def test_what_was_counted_stays_when_the_incident_gets_another_ticket(line: Line) -> None:
    ups = replace(scanner("ups"), kind="ups", role="ups")
    line.book.begin(ups, fault("power-out"), since=line.time.now, addressees=())
    line.begin(cause=("ups", "power-out", ""))
    line.minutes(3)
    assert [one.because for one in line.book.outages.between()] == ["power-out"]
    line.book.end("ups", "power-out", "", at=line.time.now, addressees=())
    line.book.rehome(INTERNET, DOWN, addressees=(), context=Context())
    assert line.seconds == 180
    line.minutes(1)
    assert line.seconds == 240


def test_what_only_hinders_is_told_when_asked_for_and_never_counted(line: Line) -> None:
    line.begin(LOSSY)
    line.minutes(2)
    line.end(LOSSY)
    assert line.book.outages.between() == ()
    assert [one.incident.code for one in line.book.outages.between(degraded=True)] == ["high-loss"]
    assert line.book.outages.totals() == {}


def test_other_devices_have_no_outages(line: Line) -> None:
    line.book.begin(scanner(), fault(), since=line.time.now, addressees=())
    line.minutes(2)
    assert line.book.outages.between() == ()
    assert line.book.outages.totals() == {}


def test_an_outage_belongs_to_the_time_in_which_it_began(line: Line) -> None:
    line.begin()
    line.minutes(2)
    line.end()
    book = line.book.outages
    assert len(book.between(NOON, NOON + 1)) == 1
    assert book.between(NOON + 1) == ()
    assert book.between(0, NOON) == ()


def test_the_incidents_kept_are_bounded_and_the_seconds_of_the_others_stay(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outages, "KEPT_INCIDENTS", 3)
    for number in range(6):
        line.begin()
        line.minutes(1)
        line.end()
        assert line.seconds == 60 * (number + 1)
    line.minutes(1)
    assert len(line.book.outages.between()) == 3
    assert line.seconds == 360
    line.restart(60)
    assert line.seconds == 360


def test_a_quiet_minute_writes_nothing(line: Line) -> None:
    before = line.book._store.connection.total_changes
    line.minutes(5)
    assert line.book._store.connection.total_changes == before


def test_incidents_of_an_older_store_are_outages_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = next(n for n, entry in enumerate(MIGRATIONS) if any("outage_past" in statement for statement in entry))
    for name, value in {"MIGRATIONS": MIGRATIONS[:before], "VERSION": before, "TABLES": ()}.items():
        monkeypatch.setattr(schema, name, value)
    store = schema.connect(tmp_path / "store.db")
    store.execute(
        "INSERT INTO ticket (number, status, device, kind, label, role, responsible, asset, code, part, severity, "
        "actor, detail, opened) VALUES ('JL-2026-0001', 'recovered', 'internet', 'link', '', 'link', '', '{}', "
        "'internet-down', '', 'blocking', 'provider', '', ?)",
        (NOON,),
    )
    store.execute(
        "INSERT INTO incident (device, code, part, severity, actor, detail, started, ended, ticket) VALUES "
        "('internet', 'internet-down', '', 'blocking', 'provider', '', ?, ?, 'JL-2026-0001')",
        (NOON, NOON + 600),
    )
    store.close()
    monkeypatch.undo()
    line = Line(tmp_path)
    assert line.book.salvage is None
    assert line.seconds == 600
    assert len(line.book.outages.between()) == 1
