"""How it was, for reports: stretches of steady watching, the states in them, and what counters counted.

A stretch is a time in which the agent watched without a break, under one configuration and one steady clock, a day
at most. It begins with the state of each device, so that a report reads only the stretches of its month, and
whatever lies between stretches was not watched: neither up nor down.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from alerts.store import Store
from probes.reading import State
from probes.text import clean

KEPT_STRETCHES = 6_000
"""Two years of a PC that is started eight times a day. Bounds count rows, not days: a clock may jump years ahead."""
KEPT_CHANGES = 20_000
"""Of one device: what flaps for weeks pushes out its own past only."""
KEPT_ROWS = 1_000_000
KEPT_DAYS = 800
"""Of one counter."""
ROSTER_LIMIT_BYTES = 512 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A device's state from a moment on (UTC epoch seconds), in the order in which they were seen."""

    device: str
    state: State
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A time of steady watching. since, until: UTC epoch seconds. trusted: the clock was.

    roster: what was watched, as who began it wrote it down.
    """

    since: float
    until: float
    trusted: bool
    roster: str
    changes: tuple[Change, ...]


class Chronicle:
    """The store's tables of the past. Each method that writes is one transaction; all raise OSError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def begin(self, roster: str, states: Mapping[str, State], *, at: float, trusted: bool) -> None:
        """A new stretch begins, with the state of each device; the one before has ended when it was last extended."""
        with self._store.transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO roster (body) VALUES (?)", (roster,))
            connection.execute(
                "INSERT INTO stretch (since, until, trusted, roster) SELECT ?, ?, ?, id FROM roster WHERE body = ?",
                (at, at, trusted, roster),
            )
            for device, state in states.items():
                write(connection, device, state, at)
            _prune(connection, states)

    def extend(self, until: float) -> None:
        """The stretch under way goes on. until: UTC epoch seconds."""
        with self._store.transaction() as connection:
            _extend(connection, until)

    def count(self, values: Iterable[tuple[str, str, float]], day: int) -> None:
        """What counters show now: device, counter and value. day: any number that grows by one each day.

        What a counter grew by is added to its day; one that fell was reset or belongs to another device.
        """
        with self._store.transaction() as connection:
            for device, counter, value in values:
                _count(connection, (clean(device), clean(counter)), value, day)

    def between(self, start: float, end: float) -> tuple[Stretch, ...]:
        """The stretches that touch this time, in the order in which they were watched. UTC epoch seconds."""
        with self._store.reading() as connection:
            found = connection.execute(
                "SELECT s.id, s.since, s.until, s.trusted, r.body FROM stretch s JOIN roster r ON r.id = s.roster "
                "WHERE s.until > ? AND s.since < ? ORDER BY s.id",
                (start, end),
            ).fetchall()
            return tuple(_stretch(connection, row) for row in found)

    def used(self, first: int, last: int) -> Mapping[tuple[str, str], float]:
        """What each counter of each device counted from the first to the last day, both included."""
        with self._store.reading() as connection:
            found = connection.execute(
                "SELECT device, counter, sum(used) FROM counted WHERE day BETWEEN ? AND ? GROUP BY device, counter",
                (first, last),
            ).fetchall()
        return {(clean(row[0]), clean(row[1])): row[2] for row in found}


def write(connection: sqlite3.Connection, device: str, state: State, at: float) -> None:
    """A device's state in the stretch under way, inside a transaction under way."""
    connection.execute(
        "INSERT INTO history (device, state, at, stretch) SELECT ?, ?, ?, coalesce(max(id), 0) FROM stretch",
        (clean(device), state, at),
    )
    _extend(connection, at)


def _extend(connection: sqlite3.Connection, until: float) -> None:
    connection.execute(
        "UPDATE stretch SET until = ? WHERE id = (SELECT max(id) FROM stretch) AND until < ?", (until, until)
    )


def _count(connection: sqlite3.Connection, key: tuple[str, str], value: float, day: int) -> None:
    before = connection.execute(
        "SELECT last FROM counted WHERE device = ? AND counter = ? ORDER BY rowid DESC LIMIT 1", key
    ).fetchone()
    grown = max(0.0, value - before[0]) if before is not None else 0.0
    connection.execute(
        "INSERT INTO counted VALUES (?, ?, ?, ?, ?) ON CONFLICT (device, counter, day) DO UPDATE "
        "SET used = used + excluded.used, last = excluded.last",
        (*key, day, grown, value),
    )
    connection.execute(
        "DELETE FROM counted WHERE device = ? AND counter = ? AND rowid <= (SELECT rowid FROM counted "
        "WHERE device = ? AND counter = ? ORDER BY rowid DESC LIMIT 1 OFFSET ?)",
        (*key, *key, KEPT_DAYS),
    )


def _stretch(connection: sqlite3.Connection, row: sqlite3.Row) -> Stretch:
    known = set(State)
    changes: Sequence[sqlite3.Row] = connection.execute(
        "SELECT device, state, at FROM history WHERE stretch = ? ORDER BY id", (row["id"],)
    ).fetchall()
    return Stretch(
        since=row["since"],
        until=row["until"],
        trusted=bool(row["trusted"]),
        roster=row["body"][:ROSTER_LIMIT_BYTES],
        changes=tuple(
            Change(device=clean(one["device"]), state=State(one["state"]), at=one["at"])
            for one in changes
            if one["state"] in known
        ),
    )


def _prune(connection: sqlite3.Connection, devices: Iterable[str]) -> None:
    """Once a stretch: bounds that grow by a day's changes in between."""
    connection.execute("DELETE FROM stretch WHERE id <= (SELECT max(id) FROM stretch) - ?", (KEPT_STRETCHES,))
    connection.execute("DELETE FROM roster WHERE id NOT IN (SELECT roster FROM stretch)")
    connection.execute(
        "DELETE FROM history WHERE id <= (SELECT max(id) FROM history) - ? OR stretch < (SELECT min(id) FROM stretch)",
        (KEPT_ROWS,),
    )
    for device in map(clean, devices):
        connection.execute(
            "DELETE FROM history WHERE device = ? AND id <= "
            "(SELECT id FROM history WHERE device = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
            (device, device, KEPT_CHANGES),
        )
