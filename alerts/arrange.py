"""Holds letters back and folds several into one, in the outbox's rows.

A row that is held has not_before, UTC epoch seconds. A row that is folded names its carrier in digest: the carrier's
letter tells it, and it ends with the carrier. Both are worked out anew before each sending, so that a clock that
jumped, a deleted carrier or another configuration leaves nothing behind.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from alerts.incident import DRILL
from alerts.store import Store

_MOST_ROWS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A row that was surely not delivered yet. not_before, digest: as they are now. code: of its ticket's fault."""

    id: int
    ticket: str
    code: str
    created: float
    not_before: float
    digest: int | None


Order = tuple[float, int | None]
"""not_before and digest of a row."""
Decide = Callable[[str, Sequence[Waiting], Callable[[float], int]], Mapping[int, Order]]
"""From an address, its rows, oldest first, and how many letters it got since a moment: what shall be of each row."""


def arrange(store: Store, channel: str, decide: Decide) -> None:
    """Do with this channel's rows as decide() says. Drills are never held or folded."""
    with store.reading() as connection:
        changes = _changes(connection, channel, decide, store.clock())
    if changes:
        with store.transaction() as connection:
            connection.executemany(
                "UPDATE outbox SET not_before = ?, digest = ? WHERE id = ? AND state = 'new'", changes
            )


def _changes(
    connection: sqlite3.Connection, channel: str, decide: Decide, now: float
) -> list[tuple[float, int | None, int]]:
    changes = []
    for address, rows in _waiting(connection, channel).items():

        def sent(since: float, address: str = address) -> int:
            return _sent(connection, channel, address, since, now)

        decided = decide(address, rows, sent)
        changes += [(*decided[row.id], row.id) for row in rows if decided[row.id] != (row.not_before, row.digest)]
    return changes


def _waiting(connection: sqlite3.Connection, channel: str) -> dict[str, list[Waiting]]:
    """By address. What was told with a carrier that may have arrived stays with it, and what follows it waits."""
    found = connection.execute(
        """SELECT o.id, o.ticket, t.code, o.address, o.created, o.not_before, o.digest FROM outbox o
        JOIN ticket t ON t.number = o.ticket WHERE o.channel = ? AND o.state = 'new' AND t.kind != ?
        AND NOT EXISTS (SELECT 1 FROM outbox c WHERE c.id = o.digest AND c.state IN ('tried', 'uncertain'))
        AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.ticket = o.ticket AND e.channel = o.channel
        AND e.address = o.address AND e.id < o.id AND e.state IN ('tried', 'uncertain'))
        ORDER BY o.id LIMIT ?""",
        (channel, DRILL, _MOST_ROWS),
    )
    rows: dict[str, list[Waiting]] = {}
    for row in found:
        rows.setdefault(row["address"], []).append(
            Waiting(
                id=row["id"],
                ticket=row["ticket"],
                code=row["code"],
                created=row["created"],
                not_before=row["not_before"],
                digest=row["digest"],
            )
        )
    return rows


def _sent(connection: sqlite3.Connection, channel: str, address: str, since: float, now: float) -> int:
    found = connection.execute(
        "SELECT count(*) FROM outbox WHERE channel = ? AND address = ? AND state = 'sent' AND digest IS NULL "
        "AND finished >= ? AND finished <= ?",
        (channel, address, since, now),
    ).fetchone()
    return int(found[0])
