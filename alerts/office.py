"""The office: its name, its clock and its hours. Its fields are the options of [office]."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from itertools import pairwise
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from alerts.words import languages
from probes.reading import NO_TEXT
from probes.text import SafeText

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAYS = re.compile(rf"({'|'.join(DAYS)})(?:-({'|'.join(DAYS)}))?")
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]|24):([0-5]\d)")
_DAY_MINUTES = 24 * 60
# Indonesia's zones have no summer time: they are right even on a PC without a zone database.
_INDONESIAN_HOURS = {"Asia/Jakarta": 7, "Asia/Pontianak": 7, "Asia/Makassar": 8, "Asia/Jayapura": 9}
_INDONESIAN_NAMES = {7: "WIB", 8: "WITA", 9: "WIT"}

Spans = tuple[tuple[int, int], ...]
"""Opening times of one day, as minutes since midnight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """One office and one counter in it.

    name: as people call it; code: any site code; counter: this PC's counter. timezone: an IANA name.
    language: of the board, and of letters where an addressee names none. hours: for a day or a range of
    days ("mon-thu") the opening times ("07:30-16:00", several with commas). holidays: a country code; office
    holidays are not yet taken from it (is_open() knows the hours only).
    """

    name: SafeText = NO_TEXT
    code: SafeText = NO_TEXT
    counter: SafeText = NO_TEXT
    timezone: str = "Asia/Jakarta"
    language: str = "id"
    hours: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    holidays: str = ""

    def __post_init__(self) -> None:
        zone(self.timezone)
        if self.language not in languages():
            msg = f"language: there is no {self.language!r}; write one of {', '.join(languages())}"
            raise ValueError(msg)
        week(self.hours)
        if self.holidays and not re.fullmatch(r"[A-Z]{2}", self.holidays):
            msg = 'holidays: write a country code of two capital letters, for example "ID"'
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
        minute = moment.hour * 60 + moment.minute
        return any(start <= minute < end for start, end in week(self.hours)[moment.weekday()])


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


def week(hours: Mapping[str, str]) -> tuple[Spans, ...]:
    """Opening times for Monday to Sunday. Raises ValueError for what cannot be read or overlaps."""
    found: dict[int, Spans] = {}
    for days, spans in hours.items():
        for day in _days(days):
            if day in found:
                msg = f"hours: {DAYS[day]} is named twice; name each day once"
                raise ValueError(msg)
            found[day] = _spans(days, spans)
    return tuple(found.get(day, ()) for day in range(len(DAYS)))


def _days(text: str) -> list[int]:
    match = _DAYS.fullmatch(text)
    if match is None:
        msg = f'hours: {text!r} is no day; write {", ".join(DAYS)} or a range such as "mon-thu"'
        raise ValueError(msg)
    first = DAYS.index(match[1])
    last = DAYS.index(match[2]) if match[2] else first
    return [(first + step) % 7 for step in range((last - first) % 7 + 1)]


def _spans(days: str, text: str) -> Spans:
    spans = tuple(_span(days, part.strip()) for part in text.split(","))
    if any(later[0] < earlier[1] for earlier, later in pairwise(spans)):
        msg = f"hours: the times of {days} overlap or are out of order; write them from morning to evening"
        raise ValueError(msg)
    return spans


def _span(days: str, text: str) -> tuple[int, int]:
    match = _SPAN.fullmatch(text)
    if match is None:
        msg = f'hours: {text!r} for {days} is no opening time; write it as "07:30-16:00"'
        raise ValueError(msg)
    start, end = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
    if not start < end <= _DAY_MINUTES:
        msg = f"hours: {text!r} for {days} ends before it starts; write the end after the start, 24:00 at most"
        raise ValueError(msg)
    return start, end
