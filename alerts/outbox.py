"""The outbox's worker: a thread that sends what is due and sleeps until something is."""

import logging
import os
import queue
import random
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Literal, Protocol

from alerts.incident import DeliveryError
from alerts.ledger import Ledger
from alerts.line import Channel, Line
from probes.text import clean

__all__ = ["Channel", "Clock", "Outbox", "Wish", "boot_id"]

log = logging.getLogger("jagaloket.outbox")

LEDGER_RETRY_SECONDS = 10.0

Wish = Literal["look", "retry", "stop"]
Chore = Callable[[Ledger, float], float | None]
"""Done when all is sent. Gets the ledger and the monotonic time; returns the seconds until it wants to go on."""


class Clock(Protocol):
    """What the worker knows of time; agent.clock.SystemClock fits."""

    def monotonic(self) -> float:
        """Seconds that only go forward while this PC is up."""

    def wait(self, inbox: "queue.SimpleQueue[Wish]", timeout_seconds: float | None) -> Wish | None:
        """The next item of the inbox, None after timeout_seconds (None: wait for ever)."""


class Outbox:
    """Sends what the ledger holds for these channels, in a thread of its own.

    open_ledger: opens the ledger for the worker's thread. boot: this boot's id (see boot_id()).
    chores: what else this thread does between sending. sorters: what holds back and folds a channel's letters.
    closers: what is done when the thread ends.
    errors: what went wrong in the worker itself, by kind.
    """

    def __init__(  # noqa: PLR0913 - each of them is a room of its own
        self,
        open_ledger: Callable[[], Ledger],
        channels: Sequence[Channel],
        *,
        clock: Clock,
        boot: str,
        random_ratio: Callable[[], float] = random.random,
        chores: Sequence[Chore] = (),
        sorters: Mapping[str, Callable[[Ledger], None]] = MappingProxyType({}),
        closers: Sequence[Callable[[], None]] = (),
    ) -> None:
        self._open, self._clock, self._chores, self._closers = open_ledger, clock, chores, closers
        self._lines = [
            Line(
                channel,
                monotonic=clock.monotonic,
                boot=boot,
                random_ratio=random_ratio,
                sort=sorters.get(channel.name, lambda _: None),
            )
            for channel in channels
        ]
        self._inbox: queue.SimpleQueue[Wish] = queue.SimpleQueue()
        self._ledger: Ledger | None = None
        self._stopping = threading.Event()
        self._retrying = False
        self._thread: threading.Thread | None = None
        self._errors: Counter[str] = Counter()

    def start(self) -> None:
        """Run in a thread of its own, until stop()."""
        self._thread = threading.Thread(target=self.run, name="outbox", daemon=True)
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether the worker runs."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def errors(self) -> Counter[str]:
        """What went wrong so far: with the "ledger", by a "defect" of a "channel" or of the worker."""
        return self._errors + Counter(channel=sum(line.defects for line in self._lines))

    def kick(self) -> None:
        """There may be something new: look at once. Safe from any thread."""
        self._inbox.put("look")

    def retry(self) -> None:
        """The link is back: try at once what waits for it. Safe from any thread."""
        self._inbox.put("retry")

    def stop(self, deadline_seconds: float) -> bool:
        """End the worker; False when it is still sending after the deadline (its row is marked as tried)."""
        self._stopping.set()
        self._inbox.put("stop")
        if self._thread is not None:
            self._thread.join(deadline_seconds)
            return not self._thread.is_alive()
        return True

    def run(self) -> None:
        """Send what is due, sleep until something is; until stop()."""
        try:
            while not self._stopping.is_set():
                wait_seconds = self.step()
                self._retrying = self._clock.wait(self._inbox, wait_seconds) == "retry"
        finally:
            self._shut()
            for close in self._closers:
                with suppress(DeliveryError):
                    close()

    def step(self) -> float | None:
        """Send all that is due now. Returns the seconds until more is due; None when nothing waits."""
        try:
            return self._step()
        except OSError as error:
            self._errors["ledger"] += 1
            log.error("the outbox cannot use the ledger, it tries again: %s", clean(str(error), 300))  # noqa: TRY400 - the disk's trouble, not the code's
        except Exception:
            self._errors["defect"] += 1
            log.exception("the outbox has a defect; it goes on")
        # What was being sent meanwhile is uncertain now; opening the ledger anew finds it.
        self._shut()
        return LEDGER_RETRY_SECONDS

    def _step(self) -> float | None:
        ledger = self._ready()
        if self._retrying:
            self._retrying = False
            for line in self._lines:
                line.retry(ledger)
        waits = [line.drain(ledger, stopping=self._stopping.is_set) for line in self._lines]
        waits += [chore(ledger, self._clock.monotonic()) for chore in self._chores if not self._stopping.is_set()]
        return min((wait for wait in waits if wait is not None), default=None)

    def _ready(self) -> Ledger:
        """The worker's ledger, opened when it is needed first."""
        if self._ledger is None:
            ledger = self._open()
            try:
                for line in self._lines:
                    line.take_up(ledger)
            except BaseException:
                ledger.shut()
                raise
            self._ledger = ledger
        return self._ledger

    def _shut(self) -> None:
        if self._ledger is not None:
            self._ledger.shut()
            self._ledger = None


def boot_id(file: Path = Path("/proc/sys/kernel/random/boot_id")) -> str:
    """What tells this boot of the PC from others; where the kernel does not say, waits begin anew at each start."""
    try:
        return clean(file.read_bytes()[:64])
    except OSError:
        return f"start-{os.urandom(8).hex()}"
