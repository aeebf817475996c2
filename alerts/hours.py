"""Opening times and days as an office writes them in its configuration."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from itertools import pairwise

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAYS = re.compile(rf"({'|'.join(DAYS)})(?:-({'|'.join(DAYS)}))?")
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]|24):([0-5]\d)")
_DAY_MINUTES = 24 * 60
_EXAMPLE_DAY = "2026-12-24"

Spans = tuple[tuple[int, int], ...]
"""Opening times of one day, as minutes since midnight."""


def week(hours: Mapping[str, str]) -> tuple[Spans, ...]:
    """Opening times for Monday to Sunday. Raises ValueError for what cannot be read or overlaps."""
    return _week(tuple(hours.items()))


def spans(days: str, text: str) -> Spans:
    """The opening times of one day ("07:30-12:00, 13:00-16:00"). Raises ValueError for what cannot be read."""
    found = tuple(_span(days, part.strip()) for part in text.split(","))
    if any(later[0] < earlier[1] for earlier, later in pairwise(found)):
        msg = f"hours: the times of {days} overlap or are out of order; write them from morning to evening"
        raise ValueError(msg)
    return found


def within(times: Spans, moment: datetime) -> bool:
    """Whether a moment lies in these times of its day."""
    minute = moment.hour * 60 + moment.minute
    return any(start <= minute < end for start, end in times)


def day(option: str, text: str) -> date:
    """A day written as 2026-12-24. Raises ValueError with the option's name."""
    try:
        if len(text) != len(_EXAMPLE_DAY):
            raise ValueError  # noqa: TRY301 - fromisoformat() takes other forms, too
        return date.fromisoformat(text)
    except ValueError:
        msg = f'{option}: {text!r} is no day; write it as "{_EXAMPLE_DAY}"'
        raise ValueError(msg) from None


def moment(option: str, text: str) -> datetime:
    """A moment on the office's clock, written as 2026-12-24 08:00. Raises ValueError with the option's name."""
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - the office's own clock, compared with itself
    except ValueError:
        msg = f'{option}: {text!r} is no moment; write it as "{_EXAMPLE_DAY} 08:00"'
        raise ValueError(msg) from None


@lru_cache(maxsize=64)
def _week(hours: tuple[tuple[str, str], ...]) -> tuple[Spans, ...]:
    found: dict[int, Spans] = {}
    for days, text in hours:
        for weekday in _days(days):
            if weekday in found:
                msg = f"hours: {DAYS[weekday]} is named twice; name each day once"
                raise ValueError(msg)
            found[weekday] = spans(days, text)
    return tuple(found.get(weekday, ()) for weekday in range(len(DAYS)))


def _days(text: str) -> list[int]:
    match = _DAYS.fullmatch(text)
    if match is None:
        msg = f'hours: {text!r} is no day; write {", ".join(DAYS)} or a range such as "mon-thu"'
        raise ValueError(msg)
    first = DAYS.index(match[1])
    last = DAYS.index(match[2]) if match[2] else first
    return [(first + step) % 7 for step in range((last - first) % 7 + 1)]


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
