"""A whole counter in virtual time: scripted devices, the real watch, settler and ledger. Only sending is left out."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from agent.hours import IsOpen
from agent.place import Place, Plan
from agent.settle import Settler
from agent.surroundings import Surroundings
from agent.view import Panel
from agent.watch import Watch
from alerts.incident import Addressee, Notice, Ticket
from alerts.ledger import Ledger
from alerts.policy import TicketPolicy
from probes.probe import Confirm
from probes.reading import NOT_RESPONDING, Actor, Fault, Reading, Severity
from probes.text import SafeText, clean
from tests.fakes.clock import VirtualClock
from tests.fakes.equipment import Scripted, watched

CAMAT = Addressee(channel="mail", address="camat@example.go.id", role="office", language="id")


def fault(code: str, *, part: str = "", severity: Severity = Severity.BLOCKING) -> Fault:
    return Fault(code=code, severity=severity, actor=Actor.TECHNICIAN, part=clean(part))


def fine(**facts: str) -> Reading:
    return Reading(reachable=True, facts={name: SafeText(text) for name, text in facts.items()})


def bad(code: str, *, part: str = "", severity: Severity = Severity.BLOCKING, **facts: str) -> Reading:
    """A look that states a fault; not-responding and not-connected are no answer."""
    gone = code in (NOT_RESPONDING, "not-connected")
    found = fault(code, part=part, severity=severity)
    return replace(fine(**facts), reachable=not gone, faults=(found,))


class Counter:
    """One counter's agent.

    places: the devices and where they stand; each answers what its probe's say is. letters are written into the
    outbox and stay there.
    """

    def __init__(
        self,
        folder: Path,
        places: dict[str, Place],
        *,
        confirm: Confirm | None = None,
        interval: float = 15.0,
    ) -> None:
        self.clock = VirtualClock()
        self.folder, self.places, self.policy = folder, places, TicketPolicy()
        self.devices = {name: Scripted() for name in places}
        self.watched = [
            watched(name, probe, interval=interval, confirm=confirm) for name, probe in self.devices.items()
        ]
        self._is_open: IsOpen = lambda _: None
        self.start()

    def around(self, is_open: IsOpen) -> None:
        """From now on the office has these hours."""
        self._is_open = is_open
        links = frozenset(name for name, place in self.places.items() if place.kind == "link")
        plan = Plan(places=self.places, links=links)
        self.settler.cases.around = Surroundings(plan=plan, site="12.71.11", is_open=is_open)

    def start(self) -> None:
        """The agent starts, for the first time or again."""
        self.book = Ledger.open(self.folder / "store.db", clock=self.clock.wall, policy=self.policy)
        self.panel = Panel()
        self.settler = Settler(self.book, self.panel, clock=self.clock, addressees=[CAMAT])
        self.around(is_open=self._is_open)
        self.watch = Watch(self.settler, clock=self.clock, spawn=lambda work, _: work(), random_ratio=lambda: 0.5)
        self.watch.watch(self.watched)
        self.watch.every(60.0, self._attend)

    def _attend(self) -> None:
        self.book.attend([CAMAT], is_open=self._is_open(self.clock.wall()) is not False)

    def say(self, name: str, reading: Reading | Exception, *, wake: bool = False) -> None:
        """What a device answers from now on; wake: an event tells of it."""
        self.devices[name].say = reading
        if wake:
            self.watch.wake(name)

    def run(self, seconds: float) -> None:
        """Let time pass."""
        end = self.clock.now + seconds
        while self.clock.now < end:
            self.watch.step()

    def tickets(self) -> list[Ticket]:
        """The work orders, oldest first, but for those that were merged into others."""
        numbers = [one.number for one in reversed(self.book.tickets(limit=100_000)) if not one.merged_into]
        return [self.book.ticket(number) for number in numbers]

    def letters(self) -> Sequence[Notice]:
        """All letters, in the order in which they were written."""
        found = [
            one for ticket in self.book.tickets(limit=100_000) for one in self.book.notices.of_ticket(ticket.number)
        ]
        return sorted(found, key=lambda one: one.id)
