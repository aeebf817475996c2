"""Times that differ from the ordinary week: Ramadan, changed days, maintenance windows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from types import MappingProxyType

from alerts.hours import Spans, day, moment, spans, week, within
from probes.reading import NO_TEXT
from probes.text import SafeText


@dataclass(frozen=True, slots=True, kw_only=True)
class Ramadan:
    """Other hours from the first to the last day, both included ("2027-02-08")."""

    first: str
    last: str
    hours: Mapping[str, str]

    def __post_init__(self) -> None:
        if day("last", self.last) < day("first", self.first):
            msg = "last: lies before first; write the last day of these hours"
            raise ValueError(msg)
        if not any(week(self.hours)):
            msg = 'hours: are missing; write them as { mon-thu = "08:00-15:00", fri = "08:00-15:30" }'
            raise ValueError(msg)

    def holds(self, today: date) -> bool:
        """Whether these hours are those of that day."""
        return day("first", self.first) <= today <= day("last", self.last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A time in which work is done on equipment: its faults raise nothing until the window ends.

    first, last: moments on the office's clock ("2026-12-01 08:00"), last not included; without them the window
    comes back every week. hours: when in the week, or in the days from first to last; without them all the
    time from first to last. devices: whose faults; () means all.
    """

    label: SafeText = NO_TEXT
    first: str = ""
    last: str = ""
    hours: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    devices: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if bool(self.first) != bool(self.last):
            msg = "last: first and last belong together; write both, or hours for a window that comes back"
            raise ValueError(msg)
        if self.first and moment("last", self.last) <= moment("first", self.first):
            msg = "last: the window ends before it starts; write a later moment"
            raise ValueError(msg)
        if not self.first and not any(week(self.hours)):
            msg = 'hours: when is this window? write hours = { sat = "18:00-22:00" }, or first and last'
            raise ValueError(msg)
        week(self.hours)

    def concerns(self, device: str) -> bool:
        """Whether it is about this device."""
        return not self.devices or device in self.devices

    def holds(self, now: datetime) -> bool:
        """Whether work is under way. now: the office's clock."""
        plain = now.replace(tzinfo=None)
        if self.first and not moment("first", self.first) <= plain < moment("last", self.last):
            return False
        return not self.hours or within(week(self.hours)[now.weekday()], now)


@lru_cache(maxsize=16)
def changed(days: Sequence[str]) -> Mapping[date, Spans | None]:
    """Days that are not as the calendar says: () closed, None open in its usual hours, else open in these.

    days: "-2026-08-18", "+2026-12-24", "+2026-12-26 08:00-12:00". Raises ValueError for what cannot be read.
    """
    found: dict[date, Spans | None] = {}
    for text in days:
        sign, (name, _, hours) = text[:1], text[1:].partition(" ")
        if sign not in ("+", "-") or (sign == "-" and hours):
            msg = f'days: {text!r} must be "+2026-12-24" (open), "+2026-12-26 08:00-12:00" or "-2026-08-18" (closed)'
            raise ValueError(msg)
        key = day("days", name)
        if key in found:
            msg = f"days: {name} is named twice; name each day once"
            raise ValueError(msg)
        found[key] = () if sign == "-" else spans(name, hours) if hours else None
    return MappingProxyType(found)
