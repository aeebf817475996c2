"""When an office serves people, and when work on its equipment is planned, as exact stretches of time."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from alerts.hours import Spans, moment, week
from alerts.intervals import Interval, Intervals, clip, union
from alerts.office import Office
from alerts.season import Window

_ALL_DAY: Spans = ((0, 24 * 60),)


def service_time(office: Office, start: float, end: float) -> Intervals:
    """When the counter serves people between two moments (UTC epoch seconds); always, where no hours are configured."""
    if not office.hours:
        return clip(((start, end),), start, end)
    days = ((today, office.times(today)) for today in _days(office, start, end))
    return clip(union(_stretches(office, days)), start, end)


def planned_work(office: Office, device: str, start: float, end: float) -> Intervals:
    """When work on this device is planned ([[office.window]]) between two moments."""
    windows = [window for window in office.window if window.concerns(device)]
    return union(*(_window(office, window, start, end) for window in windows))


def _window(office: Office, window: Window, start: float, end: float) -> Intervals:
    if window.first:
        first, last = (moment(name, getattr(window, name)) for name in ("first", "last"))
        start = max(start, first.replace(tzinfo=office.zone).timestamp())
        end = min(end, last.replace(tzinfo=office.zone).timestamp())
    if start >= end:
        return ()
    plan = week(window.hours) if window.hours else (_ALL_DAY,) * 7
    days = ((today, plan[today.weekday()]) for today in _days(office, start, end))
    return clip(union(_stretches(office, days)), start, end)


def _days(office: Office, start: float, end: float) -> Iterator[date]:
    today, last = office.local(start).date(), office.local(end).date()
    while today <= last:
        yield today
        today += timedelta(days=1)


def _stretches(office: Office, days: Iterator[tuple[date, Spans]]) -> Iterator[Interval]:
    for today, spans in days:
        midnight = datetime.combine(today, time())
        for first, last in spans:
            opens, closes = ((midnight + timedelta(minutes=one)).replace(tzinfo=office.zone) for one in (first, last))
            yield opens.timestamp(), closes.timestamp()


def month(office: Office, text: str) -> tuple[float, float]:
    """The first moment of a month (2026-10) and of the next, UTC epoch seconds. Raises ValueError."""
    first = datetime.strptime(text, "%Y-%m").replace(tzinfo=office.zone)
    if f"{first:%Y-%m}" != text:
        raise ValueError(text)
    following = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    return first.timestamp(), following.timestamp()


def month_before(office: Office, now: float) -> str:
    """The month before the present one, as 2026-10."""
    return f"{office.local(now).replace(day=1) - timedelta(days=1):%Y-%m}"
