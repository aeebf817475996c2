"""Webhooks become tickets: once, however often they come."""

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from agent.bridge.intake import AUTHOR, LATE_SECONDS, NOTE_SECONDS, Intake, Outcome
from agent.bridge.payload import parse
from alerts.incident import Status, Ticket
from alerts.ledger import Ledger
from alerts.policy import TicketPolicy
from alerts.words import words
from tests.alerts.make import CAMAT
from tests.fakes.alertmanager import alert, webhook
from tests.fakes.clock import VirtualClock

POLICY = TicketPolicy(reopen_hours=24.0, letter_gap_minutes=0)


class Rig:
    """An intake over a store, in virtual time."""

    def __init__(self, folder: Path) -> None:
        self.clock = VirtualClock()
        self.book = Ledger.open(folder / "store.db", clock=self.clock.wall, policy=POLICY)
        self.kicks = 0
        self.intake = Intake(
            ledger=lambda: self.book, addressees=[CAMAT], language="id", clock=self.clock, told=self._kick
        )

    def _kick(self) -> None:
        self.kicks += 1

    def take(self, *alerts: dict[str, Any], truncated: int = 0) -> Counter[Outcome]:
        return self.intake.take(parse(webhook(alerts, truncated=truncated)))

    @property
    def tickets(self) -> Sequence[Ticket]:
        return self.book.tickets()

    def letters(self) -> list[str]:
        return [notice.action for one in self.tickets for notice in self.book.notices.of_ticket(one.number)]


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    rig.book.shut()


def test_an_alert_becomes_a_ticket_and_a_letter(rig: Rig) -> None:
    began = rig.clock.wall() - 90
    assert rig.take(alert(starts=began)) == {Outcome.OPENED: 1}
    (ticket,) = rig.tickets
    assert (ticket.code, ticket.device.label, ticket.severity) == (
        "counter-silent",
        "Loket 1, Kantor Camat",
        "blocking",
    )
    assert ticket.opened == pytest.approx(began, abs=1)
    assert rig.letters() == ["opened"]
    assert rig.kicks == 1
    assert "tidak memberi kabar" in words("id").of(ticket.device, ticket.code).headline


def test_a_repetition_changes_nothing(rig: Rig) -> None:
    began = rig.clock.wall()
    rig.take(alert(starts=began))
    for _ in range(5):
        rig.clock.now += 4 * 3600
        assert rig.take(alert(starts=began)) == {Outcome.STANDING: 1}
    assert len(rig.tickets) == 1
    assert rig.letters() == ["opened"]
    assert rig.kicks == 1


def test_two_alertmanagers_at_once_are_one_ticket(rig: Rig) -> None:
    body = parse(webhook([alert(f"Loket {number}", starts=rig.clock.wall()) for number in range(9)]))
    book = rig.book
    done: list[Counter[Outcome]] = []

    def one() -> None:
        mine = Ledger.open(book._store.path, clock=rig.clock.wall, policy=POLICY, check=False)
        local.book = mine
        done.append(rig.intake.take(body))
        mine.shut()

    local = threading.local()
    rig.intake._ledger = lambda: local.book
    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sum(outcome[Outcome.OPENED] for outcome in done) == 9
    assert len(book.tickets()) == 9


def test_the_end_recovers_the_ticket_once(rig: Rig) -> None:
    began = rig.clock.wall()
    rig.take(alert(starts=began))
    rig.clock.now += 600
    over = alert(starts=began, ends=began + 500)
    assert rig.take(over) == {Outcome.RECOVERED: 1}
    assert rig.take(over) == {Outcome.UNKNOWN: 1}
    (ticket,) = rig.tickets
    assert ticket.status is Status.RECOVERED
    assert ticket.recovered == pytest.approx(began + 500, abs=1)
    assert rig.letters() == ["opened", "recovered"]


def test_a_late_firing_of_the_other_alertmanager_opens_nothing(rig: Rig) -> None:
    began = rig.clock.wall()
    rig.take(alert(starts=began))
    rig.clock.now += 600
    rig.take(alert(starts=began, ends=rig.clock.wall()))
    rig.clock.now += LATE_SECONDS / 2
    assert rig.take(alert(starts=began)) == {Outcome.LATE: 1}
    assert [ticket.status for ticket in rig.tickets] == [Status.RECOVERED]


@pytest.mark.parametrize("again", [0.0, 3600.0])
def test_what_comes_back_opens_its_ticket_again(rig: Rig, again: float) -> None:
    """With the same start, too: Prometheus was cut off and its alert taken for resolved."""
    began = rig.clock.wall()
    rig.take(alert(starts=began))
    rig.clock.now += 600
    rig.take(alert(starts=began, ends=rig.clock.wall()))
    rig.clock.now += LATE_SECONDS + 3600
    assert rig.take(alert(starts=began + again)) == {Outcome.OPENED: 1}
    (ticket,) = rig.tickets
    assert (ticket.status, ticket.reopened) == (Status.OPEN, 1)


def test_an_end_that_nobody_waits_for_is_no_ticket(rig: Rig) -> None:
    assert rig.take(alert(starts=1.8e9 - 60, ends=1.8e9)) == {Outcome.UNKNOWN: 1}
    assert rig.tickets == ()


def test_a_group_is_as_many_tickets_and_what_was_left_out_is_said(rig: Rig) -> None:
    began = rig.clock.wall()
    assert rig.take(*(alert(f"Loket {n}", starts=began) for n in range(3)), truncated=7) == {Outcome.OPENED: 3}
    notes = [note.text for note in rig.book.ticket(rig.tickets[0].number).notes if note.author == AUTHOR]
    assert "+7 alerts left out" in notes[0]


def test_a_text_that_changes_is_noted_once_an_hour(rig: Rig) -> None:
    began = rig.clock.wall()
    rig.take(alert(starts=began, summary="50 %"))
    for minute in range(int(NOTE_SECONDS / 60) + 2):
        rig.clock.now += 60
        rig.take(alert(starts=began, summary=f"{minute} %"))
    (ticket,) = rig.tickets
    assert [note.text for note in rig.book.ticket(ticket.number).notes if note.author == AUTHOR] == ["0 %", "60 %"]


def test_a_start_in_the_future_is_now(rig: Rig) -> None:
    rig.take(alert(starts=rig.clock.wall() + 86_400))
    assert rig.tickets[0].opened == pytest.approx(rig.clock.wall(), abs=1)


def test_after_a_store_that_failed_a_repetition_does_the_rest(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    began = rig.clock.wall()
    group = [alert(f"Loket {number}", starts=began) for number in range(4)]
    begin, calls = rig.book.begin, iter([True, True, False])

    def full(*words: Any, **named: Any) -> Ticket:  # noqa: ANN401 - the ledger's own
        if not next(calls, False):
            message = "disk full"
            raise OSError(message)
        return begin(*words, **named)

    monkeypatch.setattr(rig.book, "begin", full)
    with pytest.raises(OSError, match="disk full"):
        rig.take(*group)
    assert len(rig.tickets) == 2
    monkeypatch.setattr(rig.book, "begin", begin)
    assert rig.take(*group) == {Outcome.STANDING: 2, Outcome.OPENED: 2}
    assert len(rig.tickets) == 4
