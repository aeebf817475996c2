"""Keeps a log bounded: what is said over and over is said a few times, and then counted. Pure but for its clock."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

WINDOW_SECONDS = 600.0
ALIKE = 3
"""So often one line is written within a window."""
MOST_LINES = 300
"""So many lines are written within a window, whatever they say; errors may be as many again."""
_MOST_KNOWN = 200


@dataclass(slots=True)
class _Said:
    since: float
    level: int
    times: int = 0
    hidden: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """A line that was hidden so many times."""

    text: str
    level: int
    times: int


class Calm:
    """Decides which lines are written. clock: seconds that only go forward. grave: twice as many of these."""

    def __init__(self, clock: Callable[[], float], *, grave: int) -> None:
        self._clock, self._grave = clock, grave
        self._said: OrderedDict[str, _Said] = OrderedDict()
        self._since, self._lines, self._dropped = clock(), 0, 0

    def may(self, text: str, level: int) -> bool:
        """Whether this line is written now."""
        now = self._clock()
        said = self._said.get(text)
        if said is None:
            said = self._said[text] = _Said(since=now, level=level)
        said.times += 1
        if said.times > ALIKE:
            said.hidden += 1
            return False
        if self._lines >= MOST_LINES * (2 if level >= self._grave else 1):
            self._dropped += 1
            return False
        self._lines += 1
        return True

    def over(self) -> Iterator[Repeated]:
        """What was hidden in the windows that have ended, each line once; call it before each may()."""
        now = self._clock()
        for text, said in list(self._said.items()):
            if now - said.since < WINDOW_SECONDS and len(self._said) < _MOST_KNOWN:
                break
            del self._said[text]
            if said.hidden:
                yield Repeated(text=text, level=said.level, times=said.hidden)
        if now - self._since >= WINDOW_SECONDS:
            dropped, self._since, self._lines, self._dropped = self._dropped, now, 0, 0
            if dropped:
                yield Repeated(text="the log was too busy; lines were left out", level=self._grave, times=dropped)
