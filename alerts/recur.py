"""Rules of fixed days as calendars write them (RFC 5545 section 3.3.10), by python-dateutil, imported when needed."""

import re
from datetime import date, datetime, time, timedelta

from dateutil.rrule import rrule, rrulestr

LONGEST = timedelta(days=5 * 366)
"""A rule that names no day for so long names none: dateutil would look for one up to the year 9999."""
_RULE = re.compile(r"(?:[A-Z]+=[A-Z0-9,+-]+)(?:;[A-Z]+=[A-Z0-9,+-]+)*")
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_PARTS = {"FREQ", "INTERVAL", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS", "WKST"}
_MOST_CHARACTERS = 200
_MOST_INTERVAL = 3_660
_EPOCH = datetime(2024, 1, 1)  # noqa: DTZ001 - the office's own days, a Monday


def check(text: str) -> None:
    """Raises ValueError with the option's name for a rule that cannot be used."""
    if len(text) > _MOST_CHARACTERS or not _RULE.fullmatch(text):
        msg = f'rrule: {text[:60]!r} is no rule; write for example "FREQ=MONTHLY;BYDAY=1MO"'
        raise ValueError(msg)
    parts = dict(part.split("=") for part in text.split(";"))
    if parts.get("FREQ") not in _FREQUENCIES:
        msg = f"rrule: FREQ must be one of {', '.join(_FREQUENCIES)}"
        raise ValueError(msg)
    if unknown := sorted(parts.keys() - _PARTS):
        msg = f"rrule: {unknown[0]} cannot be used here; there are: {', '.join(sorted(_PARTS))}"
        raise ValueError(msg)
    interval = parts.get("INTERVAL", "1")
    if not interval.isdecimal() or not 1 <= int(interval) <= _MOST_INTERVAL:
        msg = f"rrule: INTERVAL must be 1 to {_MOST_INTERVAL}"
        raise ValueError(msg)
    try:
        first = following(text, _EPOCH.date())
    except ValueError as error:
        msg = f"rrule: {error}"
        raise ValueError(msg) from error
    if first is None:
        msg = "rrule: names no day within five years; check its months and days"
        raise ValueError(msg)


def following(text: str, day: date) -> date | None:
    """The first day of a rule after that one; None when there is none for long. Raises ValueError.

    Intervals count from a Monday at the start of 2024, whenever somebody did the work.
    """
    start = datetime.combine(day, time())
    rule = rrulestr(text, dtstart=_EPOCH)
    if not isinstance(rule, rrule):
        msg = "rrule: must be one rule"
        raise ValueError(msg)  # noqa: TRY004 - an option's mistake
    found: datetime | None = rule.replace(until=start + LONGEST).after(start)
    return None if found is None else found.date()
