"""What could not be told is a fault of the agent itself: a ticket, told on the channels that still work."""

import logging
from collections.abc import Callable, Sequence

from agent.clock import Clock
from alerts.incident import Addressee
from alerts.ledger import Ledger
from probes.reading import Actor, Device, Fault, Severity
from probes.text import SafeText, clean

log = logging.getLogger("jagaloket.undelivered")
CODE = "undelivered"
STANDS_SECONDS = 86_400.0
"""The fault stands until for a day nothing more was given up."""


class Undelivered:
    """Keeps that fault. device: the agent itself. people: who is told, by other ways than the one that failed.

    told: called when there is more to send.
    """

    def __init__(
        self,
        book: Ledger,
        device: Device,
        people: Callable[[], Sequence[Addressee]],
        *,
        clock: Clock,
        told: Callable[[], None] = lambda: None,
    ) -> None:
        self._book, self._device, self._people, self._clock, self._told = book, device, people, clock, told
        self._standing: set[SafeText] | None = None

    def keep(self) -> None:
        """Once a minute. Raises nothing."""
        try:
            self._keep()
        except OSError as error:
            log.warning("what could not be delivered is not known now: %s", clean(str(error), 200))

    def _keep(self) -> None:
        now = self._clock.wall()
        dead: dict[SafeText, Fault] = {}
        for (channel, address), (count, why) in self._book.notices.dead(now - STANDS_SECONDS).items():
            part = clean(f"{channel} {address}")
            detail = clean(f"{count} given up within a day, the last: {why}", 300)
            dead[part] = Fault(code=CODE, severity=Severity.DEGRADED, actor=Actor.TECHNICIAN, part=part, detail=detail)
        if self._standing is None:
            ours = [one for one in self._book.standing() if (one.device, one.code) == (self._device.id, CODE)]
            self._standing = {one.part for one in ours}
        begun, ended = [part for part in dead if part not in self._standing], self._standing - dead.keys()
        for part in begun:
            self._book.begin(self._device, dead[part], since=now, addressees=self._others(part))
        for part in ended:
            self._book.end(self._device.id, CODE, part, at=now, addressees=self._others(part))
        self._standing = set(dead)
        if begun or ended:
            self._told()

    def _others(self, part: str) -> list[Addressee]:
        """Who can still be told: a letter about a dead letter to the same address would die, too."""
        return [one for one in self._people() if clean(f"{one.channel} {one.address}") != part]
