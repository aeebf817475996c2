"""The outbox as its worker sees it: what is due, and what became of it. A row ends as sent or dead, never by age."""

import sqlite3
from collections.abc import Mapping

from alerts import arrange, postbox, rows
from alerts.incident import Filed, Notice
from alerts.store import Store
from probes.text import SafeText, clean

_SELECT = """SELECT o.*, (SELECT coalesce((SELECT c.message_id FROM outbox c WHERE c.id = f.digest), f.message_id)
    FROM outbox f WHERE f.ticket = o.ticket AND f.channel = o.channel
    AND f.address = o.address AND f.action = 'opened' AND f.id < o.id AND f.digest IS NOT o.id
    ORDER BY f.id LIMIT 1) AS thread_id,
    (SELECT d.remote_id FROM desk_ticket d WHERE d.desk = o.channel AND d.ticket = o.ticket) AS remote_id,
    (SELECT group_concat(m.ticket) FROM outbox m WHERE m.digest = o.id) AS also
    FROM outbox o"""
# Only the first unsent row of each ticket and addressee may go: what opened is told before what recovered, unless one
# letter tells both.
_HEADS = """o.state IN ('new', 'uncertain') AND o.digest IS NULL AND NOT EXISTS (SELECT 1 FROM outbox e
    WHERE e.ticket = o.ticket AND e.channel = o.channel AND e.address = o.address AND e.id < o.id
    AND e.state IN ('new', 'tried', 'uncertain') AND e.digest IS NOT o.id)"""
_GRAVEST = """(SELECT CASE t.severity WHEN 'blocking' THEN 0 WHEN 'degraded' THEN 1 ELSE 2 END FROM ticket t
    WHERE t.number = o.ticket)"""
_LONGEST_HOLD_SECONDS = 900.0
"""So often at least what is held is looked at anew: wall clocks jump."""


class Notices:
    """The outbox as its worker sees it. Each method that writes is one transaction.

    due and boot of a row: the monotonic second of one boot of this PC before which it is not sent; with
    another boot's id the second means nothing and the row is due at once.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def next_due(self, channel: str, *, now: float, boot: str, fresh_first: bool) -> Notice | None:
        """The row to send now: the gravest ticket's, in its order; with fresh_first the least tried comes first."""
        order = f"o.attempts, {_GRAVEST}, o.id" if fresh_first else f"{_GRAVEST}, o.id"
        with self._store.reading() as connection:
            row = connection.execute(
                f"{_SELECT} WHERE {_HEADS} AND o.channel = ? AND (o.boot != ? OR o.due <= ?) "
                f"AND (o.state = 'uncertain' OR o.not_before <= ?) ORDER BY {order} LIMIT 1",
                (channel, boot, now, self._store.clock()),
            ).fetchone()
        return rows.notice(row) if row is not None else None

    def next_wait(self, channel: str, *, now: float, boot: str) -> float | None:
        """Seconds until this channel's next row is due; None when none waits."""
        with self._store.reading() as connection:
            due = connection.execute(
                "SELECT min(max(CASE WHEN o.boot = ? THEN o.due - ? ELSE 0 END, CASE WHEN o.state = 'new' THEN "  # noqa: S608 - constants only
                f"min(o.not_before - ?, {_LONGEST_HOLD_SECONDS}) ELSE 0 END)) FROM outbox o WHERE {_HEADS} "
                "AND o.channel = ?",
                (boot, now, self._store.clock(), channel),
            ).fetchone()[0]
        return max(0.0, due) if due is not None else None

    def arrange(self, channel: str, decide: arrange.Decide) -> None:
        """Hold and fold what waits for this channel as decide() says."""
        arrange.arrange(self._store, channel, decide)

    def mark_interrupted(self, channel: str, *, due: float, boot: str) -> int:
        """At start: what this channel tried when the agent ended may have arrived. Returns how many rows."""
        with self._store.transaction() as connection:
            return connection.execute(
                "UPDATE outbox SET state = 'uncertain', due = ?, boot = ?, interrupted = interrupted + "
                "(state = 'tried'), last_error = CASE state WHEN 'tried' THEN 'the agent ended during this try' "
                "ELSE last_error END "
                "WHERE channel = ? AND (state = 'tried' OR (state = 'uncertain' AND boot != ?))",
                (due, boot, channel, boot),
            ).rowcount

    def mark_tried(self, notice: Notice) -> None:
        """Before sending: the intent is on disk."""
        with self._store.transaction() as connection:
            connection.execute("UPDATE outbox SET state = 'tried', attempts = attempts + 1 WHERE id = ?", (notice.id,))

    def mark_waiting(self, notice: Notice, *, uncertain: bool, due: float, boot: str, error: str) -> None:
        """After a try that failed for now. A row that was uncertain before stays so."""
        state = "uncertain" if uncertain or notice.state != "new" else "new"
        # A try that surely did not arrive is no resend.
        resends = notice.resends + (1 if uncertain and notice.state != "new" else 0)
        with self._store.transaction() as connection:
            connection.execute(
                "UPDATE outbox SET state = ?, due = ?, boot = ?, resends = ?, last_error = ? WHERE id = ?",
                (state, due, boot, resends, clean(error, rows.DETAIL_LIMIT_BYTES), notice.id),
            )

    def finish(self, notice: Notice, outcome: str, *, error: str = "", filed: Filed | None = None) -> None:
        """The row's end. outcome: "sent" or "dead"; error: why it is dead, or not confirmed; filed: where it went."""
        with self._store.transaction() as connection:
            connection.execute(
                "UPDATE outbox SET state = ?, finished = ?, last_error = ? "
                "WHERE id = ? OR (digest = ? AND state = 'new')",
                (outcome, self._store.clock(), clean(error, rows.DETAIL_LIMIT_BYTES), notice.id, notice.id),
            )
            postbox.tally(connection, notice.addressee.channel, outcome, 1)
            if filed is not None:
                _remember(connection, notice, filed, self._store.clock())
            postbox.prune(connection)

    def release(self, channel: str) -> None:
        """The channel works again: what surely did not arrive is due at once."""
        with self._store.transaction() as connection:
            connection.execute("UPDATE outbox SET due = 0 WHERE channel = ? AND state = 'new'", (channel,))

    def of_ticket(self, ticket: str) -> tuple[Notice, ...]:
        """All that was told, or will be, about one ticket."""
        with self._store.reading() as connection:
            found = connection.execute(f"{_SELECT} WHERE o.ticket = ? ORDER BY o.id", (ticket,)).fetchall()
        return tuple(map(rows.notice, found))

    def counts(self) -> Mapping[tuple[str, str], int]:
        """How many rows stand in the outbox, by channel and state (finished ones: as far as kept)."""
        with self._store.reading() as connection:
            found = connection.execute("SELECT channel, state, count(*) FROM outbox GROUP BY channel, state").fetchall()
        return {(row[0], row[1]): row[2] for row in found}

    def dead(self, since: float) -> Mapping[tuple[str, str], tuple[int, SafeText]]:
        """What was given up since a moment, by channel and address: how many rows, and why the last one was."""
        with self._store.reading() as connection:
            found = connection.execute(
                "SELECT channel, address, count(*), last_error, max(id) FROM outbox WHERE state = 'dead' "
                "AND finished >= ? GROUP BY channel, address ORDER BY channel, address",
                (since,),
            ).fetchall()
        return {(row[0], row[1]): (row[2], clean(row[3])) for row in found}

    def totals(self) -> Mapping[tuple[str, str], int]:
        """How many were ever "sent" or "dead", by channel; survives restarts."""
        with self._store.reading() as connection:
            found = connection.execute("SELECT channel, outcome, count FROM tally").fetchall()
        return {(row[0], row[1]): row[2] for row in found}

    def oldest(self) -> Mapping[str, float]:
        """Age of the oldest row that is neither sent nor dead, in seconds, by channel; none: left out."""
        with self._store.reading() as connection:
            found = connection.execute(
                "SELECT channel, min(created) FROM outbox WHERE state IN ('new', 'tried', 'uncertain') GROUP BY channel"
            ).fetchall()
        return {row[0]: max(0.0, self._store.clock() - row[1]) for row in found}


def _remember(connection: sqlite3.Connection, notice: Notice, filed: Filed, now: float) -> None:
    connection.execute(
        "INSERT INTO desk_ticket (desk, ticket, remote_id, url, state, polled) "
        "VALUES (?1, ?2, ?3, ?4, coalesce(?5, 'open'), ?6) "
        "ON CONFLICT (desk, ticket) DO UPDATE SET url = excluded.url, "
        "state = coalesce(?5, CASE state WHEN 'gone' THEN 'open' ELSE state END), "
        "last_note = CASE remote_id WHEN excluded.remote_id THEN last_note ELSE 0 END, remote_id = excluded.remote_id",
        (
            notice.addressee.channel,
            notice.ticket,
            clean(filed.remote_id, rows.REMOTE_LIMIT_BYTES),
            clean(filed.url, rows.DETAIL_LIMIT_BYTES),
            None if filed.closed is None else "closed" if filed.closed else "open",
            now,
        ),
    )
