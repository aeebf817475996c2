"""Services of others are asked by one counter of the office at a time: brings turns and the LAN together."""

import os
import socket
from collections.abc import Sequence

from probes.link.ladder import Verdict
from probes.link.lan import Line
from probes.link.metrics import SHARING
from probes.link.turns import WORD, Turns, target
from probes.reading import Sample
from probes.text import clean
from probes.wire.address import family
from probes.wire.group import Group
from probes.wire.target import Url


class Share:
    """What one link says to other counters, and hears of them, on its own LAN; nothing where it has nothing to share.

    wanted: False leaves every decision to this PC alone.
    """

    def __init__(self, line: Line, urls: Sequence[Url], *, wanted: bool = True) -> None:
        self._line = line
        self._group = Group() if wanted and urls else None
        self._targets = {url: target(url) for url in urls}
        self._turns = Turns(os.urandom(8), self._targets.values())
        self._heard: tuple[float, Verdict] | None = None

    def listen(self, now: float) -> Verdict:
        """Hear what was said since the last look; judges nothing, but tells who shares, or why nobody can."""
        if self._group is None:
            return Verdict()
        if self._heard is None or self._heard[0] != now:
            self._heard = (now, self._listen(self._group, now))
        return self._heard[1]

    def _listen(self, group: Group, now: float) -> Verdict:
        why = group.stand_on(self._line.interface, family(self._line.gateway) or socket.AF_INET)
        for word in group.heard(WORD.size):
            self._turns.hear(word, now)
        if why:
            return Verdict(facts={"shared": clean(f"no: {why}")})
        others = self._turns.others(now)
        facts = {"shared": clean(f"with {others} other counters" if others else "nobody else was heard")}
        return Verdict(facts=facts, samples=(Sample(metric=SHARING, value=others),))

    def not_before(self, url: Url, every_seconds: float, now: float) -> float:
        """As Turns.not_before()."""
        return self._turns.not_before(self._targets[url], every_seconds, now) if self._group else 0.0

    def tell(self, urls: Sequence[Url], now: float) -> None:
        """Say that this PC asks these; once before and once after, so that one lost datagram does no harm."""
        for url in urls if self._group else ():
            word = self._turns.ask(self._targets[url], now)
            if self._group:
                self._group.say(word)
