"""When regular work is due: by the calendar, by use or because the device asks, whichever comes first. Pure.

No word of a clock: moments are UTC epoch seconds that the caller believes in.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from types import MappingProxyType

from alerts.office import Office
from alerts.task import Duty, Task, after

MOST_CLOSED_DAYS = 40
NEAR_DAYS = 60
"""Only so far ahead a due day is moved off holidays: those of later years are not decreed yet."""
_MORNING_MINUTES = 8 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is known of one duty.

    since: when it was last done, or first seen (known False). planned: its first day, where nobody knows when it was
    last done. used: what was counted since. asked: since when use or the device asks for it, and why ("pages",
    "maintenance-due"). identity: which unit it is. ticket: the work order that it stands on.
    """

    since: float
    known: bool = False
    planned: float | None = None
    used: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    asked: float | None = None
    why: str = ""
    identity: str = ""
    ticket: str = ""


def due(task: Task, record: Record, office: Office, now: float) -> float | None:
    """When it is due; None when neither calendar nor device says so."""
    moments = [moment for moment in (_by_calendar(task, record, office, now), record.asked) if moment is not None]
    return min(moments, default=None)


def is_due(duty: Duty, record: Record, office: Office, now: float) -> bool:
    """Whether it is due by the end of the office's present day."""
    moment = due(duty.task, record, office, now)
    return moment is not None and moment < _end_of_day(office, now)


def reached(task: Task, used: Mapping[str, float]) -> str:
    """Which use has come to its limit; "" when none has."""
    return next((name for name, limit in task.usage.items() if used.get(name, 0.0) >= limit), "")


def first_day(duty: Duty, office: Office, now: float) -> float | None:
    """When a duty is first due that nobody knows anything of: spread over its interval, tomorrow at the earliest.

    Two offices and two devices get different days; the same one gets the same. None without an interval.
    """
    if not duty.task.every:
        return None
    today = office.local(now).date()
    days = (after(duty.task.every, today) - today).days
    digest = hashlib.sha256("|".join((office.code, office.counter, *duty.key)).encode()).digest()
    share = int.from_bytes(digest[:4], "big") / 2**32
    return opening(office, today + timedelta(days=1 + int(share * days)), now)


def opening(office: Office, day: date, now: float) -> float:
    """When the office opens on that day, or on the next on which it does."""
    today = office.local(now).date()
    moved = day
    if office.hours and (day - today).days <= NEAR_DAYS:
        days = (day + timedelta(days=step) for step in range(MOST_CLOSED_DAYS))
        moved = next((one for one in days if office.times(one)), day)
        spans = office.times(moved)
    else:
        spans = ()
    hour, minute = divmod(spans[0][0] if spans else _MORNING_MINUTES, 60)
    return datetime.combine(moved, time(hour, minute), office.zone).timestamp()


def _by_calendar(task: Task, record: Record, office: Office, now: float) -> float | None:
    last = office.local(record.since).date()
    if task.every:
        regular = opening(office, after(task.every, last), now)
        return regular if record.planned is None else min(regular, record.planned)
    if task.rrule:
        from alerts import recur  # noqa: PLC0415 - who writes no RRULE does not pay for it

        found = recur.following(task.rrule, last)
        return None if found is None else opening(office, found, now)
    return None


def _end_of_day(office: Office, now: float) -> float:
    tomorrow = office.local(now).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), office.zone).timestamp()
