"""What could not be told is told by other ways, and seen."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agent.itself import SELF
from agent.undelivered import CODE, STANDS_SECONDS, Undelivered
from alerts.incident import Addressee
from alerts.ledger import Ledger
from tests.alerts.make import CAMAT, TEKNISI, fault, scanner
from tests.fakes.clock import VirtualClock

DESK = Addressee(channel="zammad", address="desk", role="technician", language="id")
PEOPLE = (CAMAT, TEKNISI, DESK)


class Office:
    def __init__(self, folder: Path) -> None:
        self.clock = VirtualClock()
        self.ledger = Ledger.open(folder / "store.db", clock=self.clock.wall)
        self.start()

    def start(self) -> None:
        self.told = 0
        self.undelivered = Undelivered(self.ledger, SELF, lambda: PEOPLE, clock=self.clock, told=self._tell)

    def _tell(self) -> None:
        self.told += 1

    def keep(self) -> bool:
        """Whether there was something to tell."""
        before = self.told
        self.undelivered.keep()
        return self.told > before

    def give_up(self, code: str, who: Addressee) -> None:
        """A fault whose letter to somebody dies."""
        number = self.ledger.begin(scanner(), fault(code), since=self.clock.wall(), addressees=PEOPLE).number
        for notice in self.ledger.notices.of_ticket(number):
            dies = notice.addressee == who
            self.ledger.notices.finish(notice, "dead" if dies else "sent", error="550 no such user" if dies else "")

    @property
    def own(self) -> list[str]:
        return [f"{one.code} {one.part}: {one.detail}" for one in self.ledger.standing() if one.device == SELF.id]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.ledger.shut()


def test_a_dead_letter_is_a_ticket_that_the_others_are_told_of(office: Office) -> None:
    assert not office.keep()
    office.give_up("a", CAMAT)
    office.give_up("b", CAMAT)
    assert office.keep()
    address = f"mail {CAMAT.address}"
    assert office.own == [f"{CODE} {address}: 2 given up within a day, the last: 550 no such user"]
    (ticket,) = [one for one in office.ledger.tickets() if one.device.id == SELF.id]
    assert [one.addressee for one in office.ledger.notices.of_ticket(ticket.number)] == [TEKNISI, DESK]


def test_it_stands_for_a_day_and_is_told_once(office: Office) -> None:
    office.give_up("a", DESK)
    assert office.keep()
    office.clock.now += STANDS_SECONDS - 1
    assert not office.keep()
    assert len(office.own) == 1
    office.clock.now += 2
    assert office.keep()
    assert office.own == []


def test_a_new_start_neither_ends_nor_repeats_it(office: Office) -> None:
    office.give_up("a", CAMAT)
    office.keep()
    office.start()
    assert not office.keep()
    assert len(office.own) == 1


def test_a_store_that_cannot_be_used_stops_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = OSError("the disk is full")

    def fail(*_: object) -> None:
        raise broken

    monkeypatch.setattr("alerts.notices.Notices.dead", fail)
    assert not office.keep()


def test_addresses_are_told_apart(office: Office) -> None:
    office.give_up("a", CAMAT)
    office.give_up("b", replace(TEKNISI))
    office.keep()
    assert len(office.own) == 2
