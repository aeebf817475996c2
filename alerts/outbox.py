"""The outbox's worker: claim a row, write down the try, send, write down what came of it.

What is not surely delivered is tried again, what may have been delivered only after a long wait and a few
times, and always under one id (reliability: SMTP servers that take a letter and lose the answer).
"""

import logging
import queue
import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from alerts.incident import DeliveryError, Notice, Ticket
from alerts.ledger import Ledger
from probes.text import clean

log = logging.getLogger("jagaloket.outbox")

BACKOFF_SECONDS = (5.0, 900.0)
"""Full jitter: the first and the longest span within which a try is repeated, after one second at least."""
SETTLE_SECONDS = 900.0
"""How long to wait when the other side may have accepted: longer than any server thinks."""
MOST_RESENDS = 3
MOST_DEFECTS = 5
"""So many tries that ended in a defect of our own are enough; then the row is dead."""
DOWN_AFTER = 2
"""So many failures in a row, and the channel rests; then one row is sent first, as a probe."""
LEDGER_RETRY_SECONDS = 10.0

Wish = Literal["look", "retry", "stop"]


class Channel(Protocol):
    """A way to tell people: mail, or a ticket desk."""

    @property
    def name(self) -> str:
        """As in Addressee.channel."""

    def send(self, notice: Notice, ticket: Ticket) -> None:
        """Send it, within a deadline of its own. Raises DeliveryError when it did not go, or may not have."""


class Clock(Protocol):
    """What the worker knows of time; agent.clock.SystemClock fits."""

    def monotonic(self) -> float:
        """Seconds that only go forward while this PC is up."""

    def wait(self, inbox: "queue.SimpleQueue[Wish]", timeout_seconds: float | None) -> Wish | None:
        """The next item of the inbox, None after timeout_seconds (None: wait for ever)."""


@dataclass(slots=True)
class _Line:
    """How a channel is doing. rests_until: monotonic; failures: in a row."""

    channel: Channel
    failures: int = 0
    rests_until: float = 0.0

    @property
    def is_down(self) -> bool:
        return self.failures >= DOWN_AFTER


class Outbox:
    """Sends what the ledger holds for these channels, in a thread of its own.

    open_ledger: opens the ledger for the worker's thread. boot: this boot's id (see boot_id()).
    errors: what went wrong in the worker itself, by kind.
    """

    def __init__(
        self,
        open_ledger: Callable[[], Ledger],
        channels: Sequence[Channel],
        *,
        clock: Clock,
        boot: str,
        random_ratio: Callable[[], float] = random.random,
    ) -> None:
        self._open, self._clock, self._boot, self._random = open_ledger, clock, boot, random_ratio
        self._lines = [_Line(channel) for channel in channels]
        self._inbox: queue.SimpleQueue[Wish] = queue.SimpleQueue()
        self._ledger: Ledger | None = None
        self._stopping = threading.Event()
        self._retrying = False
        self._thread: threading.Thread | None = None
        self._defects: Counter[int] = Counter()
        self.errors: Counter[str] = Counter()

    def start(self) -> None:
        """Run in a thread of its own, until stop()."""
        self._thread = threading.Thread(target=self.run, name="outbox", daemon=True)
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether the worker runs."""
        return self._thread is not None and self._thread.is_alive()

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

    def step(self) -> float | None:
        """Send all that is due now. Returns the seconds until more is due; None when nothing waits."""
        try:
            ledger = self._ready()
            if self._retrying:
                self._retry_all(ledger)
            waits = [wait for line in self._lines if (wait := self._drain(ledger, line)) is not None]
        except OSError as error:
            self.errors["ledger"] += 1
            log.error("the outbox cannot use the ledger, it tries again: %s", clean(str(error), 300))  # noqa: TRY400 - the disk's trouble, not the code's
        except Exception:
            self.errors["defect"] += 1
            log.exception("the outbox has a defect; it goes on")
        else:
            return min(waits) if waits else None
        # What was being sent meanwhile is uncertain now; opening the ledger anew finds it.
        self._shut()
        return LEDGER_RETRY_SECONDS

    def _ready(self) -> Ledger:
        """The worker's ledger; what an earlier process was sending when it ended is uncertain now."""
        if self._ledger is None:
            ledger = self._open()
            try:
                ledger.notices.mark_interrupted(due=self._clock.monotonic() + SETTLE_SECONDS, boot=self._boot)
            except BaseException:
                ledger.shut()
                raise
            self._ledger = ledger
        return self._ledger

    def _drain(self, ledger: Ledger, line: _Line) -> float | None:
        """Send this channel's due rows, one by one. Returns the seconds until the next is due."""
        while not self._stopping.is_set():
            now = self._clock.monotonic()
            if line.rests_until > now:
                wait = ledger.notices.next_wait(line.channel.name, now=now, boot=self._boot)
                return max(wait, line.rests_until - now) if wait is not None else None
            notice = ledger.notices.next_due(line.channel.name, now=now, boot=self._boot, fresh_first=line.is_down)
            if notice is None:
                return ledger.notices.next_wait(line.channel.name, now=now, boot=self._boot)
            self._send(ledger, line, notice)
        return None

    def _send(self, ledger: Ledger, line: _Line, notice: Notice) -> None:
        if notice.state == "uncertain" and notice.resends >= MOST_RESENDS:
            ledger.notices.finish(notice, "sent", error=f"never confirmed: {notice.last_error}")
            log.warning("%s to %s counts as sent, but was never confirmed", notice.ticket, notice.addressee.channel)
            return
        try:
            ticket = ledger.ticket(notice.ticket)
        except LookupError as error:
            ledger.notices.finish(notice, "dead", error=str(error))
            return
        ledger.notices.mark_tried(notice)
        try:
            line.channel.send(notice, ticket)
        except DeliveryError as error:
            self._failed(ledger, line, notice, error)
        except Exception as error:  # a channel's defect must not stop the others
            log.exception("the channel %s has a defect", line.channel.name)
            self.errors["channel"] += 1
            self._defects[notice.id] += 1
            given_up = self._defects[notice.id] >= MOST_DEFECTS
            reason = clean(f"defect in the channel: {type(error).__name__}: {error}", 300)
            self._failed(ledger, line, notice, DeliveryError(reason, permanent=given_up))
        else:
            ledger.notices.finish(notice, "sent")
            self._defects.pop(notice.id, None)
            self._works(ledger, line)

    def _failed(self, ledger: Ledger, line: _Line, notice: Notice, error: DeliveryError) -> None:
        """Write down why, and when to try again."""
        name, reason = line.channel.name, clean(str(error), 300)
        if error.permanent:
            # The other side answered: the channel works, this row never will.
            log.error("%s cannot be sent by %s and is given up: %s", notice.ticket, name, reason)
            ledger.notices.finish(notice, "dead", error=reason)
            self._defects.pop(notice.id, None)
            self._works(ledger, line)
            return
        line.failures += 1
        now = self._clock.monotonic()
        wait = SETTLE_SECONDS if error.uncertain else self._backoff(notice.attempts)
        log.warning("%s was not sent by %s, next try in %.0f s: %s", notice.ticket, name, wait, reason)
        ledger.notices.mark_waiting(notice, uncertain=error.uncertain, due=now + wait, boot=self._boot, error=reason)
        if line.is_down:
            line.rests_until = now + self._backoff(line.failures - DOWN_AFTER)

    def _works(self, ledger: Ledger, line: _Line) -> None:
        was_down, line.failures, line.rests_until = line.is_down, 0, 0.0
        if was_down:
            log.info("%s works again", line.channel.name)
            ledger.notices.release(line.channel.name)

    def _retry_all(self, ledger: Ledger) -> None:
        self._retrying = False
        for line in self._lines:
            line.rests_until = 0.0
            ledger.notices.release(line.channel.name)

    def _shut(self) -> None:
        if self._ledger is not None:
            self._ledger.shut()
            self._ledger = None

    def _backoff(self, failures: int) -> float:
        first, longest = BACKOFF_SECONDS
        return max(1.0, self._random() * min(longest, first * 2.0 ** min(failures, 20)))


def boot_id(file: Path = Path("/proc/sys/kernel/random/boot_id")) -> str:
    """What tells this boot of the PC from others; "" where the kernel does not say (then waits begin anew)."""
    try:
        return clean(file.read_bytes()[:64])
    except OSError:
        return ""
