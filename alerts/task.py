"""What must be done regularly, and how often. A Task's fields are the options of [maintenance.ID]."""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType
from typing import Literal

from probes.reading import NO_TEXT, Actor, Device
from probes.text import SafeText

_EVERY = re.compile(r"([1-9]\d{0,3}) (day|week|month|year)s?")
_LONGEST_DAYS = 3_660
_MONTHS = {"month": 1, "year": 12}
USAGES = ("pages", "cards", "cuts", "lines", "meters", "hours", "reconnects")
"""What can be counted: printed pages or cards, cuts, lines, metres of media, hours switched on, USB reconnects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One kind of regular work.

    id: its name. title, step: what to do, in the office's own words; empty: as the locales call it. devices, roles:
    whose work it is; neither: the office's. every: "3 months", counted from when it was last done. rrule: fixed days
    instead (RFC 5545 section 3.3.10). usage: after so much use, whichever comes first. actor: who does it. done_by:
    what the device shows when it was done: "use" (it printed), "reset" (its counter since the last service fell),
    "refill" (a supply was replaced). signals: fault codes by which a device asks for it. source: where the interval
    comes from.
    """

    id: str = ""
    title: SafeText = NO_TEXT
    step: str = ""
    devices: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    every: str = ""
    rrule: str = ""
    usage: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    actor: Actor = Actor.COUNTER
    done_by: Literal["", "use", "reset", "refill"] = ""
    signals: tuple[str, ...] = ()
    enabled: bool = True
    source: str = ""

    def __post_init__(self) -> None:
        if self.every and self.rrule:
            msg = "rrule: stands beside every; write one of them"
            raise ValueError(msg)
        if not (self.every or self.rrule or self.usage or self.signals):
            msg = 'every: is missing; write how often, for example every = "3 months", or usage = { pages = 20000 }'
            raise ValueError(msg)
        if self.every:
            after(self.every, date(2026, 1, 1))
        if self.rrule:
            from alerts import recur  # noqa: PLC0415 - who writes no RRULE does not pay for it

            recur.check(self.rrule)
        self._check_usage()

    def _check_usage(self) -> None:
        for name, limit in self.usage.items():
            if name not in USAGES:
                msg = f"usage: {name!r} cannot be counted; there are: {', '.join(USAGES)}"
                raise ValueError(msg)
            if limit <= 0:
                msg = f"usage: {name} must be above 0"
                raise ValueError(msg)
        if (self.usage or self.signals or self.done_by) and not (self.devices or self.roles):
            msg = "devices: usage, signals and done_by need a device; write devices or roles"
            raise ValueError(msg)

    def is_for(self, device: Device) -> bool:
        """Whether this is work on that device; its kind may stand for its role (host, ups)."""
        return device.id in self.devices or not {device.role, device.kind}.isdisjoint(self.roles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One task at one device; device None: the office's own."""

    task: Task
    device: Device | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Task and device, "" for the office."""
        return (self.task.id, self.device.id if self.device is not None else "")


def after(every: str, day: date) -> date:
    """The day that lies so long after another. Raises ValueError for what cannot be read."""
    match = _EVERY.fullmatch(every)
    if match is None:
        msg = f'every: {every!r} is no span; write for example "2 weeks", "3 months" or "1 year"'
        raise ValueError(msg)
    count, unit = int(match[1]), match[2]
    if count * {"day": 1, "week": 7, "month": 31, "year": 366}[unit] > _LONGEST_DAYS:
        msg = f"every: {every!r} is too long; write ten years at most"
        raise ValueError(msg)
    if unit not in _MONTHS:
        return day + timedelta(days=count * (7 if unit == "week" else 1))
    years, month = divmod(day.month - 1 + count * _MONTHS[unit], 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def duties(tasks: tuple[Task, ...], devices: tuple[Device, ...]) -> tuple[Duty, ...]:
    """Every task at every device that it is for, in the order of the tasks."""
    found = []
    for task in tasks:
        if not task.devices and not task.roles:
            found.append(Duty(task=task))
        found += [Duty(task=task, device=device) for device in devices if task.is_for(device)]
    return tuple(found)
