"""A ticket's life as faults write it, inside a transaction under way: begins, returns, belongs to another, ends."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from alerts import outages, rows, work
from alerts.incident import Context, Key
from probes.reading import Device, Fault
from probes.text import clean


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One fault of one device, as it is to be written. since: UTC epoch seconds of its first sign."""

    device: Device
    fault: Fault
    since: float
    context: Context

    @property
    def key(self) -> Key:
        """Device, code and part."""
        return (self.device.id, self.fault.code, self.fault.part)


def standing(connection: sqlite3.Connection, key: Key) -> sqlite3.Row | None:
    """The incident that stands on a fault, if one does."""
    found: sqlite3.Row | None = connection.execute(
        "SELECT id, ticket, started, cause, seen_seconds, seen_at FROM incident "
        "WHERE device = ? AND code = ? AND part = ? AND ended IS NULL",
        tuple(map(clean, key)),
    ).fetchone()
    return found


def cause(connection: sqlite3.Connection, key: Key | None) -> sqlite3.Row | None:
    """The incident of a cause, with a ticket of its own; None when it does not stand."""
    found = standing(connection, key) if key is not None else None
    return found if found is not None and found["cause"] is None else None


def of_its_own(
    connection: sqlite3.Connection, case: Case, *, returned_after: float, number: Callable[[], str], now: float
) -> str:
    """The ticket for a fault that is no symptom: the old one if it returned soon, else a new one.

    returned_after: UTC epoch seconds before which an earlier end is too long ago.
    """
    known = connection.execute(
        "SELECT number, status, wont_fix FROM ticket WHERE device = ? AND code = ? AND part = ? AND merged_into = '' "
        "AND (wont_fix = 1 OR max(coalesce(recovered, 0), coalesce(closed, 0)) >= ?) "
        "AND status IN ('recovered', 'closed') ORDER BY wont_fix DESC, id DESC LIMIT 1",
        (*map(clean, case.key), returned_after),
    ).fetchone()
    if known is None:
        made = number()
        work.insert(connection, made, case.device, case.fault, since=case.since, context=case.context)
        return made
    if not known["wont_fix"]:
        _return(connection, known["number"], case, now)
    return str(known["number"])


def _return(connection: sqlite3.Connection, number: str, case: Case, now: float) -> None:
    detail = clean(case.fault.detail, rows.DETAIL_LIMIT_BYTES)
    connection.execute(
        "UPDATE ticket SET status = CASE WHEN status = 'recovered' AND taken_by != '' THEN 'taken' ELSE 'open' END, "
        "recovered = NULL, closed = NULL, reopened = reopened + 1, reopened_at = ?, escalated = 0, severity = ?, "
        "detail = ?, impact = ? WHERE number = ?",
        (now, case.fault.severity, detail, rows.impact_text(case.context.impact), number),
    )
    work.add_note(connection, number, at=now, author=work.AGENT, text="returned")


def write_incident(connection: sqlite3.Connection, case: Case, number: str, cause_id: int | None) -> None:
    """The incident's row."""
    connection.execute(
        "INSERT INTO incident (device, code, part, severity, actor, detail, started, seen_at, ticket, cause, kind) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(clean(case.device.id), *work.fault_values(case.fault), case.since, case.since),
            *(number, cause_id, clean(case.device.kind)),
        ),
    )


def join(connection: sqlite3.Connection, case: Case, number: str, now: float) -> None:
    """A symptom is noted on its cause's ticket, once; what it stops is stopped by the cause."""
    known = connection.execute(
        "SELECT 1 FROM incident WHERE ticket = ? AND device = ? AND code = ? AND part = ? AND cause IS NOT NULL",
        (number, *map(clean, case.key)),
    ).fetchone()
    if known is None:
        part = f" {case.fault.part}" if case.fault.part else ""
        text = f"symptom: {case.device.label}: {case.fault.code}{part}"
        work.add_note(connection, number, at=now, author=work.AGENT, text=text)
    if case.context.impact:
        before = connection.execute("SELECT impact FROM ticket WHERE number = ?", (number,)).fetchone()[0]
        both = rows.impact_text(rows.impact(before).joined(case.context.impact))
        connection.execute("UPDATE ticket SET impact = ? WHERE number = ?", (both, number))


def merge(connection: sqlite3.Connection, mine: sqlite3.Row, root: sqlite3.Row, now: float) -> bool:
    """A standing incident's ticket turns out to be a symptom of another. False when it is too late for that.

    It is too late when people know the ticket: a letter may have gone, or somebody worked on it. Then it stays,
    and says to which ticket it belongs.
    """
    number, other = mine["ticket"], root["ticket"]
    if mine["cause"] is not None or number == other:
        return False
    if _is_known(connection, number):
        work.add_note(connection, number, at=now, author=work.AGENT, text=f"belongs: {other}")
        return False
    connection.execute("DELETE FROM outbox WHERE ticket = ? AND state = 'new'", (number,))
    connection.execute(
        "UPDATE ticket SET status = 'closed', closed = ?, merged_into = ?, owes = 0 WHERE number = ?",
        (now, other, number),
    )
    work.add_note(connection, number, at=now, author=work.AGENT, text=f"merged: {other}")
    connection.execute(
        "UPDATE incident SET ticket = ?, cause = ? WHERE id = ? OR cause = ?",
        (other, root["id"], mine["id"], mine["id"]),
    )
    return True


def _is_known(connection: sqlite3.Connection, number: str) -> bool:
    return bool(
        connection.execute(
            "SELECT EXISTS (SELECT 1 FROM ticket WHERE number = ? AND (status != 'new' OR reopened > 0)) OR "
            "EXISTS (SELECT 1 FROM outbox WHERE ticket = ? AND state IN ('tried', 'uncertain', 'sent'))",
            (number, number),
        ).fetchone()[0]
    )


def end(connection: sqlite3.Connection, known: sqlite3.Row, at: float) -> bool:
    """An incident ends; with the last of a ticket's own the ticket recovers. True when it did."""
    outages.count(connection, known["id"], at, stands=True)
    connection.execute("UPDATE incident SET ended = ? WHERE id = ?", (at, known["id"]))
    number = known["ticket"]
    left = connection.execute(
        "SELECT 1 FROM incident WHERE ticket = ? AND ended IS NULL AND cause IS NULL", (number,)
    ).fetchone()
    if known["cause"] is not None or left is not None:
        return False
    connection.execute(
        "UPDATE ticket SET recovered = ?, changes = 0, status = CASE status WHEN 'closed' THEN status "
        "ELSE 'recovered' END WHERE number = ?",
        (at, number),
    )
    work.add_note(connection, number, at=at, author=work.AGENT, text=work.RECOVERED)
    return True
