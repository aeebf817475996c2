"""One channel's line to the outside: what is sent next, what came of it, and when to try again.

What is not surely delivered is tried again, what may have been delivered only after a long wait and a few
times, and always under one id: SMTP servers that take a letter and lose the answer are common.
"""

import logging
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from alerts.incident import DeliveryError, Filed, Notice, Ticket
from alerts.ledger import Ledger
from probes.text import clean

log = logging.getLogger("jagaloket.outbox")

BACKOFF_SECONDS = (5.0, 900.0)
"""Full jitter: the first and the longest span within which a try is repeated, after one second at least."""
SETTLE_SECONDS = 900.0
"""How long to wait when the other side may have accepted: longer than any server thinks."""
LONGEST_WISH_SECONDS = 3_600.0
"""A Retry-After longer than this is not obeyed."""
MOST_RESENDS = 3
MOST_INTERRUPTED = 12
"""So many tries that the agent's own end interrupted, and the row is sent no more: an agent that dies of a letter must
not write it for ever."""
MOST_A_MINUTE = 240
"""A channel's rate after an outage: a helpdesk must not fall over a hundred counters that are back."""
LONGEST_REST_SECONDS = 300.0
"""A channel that is down is probed at least so often."""
MOST_DEFECTS = 5
"""So many tries that ended in a defect of our own are enough; then the row is dead."""
DOWN_AFTER = 2
"""So many failures in a row, and the channel rests; then one row is sent first, as a probe."""


class Channel(Protocol):
    """A way to tell people: mail, or a ticket desk."""

    @property
    def name(self) -> str:
        """As in Addressee.channel."""

    @property
    def settle_seconds(self) -> float:
        """How long to wait when the other side may have accepted: longer than it thinks and its search lags."""

    @property
    def looks_up(self) -> bool:
        """Whether it looks first for what may have arrived; then an uncertain row is tried until it is sure."""

    def send(self, notice: Notice, ticket: Ticket) -> Filed | None:
        """Send it, within a deadline of its own. Raises DeliveryError when it did not go, or may not have.

        Returns where it keeps the ticket, None when there is nothing to remember.
        """


class Line:
    """How one channel is doing. Used by the outbox's thread only.

    monotonic: seconds that only go forward while this PC is up; boot: this boot's id. sort: holds back and folds what
    waits, before each sending.
    """

    def __init__(
        self,
        channel: Channel,
        *,
        monotonic: Callable[[], float],
        boot: str,
        random_ratio: Callable[[], float],
        sort: Callable[[Ledger], None] = lambda _: None,
    ) -> None:
        self._channel, self._monotonic, self._boot, self._random = channel, monotonic, boot, random_ratio
        self._sort = sort
        self._failures = 0
        self._rests_until = 0.0
        self._by_row: Counter[int] = Counter()
        self._lately: deque[float] = deque(maxlen=MOST_A_MINUTE)
        """When the last tries were made."""
        self.defects = 0

    @property
    def is_down(self) -> bool:
        """Whether the last tries failed, one after the other."""
        return self._failures >= DOWN_AFTER

    def take_up(self, ledger: Ledger) -> None:
        """At start: what an earlier process was sending when it ended is uncertain now."""
        due = self._monotonic() + self._channel.settle_seconds
        ledger.notices.mark_interrupted(self._channel.name, due=due, boot=self._boot)

    def drain(self, ledger: Ledger, *, stopping: Callable[[], bool]) -> float | None:
        """Send this channel's due rows, one by one. Returns the seconds until the next is due; None: none waits."""
        name = self._channel.name
        while not stopping():
            self._sort(ledger)
            now = self._monotonic()
            free_at = max(self._rests_until, self._next_turn())
            if free_at > now:
                wait = ledger.notices.next_wait(name, now=now, boot=self._boot)
                return max(wait, free_at - now) if wait is not None else None
            notice = ledger.notices.next_due(name, now=now, boot=self._boot, fresh_first=self.is_down)
            if notice is None:
                return ledger.notices.next_wait(name, now=now, boot=self._boot)
            self._send(ledger, notice)
        return None

    def retry(self, ledger: Ledger) -> None:
        """The link is back: nothing waits out its time but what may have arrived."""
        self._rests_until = 0.0
        ledger.notices.release(self._channel.name)

    def _send(self, ledger: Ledger, notice: Notice) -> None:
        if not self._channel.looks_up and _is_hopeless(notice):
            ledger.notices.finish(notice, "sent", error=f"never confirmed: {notice.last_error}")
            log.warning("%s counts as sent by %s, but was never confirmed", notice.ticket, self._channel.name)
            return
        try:
            ticket = ledger.ticket(notice.ticket)
            notice = replace(notice, others=tuple(map(ledger.ticket, notice.also)))
        except LookupError as error:
            ledger.notices.finish(notice, "dead", error=str(error))
            return
        ledger.notices.mark_tried(notice)
        self._lately.append(self._monotonic())
        try:
            filed = self._channel.send(notice, ticket)
        except DeliveryError as error:
            self._failed(ledger, notice, error)
        except Exception as error:  # a channel's defect must not stop the others
            log.exception("the channel %s has a defect", self._channel.name)
            self._failed(ledger, notice, self._defect(notice, error))
        else:
            ledger.notices.finish(notice, "sent", filed=filed)
            self._by_row.pop(notice.id, None)
            self._works(ledger)

    def _defect(self, notice: Notice, error: Exception) -> DeliveryError:
        self.defects += 1
        self._by_row[notice.id] += 1
        reason = clean(f"defect in the channel: {type(error).__name__}: {error}", 300)
        return DeliveryError(reason, permanent=self._by_row[notice.id] >= MOST_DEFECTS)

    def _failed(self, ledger: Ledger, notice: Notice, error: DeliveryError) -> None:
        """Write down why, and when to try again."""
        name, reason = self._channel.name, clean(str(error), 300)
        if error.permanent:
            # The other side answered: the channel works, this row never will.
            log.error("%s cannot be sent by %s and is given up: %s", notice.ticket, name, reason)
            ledger.notices.finish(notice, "dead", error=reason)
            self._by_row.pop(notice.id, None)
            self._works(ledger)
            return
        self._failures += 1
        now = self._monotonic()
        wait = self._channel.settle_seconds if error.uncertain else self._backoff(notice.attempts)
        wait = max(wait, min(error.wait_seconds, LONGEST_WISH_SECONDS))
        log.warning("%s was not sent by %s, next try in %.0f s: %s", notice.ticket, name, wait, reason)
        ledger.notices.mark_waiting(notice, uncertain=error.uncertain, due=now + wait, boot=self._boot, error=reason)
        if self.is_down:
            rest = min(LONGEST_REST_SECONDS, self._backoff(self._failures - DOWN_AFTER))
            self._rests_until = now + max(rest, min(error.wait_seconds, LONGEST_WISH_SECONDS))

    def _works(self, ledger: Ledger) -> None:
        was_down, self._failures, self._rests_until = self.is_down, 0, 0.0
        if was_down:
            log.info("%s works again", self._channel.name)
            ledger.notices.release(self._channel.name)

    def _next_turn(self) -> float:
        """When one more try keeps to the rate."""
        return self._lately[0] + 60.0 if len(self._lately) == MOST_A_MINUTE else 0.0

    def _backoff(self, failures: int) -> float:
        first, longest = BACKOFF_SECONDS
        return max(1.0, self._random() * min(longest, first * 2.0 ** min(failures, 20)))


def _is_hopeless(notice: Notice) -> bool:
    """Whether it may have arrived so often that it is sent no more."""
    may_have_arrived = notice.state == "uncertain"
    return may_have_arrived and (notice.resends >= MOST_RESENDS or notice.interrupted >= MOST_INTERRUPTED)
