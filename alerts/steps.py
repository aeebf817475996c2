"""What time does to an open ticket, inside a transaction under way: told again, called unstable."""

import sqlite3
from collections.abc import Sequence

from alerts import life, owed, postbox, work
from alerts.incident import Action, Addressee, Key
from alerts.policy import HOUR_SECONDS, TicketPolicy
from probes.reading import Severity


def unstable(connection: sqlite3.Connection, key: Key, changes: int, *, at: float) -> None:
    """Write down how often a fault came and went; a note says when that began and ended."""
    known = life.standing(connection, key)
    if known is None or known["cause"] is not None:
        return
    before = connection.execute("SELECT changes FROM ticket WHERE number = ?", (known["ticket"],)).fetchone()[0]
    connection.execute("UPDATE ticket SET changes = ? WHERE number = ?", (changes, known["ticket"]))
    if bool(before) is not bool(changes):
        text = f"unstable: {changes}" if changes else f"steady: {before}"
        work.add_note(connection, known["ticket"], at=at, author=work.AGENT, text=text)


def late(connection: sqlite3.Connection, policy: TicketPolicy, now: float) -> list[tuple[str, int]]:
    """Tickets that stand so long that they must be told again, each with how often that should have been by now."""
    found = connection.execute(
        "SELECT number, coalesce(reopened_at, opened) AS since, escalated FROM ticket t "
        "WHERE status IN ('new', 'open', 'taken') AND severity != ? AND EXISTS (SELECT 1 FROM incident i "
        "WHERE i.ticket = t.number AND i.ended IS NULL AND i.cause IS NULL) ORDER BY id",
        (Severity.NOTICE,),
    )
    due = [(row["number"], row["escalated"], policy.escalations(now - row["since"])) for row in found]
    return [(number, count) for number, done, count in due if count > done]


def escalate(  # noqa: PLR0913 - a ticket, what is due, and who is told
    connection: sqlite3.Connection,
    number: str,
    count: int,
    addressees: Sequence[Addressee],
    *,
    policy: TicketPolicy,
    now: float,
) -> None:
    """Tell those who know of a ticket that it still stands; whoever took it up need not be asked.

    Does nothing, and is due again, while a letter about this device has just gone.
    """
    ticket = connection.execute(
        "SELECT status, opened, device, severity FROM ticket WHERE number = ?", (number,)
    ).fetchone()
    told = [] if ticket["status"] == "taken" else postbox.told(connection, number, addressees)
    lately = owed.lately_of(policy, now)
    if not all(owed.may_speak(connection, ticket, one, Action.ESCALATED, lately) for one in told):
        return
    connection.execute("UPDATE ticket SET escalated = ? WHERE number = ?", (count, number))
    hours = max(0, int((now - ticket["opened"]) / HOUR_SECONDS))
    work.add_note(connection, number, at=now, author=work.AGENT, text=f"escalated: {hours} h")
    postbox.enqueue(connection, number, Action.ESCALATED, told, at=now)
