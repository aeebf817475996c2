"""The work orders inside a transaction under way: what people and incidents do to a ticket."""

import sqlite3
from collections.abc import Collection, Mapping

from alerts import rows
from alerts.incident import DRILL, MAINTENANCE, REPORT, STOCK, Context, Status, Ticket
from probes.reading import Actor, Device, Fault, Severity
from probes.text import SafeText, clean

AGENT = "jagaloket"
"""The author of the agent's own notes."""
RECOVERED = "recovered"
NOTES_PER_TICKET = 200


def insert(  # noqa: PLR0913 - a row has as many sides
    connection: sqlite3.Connection, number: str, device: Device, fault: Fault, *, since: float, context: Context
) -> None:
    """A new ticket, with the device as it is known now."""
    asset, shared = rows.asset_text(device.asset), clean(context.shared_key, rows.SHARED_KEY_LIMIT_BYTES)
    identity = (device.id, device.kind, device.label, device.role, device.responsible)
    connection.execute(
        "INSERT INTO ticket (number, status, device, kind, label, role, responsible, asset, code, part, severity, "
        "actor, detail, opened, impact, shared_key) VALUES (?, 'new', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (number, *map(clean, identity), asset, *fault_values(fault), since, rows.impact_text(context.impact), shared),
    )


def fault_values(fault: Fault) -> tuple[SafeText, SafeText, Severity, Actor, SafeText]:
    """A fault as stored: code, part, severity, actor, detail."""
    detail = clean(fault.detail, rows.DETAIL_LIMIT_BYTES)
    return clean(fault.code), clean(fault.part), fault.severity, fault.actor, detail


def read(connection: sqlite3.Connection, number: str) -> Ticket:
    """One ticket with its notes. Raises LookupError when there is none."""
    row = connection.execute(
        f"SELECT {rows.TICKET_COLUMNS} FROM ticket WHERE number = ?",  # noqa: S608 - a constant
        (clean(number),),
    ).fetchone()
    if row is None:
        msg = f"there is no ticket {clean(number, 40)}; see: jagaloket tickets list"
        raise LookupError(msg)
    notes = connection.execute("SELECT at, author, text FROM note WHERE ticket = ? ORDER BY id", (row["number"],))
    return rows.ticket(row, tuple(map(rows.note, notes)))


def latest(connection: sqlite3.Connection, statuses: Collection[Status], limit: int) -> tuple[Ticket, ...]:
    """Tickets without their notes, newest first."""
    marks = ", ".join("?" * len(statuses))
    found = connection.execute(
        f"SELECT {rows.TICKET_COLUMNS} FROM ticket WHERE status IN ({marks}) ORDER BY id DESC LIMIT ?",  # noqa: S608 - a constant and question marks
        (*statuses, max(0, limit)),
    ).fetchall()
    return tuple(map(rows.ticket, found))


def counts(connection: sqlite3.Connection) -> Mapping[tuple[Status, Severity], int]:
    """How many tickets for faults there are of each status and severity.

    Drills, regular work, stock, reports and what went onto another's are none.
    """
    found = connection.execute(
        "SELECT status, severity, count(*) FROM ticket WHERE kind NOT IN (?, ?, ?, ?) AND merged_into = '' "
        "GROUP BY status, severity",
        (DRILL, MAINTENANCE, STOCK, REPORT),
    ).fetchall()
    return {(Status(row[0]), Severity(row[1])): row[2] for row in found if row[1] in set(Severity)}


def take(connection: sqlite3.Connection, number: str, who: str, *, at: float) -> Ticket:
    """Somebody takes it up; from somebody else, too."""
    ticket = read(connection, number)
    if ticket.status in (Status.RECOVERED, Status.CLOSED):
        msg = f"{ticket.number} is {ticket.status}: there is nothing to take up; reopen it first if it must go on"
        raise ValueError(msg)
    person = _person(who)
    _change(connection, ticket, "taken", taken_by=person)
    add_note(connection, ticket.number, at=at, author=person, text="taken")
    return read(connection, number)


def write_note(connection: sqlite3.Connection, number: str, who: str, text: str, *, at: float) -> Ticket:
    """A note leaves the ticket's status as it is."""
    ticket = read(connection, number)
    words = clean(text, rows.NOTE_LIMIT_BYTES)
    if not words:
        msg = "text: a note without text says nothing; write what was seen or done"
        raise ValueError(msg)
    add_note(connection, ticket.number, at=at, author=_person(who), text=words)
    return read(connection, number)


def close(  # noqa: PLR0913 - who, what and when
    connection: sqlite3.Connection, number: str, who: str, text: str, *, at: float, wont_fix: bool
) -> Ticket:
    """Somebody closes it. A standing incident stands on, and opens no other ticket.

    wont_fix: it stays closed even when the fault comes back.
    """
    ticket = read(connection, number)
    if ticket.status is Status.CLOSED:
        msg = f"{ticket.number} is closed already; reopen it first if it must go on"
        raise ValueError(msg)
    connection.execute(
        "UPDATE ticket SET status = 'closed', closed = ?, wont_fix = ? WHERE number = ?", (at, wont_fix, ticket.number)
    )
    verb = "wont-fix" if wont_fix else "closed"
    add_note(connection, ticket.number, at=at, author=_person(who), text=_because(verb, text))
    return read(connection, number)


def reopen(connection: sqlite3.Connection, number: str, who: str, text: str, *, at: float) -> Ticket:
    """Somebody opens a closed or recovered ticket again."""
    ticket = read(connection, number)
    if ticket.status not in (Status.RECOVERED, Status.CLOSED):
        msg = f"{ticket.number} is {ticket.status}: only a recovered or closed ticket can be reopened"
        raise ValueError(msg)
    connection.execute(
        "UPDATE ticket SET status = 'open', closed = NULL, recovered = NULL, wont_fix = 0, merged_into = '', "
        "reopened_at = ?, escalated = 0 WHERE number = ?",
        (at, ticket.number),
    )
    add_note(connection, ticket.number, at=at, author=_person(who), text=_because("reopened", text))
    return read(connection, number)


def add_note(connection: sqlite3.Connection, number: str, *, at: float, author: str, text: str) -> None:
    """Write one line; beyond NOTES_PER_TICKET the oldest goes."""
    connection.execute(
        "INSERT INTO note (ticket, at, author, text) VALUES (?, ?, ?, ?)",
        (number, at, clean(author), clean(text, rows.NOTE_LIMIT_BYTES)),
    )
    connection.execute(
        "DELETE FROM note WHERE ticket = ? AND id <= "
        "(SELECT id FROM note WHERE ticket = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
        (number, number, NOTES_PER_TICKET),
    )


def _change(connection: sqlite3.Connection, ticket: Ticket, status: str, *, taken_by: str) -> None:
    connection.execute("UPDATE ticket SET status = ?, taken_by = ? WHERE number = ?", (status, taken_by, ticket.number))


def _person(who: str) -> SafeText:
    person = clean(who)
    if not person:
        msg = "who: a name is needed; write who does this"
        raise ValueError(msg)
    return person


def _because(what: str, text: str) -> str:
    words = clean(text, rows.NOTE_LIMIT_BYTES - 20)
    return f"{what}: {words}" if words else what
