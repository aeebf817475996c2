"""Work orders that no fault opened: regular work and stock; inside a transaction under way. No incident, no failure."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from alerts import owed, rows, work
from alerts.incident import MAINTENANCE, PLANNED, Addressee, Context, Job
from alerts.policy import TicketPolicy
from probes.reading import Actor, Device, Fault, Severity
from probes.text import SafeText

JOBS_LIMIT = rows.JOBS_LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """How work orders are written: number gives the next number of a moment's year. now: UTC epoch seconds."""

    number: Callable[[sqlite3.Connection, float], str]
    policy: TicketPolicy
    addressees: Sequence[Addressee]
    now: float


def open_one(connection: sqlite3.Connection, desk: Desk, device: Device, fault: Fault) -> str:
    """A new work order, and its letters. Returns its number."""
    number = desk.number(connection, desk.now)
    work.insert(connection, number, device, fault, since=desk.now, context=Context())
    owed.settle(connection, number, desk.addressees, desk.policy, now=desk.now)
    return number


def upkeep_device(actor: Actor) -> Device:
    """What stands in a ticket's place of a device: one person's regular work."""
    return Device(id=f"{MAINTENANCE}-{actor}", kind=MAINTENANCE, label=SafeText(""), role=MAINTENANCE)


def open_upkeep(connection: sqlite3.Connection, desk: Desk, actor: Actor, jobs: Sequence[Job]) -> str:
    """One person's regular work of a day. Returns its number."""
    fault = Fault(code=PLANNED, severity=Severity.NOTICE, actor=actor)
    number = open_one(connection, desk, upkeep_device(actor), fault)
    _write_jobs(connection, number, jobs)
    return number


def young_upkeep(connection: sqlite3.Connection, actor: Actor, since: float, *, room: int) -> str | None:
    """One person's open work order that was opened after that moment and has room; None when there is none."""
    found = connection.execute(
        "SELECT number, tasks FROM ticket WHERE device = ? AND status IN ('new', 'open', 'taken') AND opened >= ? "
        "ORDER BY id DESC LIMIT 1",
        (upkeep_device(actor).id, since),
    ).fetchone()
    if found is None or len(rows.jobs(found["tasks"])) + room > JOBS_LIMIT:
        return None
    return str(found["number"])


def had_upkeep(connection: sqlite3.Connection, actor: Actor, midnight: float, now: float) -> bool:
    """Whether one person had a work order today."""
    return bool(
        connection.execute(
            "SELECT EXISTS (SELECT 1 FROM ticket WHERE device = ? AND opened BETWEEN ? AND ?)",
            (upkeep_device(actor).id, midnight, now),
        ).fetchone()[0]
    )


def jobs_of(connection: sqlite3.Connection, number: str) -> tuple[Job, ...]:
    """What a work order asks for; () for one that is lost."""
    found = connection.execute("SELECT tasks FROM ticket WHERE number = ?", (number,)).fetchone()
    return () if found is None else rows.jobs(found["tasks"])


def add_jobs(connection: sqlite3.Connection, number: str, jobs: Sequence[Job], *, now: float) -> None:
    """More work joins an open order. It is written down, and no letter tells of it."""
    _write_jobs(connection, number, (*jobs_of(connection, number), *jobs))
    for job in jobs:
        work.add_note(connection, number, at=now, author=work.AGENT, text=f"added: {job.task} {job.label}".strip())


def settle_job(connection: sqlite3.Connection, number: str, job: Job, *, who: str, now: float) -> None:
    """One job is over; with the last of them the order is. job: with its outcome."""
    known = jobs_of(connection, number)
    after = [job if (one.task, one.device) == (job.task, job.device) and not one.outcome else one for one in known]
    _write_jobs(connection, number, after)
    if all(one.outcome for one in after):
        _finish(connection, number, who=who, now=now)


def _finish(connection: sqlite3.Connection, number: str, *, who: str, now: float) -> None:
    """A work order is done. One that somebody closed stays as it is. Desks hear of it at the agent's next minute."""
    changed = connection.execute(
        "UPDATE ticket SET recovered = ?, closed = ?, status = 'closed', owes = 1 WHERE number = ? "
        "AND status != 'closed'",
        (now, now, number),
    ).rowcount
    if changed:
        work.add_note(connection, number, at=now, author=who, text="closed")


def closed_by(connection: sqlite3.Connection, number: str) -> tuple[float, str, bool] | None:
    """When a person closed a work order, who, and whether it was refused; None while it is open.

    One that is lost counts as refused.
    """
    row = connection.execute("SELECT status, closed, wont_fix FROM ticket WHERE number = ?", (number,)).fetchone()
    if row is None:
        return (0.0, work.AGENT, True)
    if row["status"] != "closed":
        return None
    who = connection.execute(
        "SELECT author FROM note WHERE ticket = ? AND author != ? ORDER BY id DESC LIMIT 1", (number, work.AGENT)
    ).fetchone()
    return (row["closed"] or 0.0, work.AGENT if who is None else str(who["author"]), bool(row["wont_fix"]))


def _write_jobs(connection: sqlite3.Connection, number: str, jobs: Sequence[Job]) -> None:
    connection.execute("UPDATE ticket SET tasks = ? WHERE number = ?", (rows.jobs_text(jobs), number))
