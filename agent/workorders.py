"""jagaloket tickets: the work orders on the command line."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agent.config import ConfigError, load
from agent.service import STORE
from alerts.incident import Status, Ticket
from alerts.ledger import Ledger
from alerts.office import Office
from alerts.words import words

OPEN = tuple(status for status in Status if status is not Status.CLOSED)


def ledger(state: Path) -> Ledger:
    """The store of a state folder. Raises ConfigError when there is none or it cannot be used."""
    path = state / STORE
    if not path.exists():
        raise ConfigError([f"{path}: there is no ticket store yet; start the agent, or name its folder with --state"])
    try:
        return Ledger.open(path, check=False)
    except (OSError, ValueError) as error:
        raise ConfigError([f"{path}: {error}"]) from error


def office(config: Path | None) -> Office:
    """The office of the configuration, for its language and zone."""
    return load(config).office if config is not None else Office()


def listed(state: Path, *, everything: bool) -> tuple[Ticket, ...]:
    """The tickets, the newest first."""
    return ledger(state).tickets(None if everything else OPEN)


def one(state: Path, number: str) -> Ticket:
    """One ticket. Raises ConfigError when there is none of that number."""
    try:
        return ledger(state).ticket(number)
    except LookupError as error:
        raise ConfigError([str(error.args[0])]) from error


def change(state: Path, what: str, number: str, who: str, text: str) -> str:
    """Take, note, close or reopen a ticket; says what it is now. Raises ConfigError when it cannot be done."""
    book = ledger(state)
    acts = {
        "take": lambda: book.take(number, who),
        "note": lambda: book.note(number, who, text),
        "close": lambda: book.close(number, who, text),
        "reopen": lambda: book.reopen(number, who, text),
    }
    try:
        acts[what]()
        ticket = book.ticket(number)
    except (LookupError, ValueError) as error:
        raise ConfigError([str(error.args[0])]) from error
    return f"{ticket.number}: {ticket.status}"


def plain(ticket: Ticket) -> dict[str, Any]:
    """A ticket for JSON; times are ISO 8601 in UTC."""
    device = ticket.device
    return {
        "number": ticket.number,
        "status": ticket.status,
        "severity": ticket.severity,
        "actor": ticket.actor,
        "device": {
            "id": device.id,
            "kind": device.kind,
            "label": device.label,
            "role": device.role,
            "responsible": device.responsible,
            "asset": dict(device.asset),
        },
        "code": ticket.code,
        "part": ticket.part,
        "detail": ticket.detail,
        "opened": iso(ticket.opened),
        "recovered": iso(ticket.recovered),
        "closed": iso(ticket.closed),
        "taken_by": ticket.taken_by,
        "notes": [{"at": iso(note.at), "author": note.author, "text": note.text} for note in ticket.notes],
    }


def iso(epoch: float | None) -> str | None:
    """UTC epoch seconds as ISO 8601."""
    return None if epoch is None else datetime.fromtimestamp(epoch, UTC).isoformat(timespec="seconds")


def lines(tickets: tuple[Ticket, ...], place: Office) -> list[str]:
    """A line a ticket."""
    say = words(place.language)
    if not tickets:
        return [say.phrase("board.no-tickets")]
    return [
        f"{ticket.number}  {say.status(ticket.status):12} {place.local(ticket.opened):%Y-%m-%d %H:%M}  "
        f"{ticket.device.label}: {say.of(ticket.device, ticket.code).title}"
        for ticket in tickets
    ]


def sheet(ticket: Ticket, place: Office) -> list[str]:
    """One ticket in full."""
    say = words(place.language)
    fault = say.of(ticket.device, ticket.code)
    rows = [
        f"{ticket.number}  {say.status(ticket.status)}  {say.severity(ticket.severity)}",
        f"{ticket.device.label}: {fault.title}",
        fault.impact,
        fault.step,
        " | ".join(filter(None, (say.actor(ticket.actor), ticket.device.id, ticket.code, ticket.part, ticket.detail))),
        "",
    ]
    return rows + [
        f"{place.local(note.at):%Y-%m-%d %H:%M}  {note.author}: {say.note(note.text)}" for note in ticket.notes
    ]
