"""Time, injected: monotonic for durations and deadlines, wall time to show."""

import queue
import time
from contextlib import suppress
from typing import Protocol, TypeVar

T = TypeVar("T")


class Clock(Protocol):
    """What the watch knows of time."""

    def monotonic(self) -> float:
        """Seconds that only go forward."""

    def wall(self) -> float:
        """UTC epoch seconds, as good as the PC's clock is."""

    def wait(self, inbox: "queue.SimpleQueue[T]", timeout_seconds: float | None) -> T | None:
        """The next item of the inbox, None after timeout_seconds (None: wait for ever)."""


class SystemClock:
    """The PC's own clock."""

    def monotonic(self) -> float:
        """Seconds since some moment; does not stand still while the PC sleeps (CLOCK_BOOTTIME)."""
        return time.clock_gettime(_FORWARD)

    def wall(self) -> float:
        """UTC epoch seconds."""
        return time.time()

    def wait(self, inbox: "queue.SimpleQueue[T]", timeout_seconds: float | None) -> T | None:
        """The next item of the inbox, None after timeout_seconds."""
        # CPython 3.11 (Modules/_queuemodule.c, get): after an item that lay ready, the queue's lock stays open; a get
        # that takes it and finds its few microseconds over waits for ever. Asking without waiting closes the lock.
        with suppress(queue.Empty):
            return inbox.get_nowait()
        try:
            return inbox.get(timeout=timeout_seconds)
        except queue.Empty:
            return None


_FORWARD = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
