"""A clock for a whole agent that passes as fast as the agent works: nobody waits, and nobody is made late."""

import math
import queue
import threading
import time
from typing import Any, TypeVar

from agent.clock import SystemClock

T = TypeVar("T")
_CLOCK = SystemClock()
_POLL_SECONDS = 0.0003
_LEAST_SECONDS = 0.001
"""Each wait that runs out takes so long: who waits for 0 s again and again would hold the clock, as no real one is."""


class Compressed:
    """A clock that goes on only when everybody waits, nothing lies in an inbox and no look is under way.

    workers: how many threads wait by it; the agent's watch and outbox.
    """

    def __init__(self, workers: int = 2) -> None:
        self.now, self._start, self._workers = 1_000.0, time.time(), workers
        self._guard = threading.Lock()
        self._waiting: dict[int, tuple[float, queue.SimpleQueue[Any]]] = {}

    def monotonic(self) -> float:
        """Seconds, from 1,000 on."""
        return self.now

    def wall(self) -> float:
        """UTC epoch seconds."""
        return self._start + self.now

    def wait(self, inbox: "queue.SimpleQueue[T]", timeout_seconds: float | None) -> T | None:
        """The next item of the inbox, None after so many seconds of this clock."""
        me = threading.get_ident()
        until = math.inf if timeout_seconds is None else self.now + max(timeout_seconds, _LEAST_SECONDS)
        with self._guard:
            self._waiting[me] = until, inbox
        while (item := _CLOCK.wait(inbox, _POLL_SECONDS)) is None and not self._is_over(until):
            pass
        with self._guard:
            del self._waiting[me]
        return item

    def _is_over(self, until: float) -> bool:
        """Go on to the next moment for which somebody waits, if nobody has anything to do."""
        with self._guard:
            # In this order: a look puts what it found into an inbox before it ends.
            idle = len(self._waiting) >= self._workers and not _looking()
            if idle and all(inbox.empty() for _, inbox in self._waiting.values()):
                self.now = max(self.now, min(until for until, _ in self._waiting.values()))
            return self.now >= until


def _looking() -> bool:
    return any(thread.name.startswith("look-") for thread in threading.enumerate())
