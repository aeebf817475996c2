"""What may not follow a wrong clock, and what is set right once it is right."""

from pathlib import Path

import pytest

from agent.trust import Redater, believed
from alerts.ledger import Ledger
from probes.wire import clock
from tests.alerts.make import CAMAT, NOON, ToldTime, fault, scanner

THEN = 600.0
"""Ten minutes past 1970, for a PC whose CMOS battery is empty."""


class Pc:
    """A ledger, and a clock that a test sets."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.time = ToldTime(THEN)
        self.up = 50.0
        monkeypatch.setattr(clock, "skew_seconds", lambda: self.time.now - self.up)
        self.book = Ledger.open(folder / "store.db", clock=self.time)
        self.redater = Redater(self.book, wall=self.time)

    def passes(self, seconds: float) -> None:
        self.time.now += seconds
        self.up += seconds


@pytest.fixture
def pc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pc:
    return Pc(tmp_path, monkeypatch)


def test_what_was_written_in_1970_moves_along_when_the_clock_is_set(pc: Pc) -> None:
    ticket = pc.book.begin(scanner(), fault(), since=pc.time.now, addressees=(CAMAT,))
    assert ticket.number == "JL-2026-0001"
    pc.passes(300)
    pc.redater.keep()
    assert pc.book.ticket(ticket.number).opened == THEN
    pc.time.now = NOON
    pc.redater.keep()
    assert pc.book.ticket(ticket.number).opened == NOON - 300
    (incident,) = pc.book.standing()
    assert incident.started == NOON - 300
    assert pc.book.notices.of_ticket(ticket.number)[0].created == NOON - 300
    pc.passes(60)
    pc.redater.keep()
    assert pc.book.ticket(ticket.number).opened == NOON - 300


def test_what_was_written_under_a_right_clock_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pc = Pc(tmp_path, monkeypatch)
    pc.time.now = NOON
    old = pc.book.begin(scanner(), fault(), since=NOON, addressees=())
    pc.time.now = THEN
    pc.redater = Redater(pc.book, wall=pc.time)
    pc.time.now = NOON + 86_400
    pc.redater.keep()
    assert pc.book.ticket(old.number).opened == NOON
    pc.time.now -= 7_200
    pc.redater.keep()
    assert pc.book.ticket(old.number).opened == NOON


def test_a_store_that_cannot_be_written_is_set_right_a_minute_later(pc: Pc) -> None:
    ticket = pc.book.begin(scanner(), fault(), since=pc.time.now, addressees=())
    pc.time.now = NOON
    pc.book._store.connection.execute("PRAGMA query_only = ON")
    pc.redater.keep()
    pc.book._store.connection.execute("PRAGMA query_only = OFF")
    pc.redater.keep()
    assert pc.book.ticket(ticket.number).opened == NOON


def test_the_office_s_hours_cannot_be_told_by_a_wrong_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    is_open = believed(lambda _: False)
    monkeypatch.setattr(clock, "trusted", lambda: True)
    assert is_open(NOON) is False
    monkeypatch.setattr(clock, "trusted", lambda: False)
    assert is_open(NOON) is None
