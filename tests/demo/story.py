"""What happens in the simulated office: faults that come and go, one at a time at each counter."""

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from tests.demo.counter import SCANNERS, DemoCounter
from tests.fakes.http import HttpServer

_WELL, _PAPER_OUT, _JAM, _COVER = (3, "none"), (5, "media-empty-error"), (5, "media-jam-error"), (5, "cover-open-error")
FLAPS, MOST = 4, 2
OFF_TURNS = 8
"""Long enough for Prometheus to miss it: three minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A fault that can be played. where: the counter's name, "" for all of them. turns: how long; 0: by chance."""

    where: str
    words: str
    begin: Callable[[], None]
    end: Callable[[], None]
    turns: int = 0


def troubles(counters: Sequence[DemoCounter], centre: HttpServer) -> list[Trouble]:
    """Everything that can go wrong."""
    found = [Trouble(where="", words="the centre's server is down", begin=centre.stop, end=centre.start)]
    for counter in counters:
        found.append(_trouble(counter, "the internet line is cut", counter.cut_line, counter.mend_line))
        off = _trouble(counter, "the PC is off", counter.power_off, counter.power_on)
        found.append(replace(off, turns=OFF_TURNS))
        for state, reason in (_PAPER_OUT, _JAM, _COVER):
            found.append(
                _trouble(
                    counter,
                    f"printer: {reason}",
                    partial(counter.say, state, reason),
                    partial(counter.say, *_WELL),
                )
            )
        for device, (_, label, _) in SCANNERS.items() if counter.has_usb else ():
            found.append(
                _trouble(
                    counter,
                    f"{label} is unplugged",
                    partial(counter.unplug, device),
                    partial(counter.plug, device),
                )
            )
            found.append(
                _trouble(
                    counter,
                    f"{label} has a loose plug",
                    partial(_shake, counter, device),
                    partial(counter.plug, device),
                )
            )
    return found


def _trouble(counter: DemoCounter, words: str, begin: Callable[[], None], end: Callable[[], None]) -> Trouble:
    return Trouble(where=counter.name, words=words, begin=begin, end=end)


def _shake(counter: DemoCounter, device: str) -> None:
    for _ in range(FLAPS):
        counter.unplug(device)
        counter.plug(device)
    counter.unplug(device)


def _free(troubles: Sequence[Trouble], busy: set[str]) -> list[Trouble]:
    """What may begin: nothing else at its counter, and what hits all of them only alone."""
    if "" in busy:
        return []
    return [one for one in troubles if one.where not in busy and (one.where or not busy)]


class Story:
    """Plays troubles in a thread of its own. told: what happened, the newest first, ready to show."""

    def __init__(self, troubles: Sequence[Trouble], *, pace_seconds: float, seed: int) -> None:
        self._troubles, self._pace, self._random = list(troubles), pace_seconds, random.Random(seed)  # noqa: S311 - a play
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._play, name="story", daemon=True)
        self.told: list[str] = []

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """No more faults; what stands is left to the end of the office."""
        self._over.set()
        self._thread.join(10)

    def _play(self) -> None:
        """Every so many seconds something begins; it lasts up to three times as long. MOST at once."""
        standing: list[tuple[int, Trouble]] = []
        turn = 0
        while not self._over.wait(self._pace):
            turn += 1
            for item in [one for one in standing if one[0] <= turn]:
                standing.remove(item)
                item[1].end()
                self._tell(item[1], "over")
            busy = {one.where for _, one in standing}
            free = [
                one for one in self._troubles if one.where not in busy and (one.where or not busy) and "" not in busy
            ]
            if len(standing) < 2 and free:
                chosen = self._random.choice(free)
                chosen.begin()
                standing.append((turn + (chosen.turns or self._random.randint(1, 3)), chosen))
                self._tell(chosen, "begins")

    def _tell(self, trouble: Trouble, what: str) -> None:
        self.told.insert(0, f"{datetime.now():%H:%M:%S}  {trouble.where or 'all counters'}: {trouble.words}: {what}")  # noqa: DTZ005 - this PC's time, for who sits here
        del self.told[100:]
