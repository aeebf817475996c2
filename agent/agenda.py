"""jagaloket maintenance: the plan on the command line."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent import workorders
from agent.belief import Belief, kernel_keeps_time
from agent.config import Config, ConfigError
from alerts.incident import Job
from alerts.ledger import Ledger
from alerts.office import Office
from alerts.plan import Record, due, is_due
from alerts.task import Duty, duties
from alerts.words import words


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One duty as people see it. at: when it is due (UTC epoch seconds), None while nothing says so."""

    duty: Duty
    record: Record | None
    at: float | None
    overdue: bool


def lines_of(config: Config, book: Ledger, now: float) -> list[Line]:
    """Every duty, the next due first."""
    records = book.upkeep.records()
    found = []
    for duty in plan(config):
        record = records.get(duty.key)
        at = None if record is None else due(duty.task, record, config.office, now)
        overdue = record is not None and is_due(duty, record, config.office, now)
        found.append(Line(duty=duty, record=record, at=at, overdue=overdue))
    return sorted(found, key=lambda line: (line.at is None, line.at or 0.0))


def plan(config: Config) -> tuple[Duty, ...]:
    """Every task at every device of a configuration."""
    return duties(config.tasks, tuple(item.device for item in config.watched))


def plain(line: Line) -> dict[str, Any]:
    """A duty for JSON; times are ISO 8601 in UTC."""
    task, record = line.duty.task, line.record
    known = record is not None and record.known
    return {
        "task": task.id,
        "device": line.duty.key[1] or None,
        "actor": task.actor,
        "due": workorders.iso(line.at),
        "overdue": line.overdue,
        "last_done": workorders.iso(record.since) if record is not None and known else None,
        "used": dict(record.used) if record is not None else {},
        "limits": dict(task.usage),
        "asked_by": record.why if record is not None and record.why else None,
        "ticket": record.ticket if record is not None and record.ticket else None,
    }


def told(lines: Sequence[Line], office: Office, *, has_tasks: bool) -> list[str]:
    """A line a duty."""
    say = words(office.language)
    if not lines:
        return [say.phrase("maintenance.none" if has_tasks else "maintenance.off")]
    return [_told(line, office) for line in lines]


def _told(line: Line, office: Office) -> str:
    say, task = words(office.language), line.duty.task
    title, _ = say.job(Job(task=task.id, title=task.title))
    device = line.duty.device
    at = say.phrase("maintenance.unplanned") if line.at is None else f"{office.local(line.at):%Y-%m-%d}"
    name = f"{task.id} {device.id}" if device is not None else task.id
    late = say.phrase("maintenance.overdue") if line.overdue else ""
    number = line.record.ticket if line.record is not None else ""
    label = say.device(device) if device is not None else ""
    return "  ".join(filter(None, (f"{at:10}", f"{name:40}", ": ".join(filter(None, (label, title))), late, number)))


def settle(config: Config, state: Path, names: Sequence[str], outcome: str, said: tuple[str, str]) -> list[str]:
    """Note that a task was done or is skipped, at the devices named or at all of its devices; says what is noted.

    said: who notes it, and what was seen or done.
    Raises ConfigError when it cannot be: no such task, no such device, or this PC's clock is wrong.
    """
    task, *devices = names
    keys = [duty.key for duty in plan(config) if duty.task.id == task]
    if not keys:
        there = ", ".join(sorted({duty.task.id for duty in plan(config)})) or "none"
        raise ConfigError([f"there is no task {task!r} in the plan; there are: {there}"])
    chosen = [key for key in keys if not devices or key[1] in devices]
    if wrong := [name for name in devices if (task, name) not in keys]:
        there = ", ".join(key[1] for key in keys)
        raise ConfigError([f"{task} is no task of {wrong[0]!r}; its devices are: {there}"])
    book, now = workorders.ledger(state), time.time()
    check_clock(book, now)
    try:
        for key in chosen:
            book.upkeep.settle(key, outcome, *said, at=now)
    except (LookupError, OSError) as error:
        raise ConfigError([str(error.args[0])]) from error
    return [f"{' '.join(filter(None, key))}: {outcome}" for key in chosen]


def check_clock(book: Ledger, now: float) -> None:
    """Raises ConfigError when this PC's clock cannot be believed: what is noted would stand on a wrong day."""
    if not Belief().holds(now, 0.0, known=book.upkeep.clock(), synchronised=kernel_keeps_time()):
        day = time.strftime("%Y-%m-%d", time.gmtime(now))
        raise ConfigError([f"this PC's clock says {day}, which cannot be believed; set the clock, then note it again"])
