"""What people do at a desk comes back: a chore of the outbox's thread, one ticket at a time, at a bounded rate."""

import logging

from alerts import quorum
from alerts.deskbook import Filing
from alerts.deskchannel import DeskChannel
from alerts.incident import DeliveryError
from alerts.ledger import Ledger
from probes.text import clean

log = logging.getLogger("jagaloket.desk")

GAP_SECONDS = 2.0
"""Between one ticket and the next, so that what must be told is never kept waiting for long."""
LONGEST_REST_SECONDS = 3_600.0
_MOST_NOTES = 20
"""So many new notes of one ticket are taken at a time."""


class DeskPoll:
    """Looks after one desk: tests it at the start, then looks at each ticket in turn, and logs out in between."""

    def __init__(self, channel: DeskChannel) -> None:
        self._channel, self._desk = channel, channel.desk
        self._failures = 0
        self._rests_until = 0.0

    def __call__(self, ledger: Ledger, now: float) -> float | None:
        """Do what is due. now: monotonic seconds. Returns the seconds until more is; None when nothing waits."""
        if now < self._rests_until:
            if self._rests_until - now > GAP_SECONDS:
                self._leave()  # what was sent meanwhile may have logged in
            return self._rests_until - now
        try:
            self._channel.test()
            wait = self._poll(ledger)
        except DeliveryError as error:
            return self._failed(error, now)
        if self._failures:
            log.info("%s answers again", self._channel.name)
            self._failures = 0
        if wait is None or wait > GAP_SECONDS:
            self._leave()
        self._rests_until = 0.0 if wait is None else now + wait
        return wait

    def _poll(self, ledger: Ledger) -> float | None:
        every, name = self._desk.poll_seconds, self._channel.name
        if not every or not self._desk.tells_back:
            return None
        filing = ledger.desks.stalest(name)
        if filing is None:
            return None
        age = ledger.desks.age_seconds(filing)
        if age < every:
            return max(GAP_SECONDS, every - age)
        self._ask(ledger, filing)
        return GAP_SECONDS

    def _ask(self, ledger: Ledger, filing: Filing) -> None:
        name = self._channel.name
        remote = self._desk.look(filing.remote_id)
        if remote is None:
            self._desk.self_test()  # where nothing is found, the desk is ill, and its tickets are not gone
            remote = self._desk.look(filing.remote_id)
        if remote is None:
            log.info("%s has ticket %s no longer", name, clean(filing.remote_id))
            ledger.desks.gone(name, filing)
            return
        unread = [one for one in self._desk.notes(filing.remote_id, filing.last_note) if one.id > filing.last_note]
        unread = sorted(unread, key=lambda one: one.id)[:_MOST_NOTES]
        theirs = [one for one in unread if one.text and not quorum.is_ours(one.text)]
        last = max((one.id for one in unread), default=filing.last_note)
        if ledger.desks.hear(name, filing, remote, theirs, last_note=last):
            log.info("%s: people worked on %s", name, filing.ticket)

    def _failed(self, error: DeliveryError, now: float) -> float:
        """One line in the log for an outage, however long; and ever longer rests."""
        level = logging.DEBUG if self._failures else logging.WARNING
        log.log(level, "%s cannot be asked, it is tried again: %s", self._channel.name, error)
        every = self._desk.poll_seconds or LONGEST_REST_SECONDS
        rest = min(LONGEST_REST_SECONDS, max(error.wait_seconds, every * 2.0 ** min(self._failures, 10)))
        self._failures += 1
        self._rests_until = now + rest
        self._leave()
        return rest

    def _leave(self) -> None:
        try:
            self._desk.close()
        except DeliveryError as error:
            log.debug("%s: not logged out: %s", self._channel.name, error)
