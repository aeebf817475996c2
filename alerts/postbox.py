"""What the outbox holds: rows come with the transaction that makes them needed, and stay bounded."""

import os
import sqlite3
from collections.abc import Sequence

from alerts.incident import Action, Addressee

MOST_WAITING = 2_000
"""So many rows may wait for one addressee; then the oldest ticket gives way, and first one that is over."""
KEPT_FINISHED = 5_000
"""So many sent or dead rows are kept to look at; the totals are counted apart."""


def enqueue(
    connection: sqlite3.Connection, ticket: str, action: Action, addressees: Sequence[Addressee], *, at: float
) -> None:
    """Add one row per addressee to the transaction under way."""
    for one in addressees:
        message_id = f"{ticket}.{os.urandom(8).hex()}@jagaloket.invalid"
        connection.execute(
            "INSERT INTO outbox (ticket, action, channel, address, role, language, message_id, created) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (ticket, action, one.channel, one.address, one.role, one.language, message_id, at),
        )
        _make_room(connection, one, at)


def told(connection: sqlite3.Connection, ticket: str, addressees: Sequence[Addressee]) -> list[Addressee]:
    """Those of the addressees who were told, or will be, that this ticket was opened."""
    known = {
        (row[0], row[1])
        for row in connection.execute(
            "SELECT channel, address FROM outbox WHERE ticket = ? AND action = 'opened' AND state != 'dead'", (ticket,)
        )
    }
    return [one for one in addressees if (one.channel, one.address) in known]


def _make_room(connection: sqlite3.Connection, one: Addressee, at: float) -> None:
    """An outbox that nobody empties stays bounded; who was not told is counted among the dead."""
    whose = (one.channel, one.address)
    waiting = connection.execute(
        "SELECT count(*) FROM outbox WHERE channel = ? AND address = ? AND state IN ('new', 'tried', 'uncertain')",
        whose,
    ).fetchone()[0]
    if waiting <= MOST_WAITING:
        return
    gone = connection.execute(
        "UPDATE outbox SET state = 'dead', finished = ?, last_error = 'too much was waiting; the newer was kept' "
        "WHERE channel = ? AND address = ? AND state = 'new' AND ticket = (SELECT o.ticket FROM outbox o "
        "WHERE o.channel = ? AND o.address = ? AND o.state = 'new' ORDER BY EXISTS (SELECT 1 FROM incident i "
        "WHERE i.ticket = o.ticket AND i.ended IS NULL), o.id LIMIT 1)",
        (at, *whose, *whose),
    ).rowcount
    tally(connection, one.channel, "dead", gone)


def tally(connection: sqlite3.Connection, channel: str, outcome: str, count: int) -> None:
    """Count what was sent or given up, beyond the life of its row."""
    connection.execute(
        "INSERT INTO tally VALUES (?, ?, ?) ON CONFLICT (channel, outcome) "
        "DO UPDATE SET count = count + excluded.count",
        (channel, outcome, count),
    )


def prune(connection: sqlite3.Connection) -> None:
    """Drop the oldest finished rows beyond the bound, but none whose ticket may still recover."""
    connection.execute(
        f"""DELETE FROM outbox WHERE state IN ('sent', 'dead') AND id <= (SELECT max(id) - {KEPT_FINISHED} FROM outbox)
        AND NOT EXISTS (SELECT 1 FROM incident i WHERE i.ticket = outbox.ticket AND i.ended IS NULL)""",  # noqa: S608 - a constant
    )
