"""One device's rounds: when the next look is due, and what came of the last. No thread and no clock in here."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from agent.health import FaultKey, Health
from agent.watched import Watched
from probes.reading import State

JITTER_RATIO = 0.05
"""A round is longer or shorter by up to this much, so that many counters do not ask in step."""


@dataclass(slots=True, kw_only=True)
class Rounds:
    """The state of one device's rounds. due, started: monotonic seconds; since, last_seen: UTC epoch seconds.

    started is None while no look is under way; overdue: the look under way has passed its deadline and was
    reported, but its thread has not come back; report_due: when a hanging look is reported once more.
    """

    watched: Watched
    due: float
    random: Callable[[], float]
    serial: int = 0
    started: float | None = None
    overdue: bool = False
    report_due: float | None = None
    wake_pending: bool = False
    healths: dict[FaultKey, Health] = field(default_factory=dict)
    state: State = State.UNKNOWN
    since: float = 0.0
    last_seen: float | None = None
    last_good: float | None = None
    outcomes: Counter[str] = field(default_factory=Counter)
    unsubscribe: Callable[[], None] | None = None

    def next_event(self) -> float | None:
        """When this device next needs the watch; None while a hanging look has been reported for good."""
        if self.started is None:
            return self.due
        return self.report_due if self.overdue else self.started + self.watched.deadline_seconds

    def begin(self, now: float, serial: int) -> None:
        """A look starts; its result must bring back this serial number."""
        self.serial = serial
        self.started, self.overdue, self.wake_pending = now, False, False

    def hang(self, now: float) -> None:
        """The look under way has passed its deadline, or is reported once more when blindness becomes a notice."""
        blind_at = (self.last_good or now) + self.watched.confirm.blind_seconds
        self.report_due = blind_at if not self.overdue and blind_at > now else None
        self.overdue = True

    def finish(self) -> bool:
        """The look's thread came back; False when its result came too late to count."""
        in_time = not self.overdue
        self.started, self.overdue = None, False
        return in_time

    def plan(self, now: float, *, relook: bool) -> None:
        """Set when the next look is due."""
        rest = self.watched.interval_seconds * (1 + JITTER_RATIO * (2 * self.random() - 1))
        if relook:
            rest = min(rest, self.watched.confirm.relook_seconds)
        self.due = now if self.wake_pending else now + rest

    def wake(self, now: float) -> None:
        """An event says that a look is due at once, or right after the one under way."""
        if self.started is None:
            self.due = min(self.due, now)
        else:
            self.wake_pending = True
