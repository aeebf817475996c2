"""What a ticket owes to whom: letters about its last state, not too many; inside a transaction under way.

What was told stands in the outbox, so that nothing is owed twice and nothing is forgotten over a restart.
"""

import sqlite3
from collections.abc import Sequence

from alerts import postbox
from alerts.incident import MAINTENANCE, STOCK, Action, Addressee
from alerts.policy import TicketPolicy
from probes.reading import Severity

_LETTERS = "mail"
"""The channel whose letters keep their distance; desks are told at once."""


def settle(
    connection: sqlite3.Connection, number: str, addressees: Sequence[Addressee], policy: TicketPolicy, *, now: float
) -> None:
    """Tell each addressee the ticket's state, unless it was told or must wait; then it stays owed.

    now: UTC epoch seconds.
    """
    ticket = connection.execute(
        "SELECT device, kind, status, severity, wont_fix, merged_into, EXISTS (SELECT 1 FROM incident i "
        "WHERE i.ticket = number AND i.ended IS NULL AND i.cause IS NULL) AS stands FROM ticket WHERE number = ?",
        (number,),
    ).fetchone()
    waits = ticket["kind"] in (MAINTENANCE, STOCK) and ticket["status"] not in ("recovered", "closed")
    state = Action.OPENED if ticket["stands"] or waits else Action.RECOVERED
    silent = ticket["wont_fix"] or ticket["merged_into"]
    # Who did regular work needs no letter that it is done; a desk must hear it.
    quiet = ticket["kind"] == MAINTENANCE and state is Action.RECOVERED
    asked = [one for one in addressees if one.channel != _LETTERS] if quiet else addressees
    owed = [] if silent else [one for one in asked if _owes(connection, number, one, state)]
    lately = lately_of(policy, now)
    ready = [one for one in owed if may_speak(connection, ticket, one, state, lately)]
    postbox.enqueue(connection, number, state, ready, at=now)
    connection.execute("UPDATE ticket SET owes = ? WHERE number = ?", (len(ready) < len(owed), number))


def owing(connection: sqlite3.Connection) -> list[str]:
    """The tickets that owe somebody a letter."""
    return [row[0] for row in connection.execute("SELECT number FROM ticket WHERE owes = 1 ORDER BY id")]


def _owes(connection: sqlite3.Connection, number: str, one: Addressee, state: Action) -> bool:
    """Whether this state is news to this addressee. Who was not told of the start is not told of the end."""
    last = connection.execute(
        "SELECT action, state FROM outbox WHERE ticket = ? AND channel = ? AND address = ? AND action != ? "
        "ORDER BY id DESC LIMIT 1",
        (number, one.channel, one.address, Action.ESCALATED),
    ).fetchone()
    if last is None or last["state"] == "dead":
        return state is Action.OPENED and last is None
    return bool(last["action"] != state)


def lately_of(policy: TicketPolicy, now: float) -> tuple[float, float]:
    """The span in which one letter about a device is enough."""
    return (now - policy.letter_gap_minutes * 60, now)


def may_speak(
    connection: sqlite3.Connection, ticket: sqlite3.Row, one: Addressee, state: Action, lately: tuple[float, float]
) -> bool:
    """Whether no letter about this device went to this addressee lately, or this is a graver matter.

    ticket: its device and severity. lately: from when to when, UTC epoch seconds.
    """
    if one.channel != _LETTERS:
        return True
    recent = connection.execute(
        "SELECT t.number, t.severity FROM outbox o JOIN ticket t ON t.number = o.ticket "
        "WHERE t.device = ? AND o.channel = ? AND o.address = ? AND o.created > ? AND o.created <= ?",
        (ticket["device"], one.channel, one.address, *lately),
    ).fetchall()
    if not recent:
        return True
    graver = all(Severity(ticket["severity"]).rank > Severity(row["severity"]).rank for row in recent)
    return state is Action.OPENED and graver
