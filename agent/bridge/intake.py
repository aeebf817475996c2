"""From a webhook to tickets: begins, notes and ends them in the ledger, once however often Alertmanager repeats."""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum

from agent import names
from agent.bridge import words
from agent.bridge.payload import Alert, Webhook
from agent.clock import Clock
from alerts.incident import Addressee, Key, Ticket
from alerts.ledger import Ledger
from probes.reading import Sample
from probes.text import SafeText, clean

log = logging.getLogger("jagaloket.bridge")

AUTHOR = "alertmanager"
NOTE_SECONDS = 3_600.0
"""A ticket gets at most one note in that time, however often the alert's text changes."""
LATE_SECONDS = 60.0
"""A second Alertmanager may still say "firing" so long after the first said "resolved" (its peer timeout is 15 s).

One Alertmanager alone cannot: both stand in one group, whose notifications are at least group_interval apart.
"""
_ENDED_LIMIT = 4_096


class Outcome(StrEnum):
    """What became of one alert."""

    OPENED = "opened"
    STANDING = "standing"
    RECOVERED = "recovered"
    UNKNOWN = "unknown"
    """Resolved, but no ticket stood on it."""
    LATE = "late"
    """Firing, but another Alertmanager has just said that it is resolved."""


class Intake:
    """Takes webhooks, one at a time.

    ledger: the calling thread's own. told: called when there is something to send.
    """

    def __init__(
        self,
        *,
        ledger: Callable[[], Ledger],
        addressees: Sequence[Addressee],
        language: str,
        clock: Clock,
        told: Callable[[], object],
    ) -> None:
        self._ledger, self._addressees, self._language = ledger, addressees, language
        self._clock, self._told = clock, told
        self._lock = threading.Lock()
        self._ended: dict[str, float] = {}
        self._outcomes: Counter[Outcome] = Counter(dict.fromkeys(Outcome, 0))
        self._truncated = 0

    def take(self, webhook: Webhook) -> Counter[Outcome]:
        """All its alerts. Raises OSError where the store cannot be used: then a repetition does the rest."""
        done: Counter[Outcome] = Counter()
        with self._lock:
            try:
                for alert in webhook.alerts:
                    done[self._take(alert, webhook.truncated)] += 1
                self._truncated += webhook.truncated
            finally:
                self._outcomes.update(done)
        if webhook.truncated:
            log.warning("Alertmanager left out %d alerts; raise max_alerts in its webhook_configs", webhook.truncated)
        if done[Outcome.OPENED] or done[Outcome.RECOVERED]:
            self._told()
        return done

    def samples(self) -> Iterator[Sample]:
        """What was taken in since the start."""
        for outcome, count in self._outcomes.items():
            yield Sample(metric=names.BRIDGE_ALERTS, value=count, labels=(SafeText(outcome),))
        yield Sample(metric=names.BRIDGE_TRUNCATED, value=self._truncated)

    def _take(self, alert: Alert, truncated: int) -> Outcome:
        device, fault = words.device(alert), words.fault(alert, self._language)
        key = (device.id, clean(fault.code), fault.part)
        book, now = self._ledger(), self._clock.wall()
        ticket = book.ticket_of(key)
        if not alert.firing:
            return self._end(book, key, alert, now) if ticket else Outcome.UNKNOWN
        if ticket is not None:
            self._note(book, ticket, fault.detail, truncated, now)
            return Outcome.STANDING
        if self._clock.monotonic() - self._ended.get(_episode(alert), float("-inf")) < LATE_SECONDS:
            return Outcome.LATE
        ticket = book.begin(device, fault, since=min(alert.starts or now, now), addressees=self._addressees)
        self._note(book, ticket, fault.detail, truncated, now)
        return Outcome.OPENED

    def _end(self, book: Ledger, key: Key, alert: Alert, now: float) -> Outcome:
        book.end(*key, at=min(alert.ends or now, now), addressees=self._addressees)
        if len(self._ended) >= _ENDED_LIMIT:
            del self._ended[next(iter(self._ended))]
        self._ended[_episode(alert)] = self._clock.monotonic()
        return Outcome.RECOVERED

    def _note(self, book: Ledger, ticket: Ticket, text: SafeText, truncated: int, now: float) -> None:
        """Write down what the alert says now where that is news, and that others were left out."""
        mine = [note for note in ticket.notes if note.author == AUTHOR]
        said = mine[-1].text if mine else ticket.detail
        left_out = f" (+{truncated} alerts left out)" if truncated else ""
        fresh = clean(f"{text}{left_out}", 600)
        if fresh and fresh != said and not (mine and 0 <= now - mine[-1].at < NOTE_SECONDS):
            book.note(ticket.number, AUTHOR, fresh)


def _episode(alert: Alert) -> str:
    return f"{alert.fingerprint} {alert.starts}"
