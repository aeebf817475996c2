"""Availability, MTBF and MTTR from what a device was when. Pure; all times in seconds of service time.

Service time is when the counter serves people, less planned maintenance. Unknown time (the agent or the PC was off)
counts neither as up nor as down; a failure that lasts over a closed or unknown time is one failure.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.intervals import Interval, Intervals, intersection, total
from alerts.past import Life

LEAST_FAILURES = 3
"""A mean of fewer says nothing."""
LEAST_KNOWN_RATIO = 0.5
"""An availability is told only where at least so much of the service time was watched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One failure within service time. start, end: UTC epoch seconds of its first and last moment in there.

    seconds: how long in service time it was known to be down. repaired: it was seen to work again.
    """

    start: float
    end: float
    seconds: float
    repaired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One device or function. service: when it should have worked; of it fine, hindered, down; the rest is unknown."""

    service: float
    fine: float
    hindered: float
    down: float
    failures: tuple[Failure, ...] = ()

    @property
    def known(self) -> float:
        """How long it was known what it was."""
        return self.fine + self.hindered + self.down

    @property
    def unknown(self) -> float:
        """How long it was not."""
        return max(0.0, self.service - self.known)

    @property
    def is_known(self) -> bool:
        """Whether enough is known to speak of the month."""
        return self.known > 0 and self.known >= LEAST_KNOWN_RATIO * self.service

    @property
    def availability(self) -> float | None:
        """The share of the known time in which it could be worked with, 0 to 1; None: not enough data."""
        return (self.known - self.down) / self.known if self.is_known else None

    @property
    def mtbf(self) -> float | None:
        """Mean time between failures: working time for each failure; None: not enough data."""
        if len(self.failures) < LEAST_FAILURES or not self.is_known:
            return None
        return (self.fine + self.hindered) / len(self.failures)

    @property
    def mttr(self) -> float | None:
        """Mean time to repair of what was repaired; None: not enough data."""
        repaired = [one.seconds for one in self.failures if one.repaired]
        return sum(repaired) / len(repaired) if len(repaired) >= LEAST_FAILURES and self.is_known else None


def figures(life: Life, service: Intervals) -> Figures:
    """What a life comes to in service time."""
    down, up = intersection(life.down, service), intersection(life.up, service)
    return Figures(
        service=total(service),
        fine=total(intersection(life.fine, service)),
        hindered=total(intersection(life.hindered, service)),
        down=total(down),
        failures=_failures(down, up),
    )


def _failures(down: Intervals, up: Intervals) -> tuple[Failure, ...]:
    """Runs of down with nothing up in between; a failure that began before the span counts."""
    found: list[Failure] = []
    run: list[Interval] = []
    for piece, is_down in sorted([(one, True) for one in down] + [(one, False) for one in up]):
        if is_down:
            run.append(piece)
        elif run:
            found.append(_failure(run, repaired=True))
            run = []
    return (*found, _failure(run, repaired=False)) if run else tuple(found)


def _failure(run: Sequence[Interval], *, repaired: bool) -> Failure:
    return Failure(start=run[0][0], end=run[-1][1], seconds=total(run), repaired=repaired)
