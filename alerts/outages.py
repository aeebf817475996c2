"""The outage log: when there was no way out, why, who mends it, and by what evidence.

A view of the ledger's incidents of links. What an incident's two times cannot tell is how long the fault was really
seen: in between the PC may have been off, or its clock set. So the seconds are counted while it stands.
"""

import math
import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from alerts import rows
from alerts.incident import Incident, Key
from alerts.store import Store
from probes.reading import Severity
from probes.text import SafeText, clean

LINK = "link"
COUNT_SECONDS = 60.0
"""How often tick() is called."""
_MOST_SECONDS = 1.5 * COUNT_SECONDS
"""What lies further back was not seen: the agent stood still, the PC was off, or somebody set the clock."""
KEPT_INCIDENTS = 20_000
"""So many ended incidents are kept of all devices: a year and more at fifty a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """One time without a way out.

    seconds: for how long it was seen to stand; less than from start to end where the PC was off meanwhile.
    unsure: the clock could not be trusted, so that start and end may be wrong. because: the root's code, where
    this was the symptom of another fault; "" where not.
    """

    incident: Incident
    seconds: float
    unsure: bool
    because: SafeText

    @property
    def span_seconds(self) -> float | None:
        """From start to end by the clock; None while it stands."""
        ended = self.incident.ended
        return None if ended is None else max(0.0, ended - self.incident.started)


class Outages:
    """The outages in the store. Each method that writes is one transaction; all raise OSError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def go_on(self) -> None:
        """The agent starts: what stands goes on to be counted from now on."""
        now = self._store.clock()
        with self._store.transaction() as connection:
            connection.execute("UPDATE incident SET seen_at = ? WHERE ended IS NULL AND kind = ?", (now, LINK))

    def tick(self, standing: Collection[Key], *, trusted: bool) -> None:
        """Once in COUNT_SECONDS: count on for the faults that stand now.

        standing: what the last looks say; an incident that is held open because it comes and goes does not count
        while it is gone. trusted: the clock is. Old incidents make room.
        """
        with self._store.reading() as connection:
            found = connection.execute(
                "SELECT id, device, code, part FROM incident WHERE ended IS NULL AND kind = ?", (LINK,)
            ).fetchall()
            too_many = _ended(connection) > KEPT_INCIDENTS
        if not found and not too_many:
            return
        now = self._store.clock()
        with self._store.transaction() as connection:
            for row in found:
                count(connection, row["id"], now, stands=(row["device"], row["code"], row["part"]) in standing)
                if not trusted:
                    connection.execute("UPDATE incident SET unsure = 1 WHERE id = ?", (row["id"],))
            _make_room(connection)

    def totals(self) -> Mapping[tuple[str, str], float]:
        """Seconds of blocking faults by device and code, ever; they only grow, and survive restarts."""
        with self._store.reading() as connection:
            found = connection.execute(
                "SELECT device, code, sum(seconds) AS seconds FROM ("
                "SELECT device, code, seen_seconds AS seconds FROM incident WHERE kind = ? AND severity = ? "
                "UNION ALL SELECT device, code, seconds FROM outage_past) GROUP BY device, code",
                (LINK, Severity.BLOCKING),
            ).fetchall()
        return {(clean(row["device"]), clean(row["code"])): max(0.0, row["seconds"]) for row in found}

    def between(self, first: float = 0.0, last: float = math.inf, *, degraded: bool = False) -> tuple[Outage, ...]:
        """The outages that began from one time on and before another (UTC epoch seconds), the oldest first.

        degraded: also the times in which the link was only bad.
        """
        severities = [Severity.BLOCKING, Severity.DEGRADED] if degraded else [Severity.BLOCKING]
        columns = ", ".join(f"i.{name}" for name in rows.INCIDENT_COLUMNS.split(", "))
        with self._store.reading() as connection:
            found = connection.execute(
                f"SELECT {columns}, i.seen_seconds, i.unsure, root.code AS because FROM incident i "  # noqa: S608 - constants and question marks
                "LEFT JOIN incident root ON root.id = i.cause WHERE i.kind = ? AND i.started >= ? AND i.started < ? "
                f"AND i.severity IN ({', '.join('?' * len(severities))}) ORDER BY i.started, i.id",
                (LINK, first, min(last, 1e15), *severities),
            ).fetchall()
        return tuple(map(_outage, found))


def count(connection: sqlite3.Connection, number: int, at: float, *, stands: bool) -> None:
    """Count what passed since this incident was last counted. stands: its fault really did."""
    connection.execute(
        "UPDATE incident SET seen_at = ?, seen_seconds = seen_seconds + "
        "CASE WHEN ? THEN min(?, max(0, ? - coalesce(seen_at, ?))) ELSE 0 END WHERE id = ?",
        (at, stands, _MOST_SECONDS, at, at, number),
    )


def go_on(connection: sqlite3.Connection, key: Key, before: sqlite3.Row) -> None:
    """A standing incident was written anew, for another ticket: what was counted stays."""
    connection.execute(
        "UPDATE incident SET seen_seconds = ?, seen_at = ? "
        "WHERE device = ? AND code = ? AND part = ? AND ended IS NULL",
        (before["seen_seconds"], before["seen_at"], *map(clean, key)),
    )


def _ended(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM incident WHERE ended IS NOT NULL").fetchone()[0])


def _make_room(connection: sqlite3.Connection) -> None:
    """The oldest ended incidents go; how long outages lasted is kept."""
    old = "SELECT id FROM incident WHERE ended IS NOT NULL ORDER BY id DESC LIMIT -1 OFFSET ?"
    connection.execute(
        "INSERT INTO outage_past SELECT device, code, sum(seen_seconds) FROM incident "  # noqa: S608 - a constant
        f"WHERE id IN ({old}) AND kind = ? AND severity = ? GROUP BY device, code "
        "ON CONFLICT (device, code) DO UPDATE SET seconds = seconds + excluded.seconds",
        (KEPT_INCIDENTS, LINK, Severity.BLOCKING),
    )
    connection.execute(f"DELETE FROM incident WHERE id IN ({old})", (KEPT_INCIDENTS,))  # noqa: S608 - a constant


def _outage(row: sqlite3.Row) -> Outage:
    return Outage(
        incident=rows.incident(row),
        seconds=max(0.0, row["seen_seconds"]),
        unsure=bool(row["unsure"]),
        because=clean(row["because"] or ""),
    )
