"""The office: its name, its clock and its hours. Its fields are the options of [office]."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from alerts import feasts
from alerts.hours import Spans, week, within
from alerts.season import Ramadan, Window, changed
from alerts.words import languages
from probes.reading import NO_TEXT
from probes.text import SafeText

__all__ = ["Office", "week", "zone"]

_LOOK_AHEAD_DAYS = 40
_MOST_MINUTES = 240
# Indonesia's zones have no summer time: they are right even on a PC without a zone database.
_INDONESIAN_HOURS = {"Asia/Jakarta": 7, "Asia/Pontianak": 7, "Asia/Makassar": 8, "Asia/Jayapura": 9}
_INDONESIAN_NAMES = {7: "WIB", 8: "WITA", 9: "WIT"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """One office and one counter in it.

    name: as people call it; code: any site code; counter: this PC's counter. timezone: an IANA name.
    language: of the board, and of letters where an addressee names none. hours: for a day or a range of
    days ("mon-thu") the opening times ("07:30-16:00", several with commas). ramadan: other hours for some
    days. holidays: a country code; closed on its public holidays and collective leave. days: single days that
    differ from all this. window: maintenance. selfcheck_minutes: so long before opening one letter says what
    is wrong. warmup_minutes: so long after opening, devices may still be off.
    """

    name: SafeText = NO_TEXT
    code: SafeText = NO_TEXT
    counter: SafeText = NO_TEXT
    timezone: str = "Asia/Jakarta"
    language: str = "id"
    hours: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    ramadan: tuple[Ramadan, ...] = ()
    holidays: str = ""
    days: tuple[str, ...] = ()
    window: tuple[Window, ...] = ()
    selfcheck_minutes: float = 10.0
    warmup_minutes: float = 30.0

    def __post_init__(self) -> None:
        zone(self.timezone)
        if self.language not in languages():
            msg = f"language: there is no {self.language!r}; write one of {', '.join(languages())}"
            raise ValueError(msg)
        if self.holidays and not re.fullmatch(r"[A-Z]{2}", self.holidays):
            msg = 'holidays: write a country code of two capital letters, for example "ID"'
            raise ValueError(msg)
        self._check_hours()
        for name in ("selfcheck_minutes", "warmup_minutes"):
            if not 0 <= getattr(self, name) <= _MOST_MINUTES:
                msg = f"{name}: must be 0 to {_MOST_MINUTES}"
                raise ValueError(msg)

    @property
    def zone(self) -> tzinfo:
        """The office's time zone."""
        return zone(self.timezone)

    def local(self, epoch: float) -> datetime:
        """A moment (UTC epoch seconds) on the office's clock."""
        return datetime.fromtimestamp(epoch, UTC).astimezone(self.zone)

    def zone_name(self, epoch: float) -> str:
        """What people call the zone at that moment: WIB, WITA, WIT; elsewhere the usual short name."""
        moment = self.local(epoch)
        if self.timezone in _INDONESIAN_HOURS:
            return _INDONESIAN_NAMES[_INDONESIAN_HOURS[self.timezone]]
        name = moment.tzname() or "UTC"
        return f"UTC{name}" if name[0] in "+-" else name

    def is_open(self, epoch: float) -> bool | None:
        """Whether the counter serves people at that moment; None when no hours are configured."""
        if not self.hours:
            return None
        moment = self.local(epoch)
        return within(self.times(moment.date()), moment)

    def next_change(self, epoch: float) -> float | None:
        """When it next opens or closes (UTC epoch seconds); None without hours, or when nothing changes in 40 days."""
        now = self.is_open(epoch)
        if now is None:
            return None
        later = (at for at in self._edges(self.local(epoch).date()) if at > epoch)
        return next((at for at in later if self.is_open(at) is not now), None)

    def times(self, today: date) -> Spans:
        """When it is open on that day; () when it is closed."""
        other = changed(self.days)
        if today in other:
            told = other[today]
            return told if told is not None else self._usual(today)
        if self.holidays and today in feasts.of(self.holidays, today.year).dates:
            return ()
        return self._usual(today)

    def windows(self, epoch: float) -> tuple[Window, ...]:
        """The maintenance windows under way."""
        return tuple(window for window in self.window if window.holds(self.local(epoch)))

    def _usual(self, today: date) -> Spans:
        hours = next((other.hours for other in self.ramadan if other.holds(today)), self.hours)
        return week(hours)[today.weekday()]

    def _edges(self, first: date) -> Iterator[float]:
        """Every moment from the first day's start at which the office may open or close, in order."""
        for step in range(_LOOK_AHEAD_DAYS):
            today = first + timedelta(days=step)
            minutes = {0} | {minute for span in self.times(today) for minute in span}
            clocks = [datetime.combine(today, time()) + timedelta(minutes=minute) for minute in sorted(minutes)]
            # Where summer time ends, an hour comes twice; where it begins, one is left out: then its edges lie
            # where the clock jumps.
            edges = {clock.replace(tzinfo=self.zone, fold=fold).timestamp() for clock in clocks for fold in (0, 1)}
            yield from sorted(edges | self._jump(today))

    def _jump(self, today: date) -> set[float]:
        """When the clock is put forward or back on that day."""
        start = datetime.combine(today, time(), self.zone).timestamp()
        end = datetime.combine(today + timedelta(days=1), time(), self.zone).timestamp()
        before = self.local(start).utcoffset()
        if self.local(end).utcoffset() == before:
            return set()
        low, high = int(start), int(end)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.local(middle).utcoffset() == before else (low, middle)
        return {float(high)}

    def _check_hours(self) -> None:
        week(self.hours)
        if (self.ramadan or self.days) and not self.hours:
            msg = 'hours: are needed beside ramadan and days; write them as { mon-fri = "07:30-16:00" }'
            raise ValueError(msg)
        for today, times in changed(self.days).items():
            if times is None and not self._usual(today):
                msg = f'days: {today} has no usual hours; write them: "+{today} 08:00-12:00"'
                raise ValueError(msg)
        spans = sorted((one.first, one.last) for one in self.ramadan)
        if any(spans[at][1] >= spans[at + 1][0] for at in range(len(spans) - 1)):
            msg = "ramadan: two of them overlap; let one end before the next begins"
            raise ValueError(msg)


def zone(name: str) -> tzinfo:
    """The time zone of that name. Raises ValueError when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        if name in _INDONESIAN_HOURS:
            hours = _INDONESIAN_HOURS[name]
            return timezone(timedelta(hours=hours), _INDONESIAN_NAMES[hours])
        msg = (
            f"timezone: there is no {name!r} on this PC; write for example Asia/Jakarta, Asia/Makassar or "
            f"Asia/Jayapura, or install the package tzdata"
        )
        raise ValueError(msg) from error
