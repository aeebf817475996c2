"""When each piece of regular work is due, for pages and the command line. A view, it stores nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from agent.config import Config
from alerts.ledger import Ledger
from alerts.plan import Record, due, is_due
from alerts.task import Duty, duties


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One duty as people see it. at: when it is due (UTC epoch seconds), None while nothing says so."""

    duty: Duty
    record: Record | None
    at: float | None
    overdue: bool


def lines_of(config: Config, book: Ledger, now: float) -> Sequence[Line]:
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
