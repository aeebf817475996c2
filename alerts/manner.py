"""How an addressee wants to be written to, and when that allows the next letter. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from alerts.office import Office

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_MOST_LETTERS = 1_000
_MOST_STEPS = 8
"""Closed office and quiet hours can hand over to each other; more often than this they forbid all writing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """What an addressee can choose.

    outside_hours: letters while the office is closed, too. quiet: no letters in these hours of any day
    ("21:00-06:00"). digest: one letter a day at this time ("07:45") instead of one for each event. daily_budget:
    after so many letters the rest of the day comes as one, on the next.
    """

    outside_hours: bool = False
    quiet: str = ""
    digest: str = ""
    daily_budget: int = 30

    def __post_init__(self) -> None:
        if self.quiet:
            first, _, last = self.quiet.partition("-")
            if not _CLOCK.fullmatch(first) or not _CLOCK.fullmatch(last) or first == last:
                msg = f'quiet: {self.quiet!r} is no span of hours; write it as "21:00-06:00"'
                raise ValueError(msg)
        if self.digest and not _CLOCK.fullmatch(self.digest):
            msg = f'digest: {self.digest!r} is no time of day; write it as "07:45"'
            raise ValueError(msg)
        if not 1 <= self.daily_budget <= _MOST_LETTERS:
            msg = f"daily_budget: must be 1 to {_MOST_LETTERS}"
            raise ValueError(msg)


def earliest(manner: Manner, office: Office, *, created: float, now: float, sent_today: int) -> float:
    """When a notice may be sent; now when at once. All times are UTC epoch seconds.

    sent_today: letters to this addressee since midnight on the office's clock.
    """
    at = now
    if manner.digest:
        at = max(at, _next_clock(office, created, manner.digest))
    if sent_today >= manner.daily_budget:
        at = max(at, _next_clock(office, now, "00:00"))
    for _ in range(_MOST_STEPS):
        later = _after_quiet(manner, office, _after_closing(manner, office, at))
        if later <= at:
            return at
        at = later
    return at


def midnight(office: Office, now: float) -> float:
    """When the office's present day began."""
    return datetime.combine(office.local(now).date(), time(), office.zone).timestamp()


def _after_closing(manner: Manner, office: Office, at: float) -> float:
    """Outside its hours an office reads letters from shortly before it opens."""
    if manner.outside_hours or office.is_open(at) is not False:
        return at
    opening = office.next_change(at)
    return at if opening is None else max(at, opening - office.selfcheck_minutes * 60)


def _after_quiet(manner: Manner, office: Office, at: float) -> float:
    if not manner.quiet:
        return at
    first, _, last = manner.quiet.partition("-")
    clock = f"{office.local(at):%H:%M}"
    inside = first <= clock < last if first < last else clock >= first or clock < last
    return _next_clock(office, at, last) if inside else at


def _next_clock(office: Office, after: float, clock: str) -> float:
    """The next moment after that one at which the office's clock shows this time."""
    hour, minute = map(int, clock.split(":"))
    today = office.local(after).date()
    for days in range(3):
        moment = datetime.combine(today + timedelta(days=days), time(hour, minute), office.zone).timestamp()
        if moment > after:
            return moment
    return after
