"""Virtual time: a test moves the clock, or wait() does instead of sleeping."""

import queue
from typing import TypeVar

T = TypeVar("T")
START_WALL = 1_795_500_000.0


class Clock:
    """Monotonic seconds that a test sets; a call tells them."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class VirtualClock:
    """A Clock whose time passes only while somebody waits.

    wall_jump: what the PC's clock is off by. limit: the moment beyond which a wait is cut short.
    """

    def __init__(self) -> None:
        self.now = 100.0
        self.wall_jump = 0.0
        self.limit: float | None = None

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> float:
        return START_WALL + self.now + self.wall_jump

    def wait(self, inbox: "queue.SimpleQueue[T]", timeout_seconds: float | None) -> T | None:
        try:
            return inbox.get_nowait()
        except queue.Empty:
            self.now += timeout_seconds if timeout_seconds is not None else 3600.0
            self.now = min(self.now, self.limit) if self.limit is not None else self.now
            return None
