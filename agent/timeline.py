"""Thirty days of a device or a service as a row of days, drawn in SVG: one column is one day's service time.

From the top of a column down: what it could not do, what it did with trouble, what it did well; hatched is what
nobody knows. The words beside it say the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from alerts.figures import Figures, figures
from alerts.intervals import Intervals, clip, union
from alerts.markup import Html, join, tag
from alerts.office import Office
from alerts.past import Life
from alerts.words import Words

DAYS = 30
_STEP, _WIDTH, _HEIGHT = 20, 17, 28
_LEAST = 4.0
"""No trouble is drawn smaller than this: a quarter of an hour must be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of the office. service: when it serves people, up to now; empty on a closed day."""

    date: date
    service: Intervals


def days(office: Office, now: float) -> tuple[Day, ...]:
    """The last thirty days, today last. Without opening hours a day is all of it."""
    today = office.local(now).date()
    found = (today - timedelta(days=back) for back in reversed(range(DAYS)))
    return tuple(Day(date=day, service=clip(_service(office, day), 0.0, now)) for day in found)


def _service(office: Office, day: date) -> Intervals:
    spans = office.times(day) if office.hours else ((0, 24 * 60),)
    start = datetime.combine(day, time())
    moments = (
        tuple((start + timedelta(minutes=minute)).replace(tzinfo=office.zone).timestamp() for minute in span)
        for span in spans
    )
    return union((begins, ends) for begins, ends in moments)


def strip(say: Words, month: Sequence[Day], life: Life) -> Html:
    """The row of days of one device or service."""
    columns = [_column(say, index, day, figures(life, day.service)) for index, day in enumerate(month)]
    return tag("svg", *columns, viewBox=f"0 0 {len(month) * _STEP} {_HEIGHT}", class_="strip", role="img")


def axis(say: Words, month: Sequence[Day]) -> Html:
    """The days' names above the rows: each Monday, and today."""
    names = [
        tag("text", f"{day.date.day} {say.month_short(day.date)}", x=str(index * _STEP), y="11")
        for index, day in enumerate(month)
        if day.date.weekday() == 0 and index < len(month) - 5
    ]
    names.append(tag("text", say.phrase("month.today"), x=str(len(month) * _STEP - 3), y="11", text_anchor="end"))
    return tag("svg", *names, viewBox=f"0 0 {len(month) * _STEP} 14", class_="strip axis", aria_hidden="true")


def _column(say: Words, index: int, day: Day, known: Figures) -> Html:
    name = f"{say.weekday(day.date)}, {day.date.day} {say.month_short(day.date)}"
    if not known.service:
        return tag("g", tag("title", f"{name}: {say.phrase('month.closed')}"), _rect(index, "shut", _HEIGHT - 3, 3))
    told = [
        f"{say.phrase(key)} {say.duration(seconds, days=False)}"
        for key, seconds in (
            ("month.down", known.down),
            ("month.hindered", known.hindered),
            ("month.fine", known.fine),
            ("month.unknown", known.unknown),
        )
        if seconds >= 1
    ]
    return tag("g", tag("title", f"{name}: {', '.join(told)}"), join(*_pieces(index, known)))


def _pieces(index: int, known: Figures) -> Iterator[Html]:
    """The column's pieces, from the top down; what is little is drawn large enough, at the cost of what is well."""
    yield _rect(index, "unknown", 0, _HEIGHT)
    share = _HEIGHT / known.service
    down, hindered = (max(_LEAST, part * share) if part >= 1 else 0.0 for part in (known.down, known.hindered))
    down = min(down, _HEIGHT - (_LEAST if hindered else 0.0))
    hindered = min(hindered, _HEIGHT - down)
    fine = min(known.fine * share, _HEIGHT - down - hindered)
    at = 0.0
    for tone, height in (("bad", down), ("warn", hindered)):
        if height:
            yield _rect(index, tone, at, height)
            at += height
    if fine:
        yield _rect(index, "good", _HEIGHT - fine if known.unknown < 1 else at, fine)


def _rect(index: int, tone: str, y: float, height: float) -> Html:
    place = {"x": str(index * _STEP), "y": f"{y:.1f}", "width": str(_WIDTH), "height": f"{height:.1f}"}
    return tag("rect", class_=tone, fill=hatched(tone), **place)


def hatched(tone: str) -> str | None:
    """The page's pattern for what nobody knows."""
    return "url(#hatch)" if tone == "unknown" else None
