"""jagaloket tickets: the work orders on the command line."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agent.config import ConfigError, load
from agent.statefolder import STORE
from alerts.effect import effect, steadiness
from alerts.incident import STOCK, Status, Ticket
from alerts.ledger import Ledger
from alerts.office import Office
from alerts.priority import priority
from alerts.shortage import left
from alerts.words import Words, words

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
    """Take, note, close (for good: "wont-fix") or reopen a ticket; says what it is now.

    Raises ConfigError when it cannot be done.
    """
    book = ledger(state)
    acts = {
        "take": lambda: book.take(number, who),
        "note": lambda: book.note(number, who, text),
        "close": lambda: book.close(number, who, text),
        "wont-fix": lambda: book.close(number, who, text, wont_fix=True),
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
        "type": ticket.type,
        "status": ticket.status,
        "severity": ticket.severity,
        "priority": priority(ticket, time.time()),
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
        "impact": {
            "down": list(ticket.impact.down),
            "degraded": list(ticket.impact.degraded),
            "working": list(ticket.impact.working),
        },
        "changes": ticket.changes,
        "reopened": ticket.reopened,
        "escalated": ticket.escalated,
        "wont_fix": ticket.wont_fix,
        "merged_into": ticket.merged_into or None,
        "shared_key": ticket.shared_key or None,
        "jobs": [
            {"task": job.task, "device": job.device or None, "outcome": job.outcome or None} for job in ticket.jobs
        ],
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
        f"{ticket.number}  {say.status(ticket.status):12} {say.priority(priority(ticket, time.time())):9} "
        f"{place.local(ticket.opened):%Y-%m-%d %H:%M}  {headline(say, ticket)}"
        for ticket in tickets
    ]


def headline(say: Words, ticket: Ticket) -> str:
    """A ticket in one line: its device and what is wrong, or whose regular work it is and how much."""
    if ticket.jobs:
        waiting = sum(not job.outcome for job in ticket.jobs)
        return f"{_title(say, ticket)}: {say.phrase('ticket.jobs', count=waiting)}, {say.actor(ticket.actor).lower()}"
    if ticket.device.kind == STOCK:
        return f"{_title(say, ticket)}. {left(say, ticket.detail)}"
    return f"{ticket.device.label}: {_title(say, ticket)}"


def _jobs(say: Words, ticket: Ticket) -> list[str]:
    lines = []
    for job in ticket.jobs:
        title, step = say.job(job)
        done = say.phrase(f"job.{job.outcome}") if job.outcome else step
        lines.append(
            f"- {': '.join(filter(None, (job.label, title)))} ({job.task} {job.device}): {done}".replace(" )", ")")
        )
    return lines


def _title(say: Words, ticket: Ticket) -> str:
    title, unsteady = say.of(ticket.device, ticket.code).title, steadiness(say, ticket)
    return f"{title} ({unsteady})" if unsteady else title


def sheet(ticket: Ticket, place: Office) -> list[str]:
    """One ticket in full."""
    say = words(place.language)
    urgency = f"{say.phrase('ticket.priority')}: {say.priority(priority(ticket, time.time()))}"
    rows = [
        f"{ticket.number}  {say.status(ticket.status)}  {say.severity(ticket.severity)}  {urgency}",
        headline(say, ticket),
        effect(say, ticket, place.counter or say.phrase("letter.no-counter")),
        say.of(ticket.device, ticket.code).step,
        *_jobs(say, ticket),
        *_life(say, ticket),
        " | ".join(filter(None, (say.actor(ticket.actor), ticket.device.id, ticket.code, ticket.part, ticket.detail))),
        "",
    ]
    return rows + [
        f"{place.local(note.at):%Y-%m-%d %H:%M}  {note.author}: {say.note(note.text)}" for note in ticket.notes
    ]


def _life(say: Words, ticket: Ticket) -> list[str]:
    """What became of it, where that is out of the ordinary."""
    told = (
        (ticket.reopened, say.phrase("ticket.reopened", count=ticket.reopened)),
        (ticket.wont_fix, say.phrase("ticket.wont-fix")),
        (ticket.merged_into, say.phrase("ticket.merged", number=ticket.merged_into)),
    )
    return [line for true, line in told if true]
