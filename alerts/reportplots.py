"""The report's two plots: what each device was in the service time, and the downtime of each day."""

from collections.abc import Iterator, Sequence

from alerts.reportnumbers import Numbers
from alerts.reportparts import Day, DeviceLine, Report
from alerts.sheet import WIDTH, Box, Label, Picture

_NAMES, _VALUES = 52.0, 20.0
_ROW, _BAR = 6.0, 3.8
MOST_BARS = 36
"""In one picture, which must fit on a page."""
_PARTS = ("fine", "hindered", "down", "unknown")
_PLOT_HEIGHT, _AXIS = 30.0, 14.0
_NAME_LIMIT = 34
_LEAST_SHOWN = 0.02

Shapes = list[Box | Label]


def shares(numbers: Numbers, report: Report) -> Iterator[Picture]:
    """A bar for each device: how much of its service time it was fine, hindered, down and unknown."""
    for first in range(0, len(report.devices), MOST_BARS):
        yield _shares(numbers, report.devices[first : first + MOST_BARS])


def _shares(numbers: Numbers, lines: Sequence[DeviceLine]) -> Picture:
    shapes: Shapes = []
    for index, line in enumerate(lines):
        shapes += _bar(numbers, line, index * _ROW)
    height = len(lines) * _ROW
    shapes += _legend(numbers, _PARTS, height + 4.5)
    return Picture(height=height + 7, shapes=tuple(shapes), about=numbers.say("plot.shares"))


def _bar(numbers: Numbers, line: DeviceLine, top: float) -> Shapes:
    figures, wide = line.figures, WIDTH - _NAMES - _VALUES
    name = numbers.words.device(line.known.member.device)
    cut = name if len(name) <= _NAME_LIMIT else f"{name[: _NAME_LIMIT - 1]}…"
    shapes: Shapes = [Label(x=0, y=top + 3.9, text=cut)]
    at = _NAMES
    for part in _PARTS:
        width = wide * getattr(figures, part) / figures.service if figures.service > 0 else 0.0
        if width > 0:
            # what happened at all must be seen, however short it was
            shapes.append(Box(x=at, y=top + 1, width=max(width, 0.25), height=_BAR, colour=part))
        at += width
    shapes.append(Label(x=WIDTH, y=top + 3.9, text=_value(numbers, line), anchor="end", colour="text"))
    return shapes


def _value(numbers: Numbers, line: DeviceLine) -> str:
    known = line.figures.availability is not None
    return numbers.percent(line.figures.availability) if known else numbers.say("no-figure")


def days(numbers: Numbers, report: Report) -> Picture:
    """A column for each day: hours of downtime of all devices together; below, how much of it was watched."""
    highest = max((day.down for day in report.days), default=0.0)
    scale = _nice(highest / 3_600)
    shapes: Shapes = [
        Box(x=_AXIS, y=_PLOT_HEIGHT, width=WIDTH - _AXIS, height=0.2, colour="quiet"),
        Box(x=_AXIS, y=2.0, width=WIDTH - _AXIS, height=0.1, colour="line"),
        Label(x=_AXIS - 1.5, y=3.0, text=numbers.say("hours", hours=numbers.number(scale)), anchor="end", size=2.6),
        Label(x=_AXIS - 1.5, y=_PLOT_HEIGHT + 0.8, text="0", anchor="end", size=2.6),
    ]
    step = (WIDTH - _AXIS) / max(1, len(report.days))
    for index, day in enumerate(report.days):
        shapes += _column(day, _AXIS + index * step, step, scale)
    shapes += _legend(numbers, ("down", "unknown", "closed"), _PLOT_HEIGHT + 12.5)
    return Picture(height=_PLOT_HEIGHT + 15, shapes=tuple(shapes), about=numbers.say("plot.days"))


def _column(day: Day, left: float, step: float, scale: float) -> Shapes:
    high = (_PLOT_HEIGHT - 2.0) * day.down / 3_600 / scale
    shapes: Shapes = []
    if day.service <= 0:
        shapes.append(Box(x=left, y=2.0, width=step, height=_PLOT_HEIGHT - 2.0, colour="pale"))
    if high > 0:
        high = max(high, 0.4)
        shapes.append(Box(x=left + step * 0.18, y=_PLOT_HEIGHT - high, width=step * 0.64, height=high, colour="down"))
    if day.unknown > _LEAST_SHOWN * day.service:
        width = step * 0.9 * day.unknown / day.service
        shapes.append(Box(x=left + step * 0.05, y=_PLOT_HEIGHT + 5.3, width=width, height=1.6, colour="unknown"))
    shapes.append(
        Label(x=left + step / 2, y=_PLOT_HEIGHT + 4.0, text=str(day.day.day), anchor="middle", size=2.5, colour="quiet")
    )
    return shapes


def _legend(numbers: Numbers, parts: tuple[str, ...], base: float) -> Shapes:
    shapes: Shapes = []
    at = 0.0
    for part in parts:
        text = numbers.say(f"part.{part}")
        shapes.append(Box(x=at, y=base - 2.4, width=2.8, height=2.8, colour="pale" if part == "closed" else part))
        shapes.append(Label(x=at + 4, y=base, text=text, size=2.7, colour="quiet"))
        at += 4 + len(text) * 1.5 + 7
    return shapes


def _nice(hours: float) -> float:
    """The next round number of hours for an axis."""
    return next((float(one) for one in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000) if one >= hours), hours)
