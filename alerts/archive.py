"""The tickets and incidents of a time that is over, for reports."""

from dataclasses import dataclass

from alerts import rows, work
from alerts.incident import Incident, Ticket
from alerts.store import Store
from probes.reading import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A ticket, without its notes, and when a person first did something about it (UTC epoch seconds)."""

    ticket: Ticket
    taken: float | None


class Archive:
    """The store, read for a report. All methods raise OSError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def incidents(self, start: float, end: float) -> tuple[Incident, ...]:
        """The incidents that stood in this time and hinder work, and the roots of those that are symptoms."""
        with self._store.reading() as connection:
            found = connection.execute(
                f"WITH mine AS (SELECT id, cause FROM incident WHERE started < ? AND (ended IS NULL OR ended > ?) "  # noqa: S608 - a constant
                "AND severity != ?) "
                f"SELECT {rows.INCIDENT_COLUMNS} FROM incident "
                "WHERE id IN (SELECT id FROM mine) OR id IN (SELECT cause FROM mine) ORDER BY started, id",
                (end, start, Severity.NOTICE),
            ).fetchall()
        return tuple(map(rows.incident, found))

    def orders(self, start: float, end: float) -> tuple[Order, ...]:
        """The tickets that were opened or not yet done with in this time, the oldest first."""
        with self._store.reading() as connection:
            found = connection.execute(
                f"SELECT {rows.TICKET_COLUMNS}, (SELECT min(at) FROM note WHERE note.ticket = ticket.number "  # noqa: S608 - a constant
                "AND author != ?) AS first_act FROM ticket WHERE opened < ? AND merged_into = '' AND "
                "(opened >= ? OR coalesce(closed, recovered, ?) >= ?) ORDER BY opened, id",
                (work.AGENT, end, start, end, start),
            ).fetchall()
        return tuple(Order(ticket=rows.ticket(row), taken=row["first_act"]) for row in found)
