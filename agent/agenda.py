"""jagaloket maintenance: the plan on the command line."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from agent import workorders
from agent.belief import LONG_LEAP_SECONDS, Belief, kernel_keeps_time
from agent.config import Config, ConfigError
from agent.dues import Line, plan
from alerts.incident import Job
from alerts.ledger import Ledger
from alerts.office import Office
from alerts.words import words


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
    except OSError as error:
        raise ConfigError([str(error.args[0])]) from error
    return [f"{' '.join(filter(None, key))}: {outcome}" for key in chosen]


def check_clock(book: Ledger, now: float) -> None:
    """Raises ConfigError when this PC's clock cannot be believed: what is noted would stand on a wrong day."""
    if not Belief(LONG_LEAP_SECONDS).holds(now, 0.0, known=book.upkeep.clock(), synchronised=kernel_keeps_time()):
        day = time.strftime("%Y-%m-%d", time.gmtime(now))
        raise ConfigError([f"this PC's clock says {day}, which cannot be believed; set the clock, then note it again"])
