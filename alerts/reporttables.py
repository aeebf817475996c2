"""The tables of a report, in one language: services, devices, causes."""

from collections.abc import Mapping

from alerts.blame import Cause, by_actor
from alerts.reportnumbers import Numbers
from alerts.reportparts import DeviceLine, Report
from alerts.sheet import Block, Cell, Column, Table, Text
from probes.reading import Device

MOST_ROWS = 40
"""Of a list that can be endless; how many more there were is said below it."""
_ASSETS = ("code", "register", "nup")


def functions(numbers: Numbers, report: Report) -> Table:
    """What citizens come for."""
    heads = columns(numbers, ("function", 3.2), ("availability", 1.5), ("failures", 1.2), *_TIMES)
    return Table(
        columns=heads,
        rows=tuple(
            (
                Cell(text=one.label, strong=True),
                Cell(text=numbers.availability(one.figures), strong=True),
                Cell(text=str(len(one.figures.failures))),
                Cell(text=numbers.hours(one.figures.down)),
                Cell(text=numbers.hours(one.figures.hindered)),
                Cell(text=numbers.hours(one.figures.unknown)),
            )
            for one in report.functions
        ),
    )


_TIMES = (("down", 1.5), ("hindered", 1.5), ("unknown", 1.5))


def devices(numbers: Numbers, report: Report) -> Table:
    """Each device with its asset numbers."""
    heads = columns(
        numbers,
        ("device", 2.9),
        ("availability", 1.55),
        ("failures", 1.25),
        ("down", 1.3),
        ("mtbf", 1.4),
        ("mttr", 1.4),
        ("unknown", 1.3),
    )
    return Table(columns=heads, rows=tuple(_device(numbers, report, one) for one in report.devices))


def _device(numbers: Numbers, report: Report, line: DeviceLine) -> tuple[Cell, ...]:
    figures = line.figures
    return (
        Cell(text=numbers.words.device(line.known.member.device), note=_about(numbers, report, line), strong=True),
        Cell(text=numbers.availability(figures), strong=True),
        Cell(text=str(len(figures.failures))),
        Cell(text=numbers.hours(figures.down)),
        Cell(text=numbers.hours(figures.mtbf)),
        Cell(text=numbers.hours(figures.mttr)),
        Cell(text=numbers.hours(figures.unknown)),
    )


def _about(numbers: Numbers, report: Report, line: DeviceLine) -> str:
    """Asset numbers, and what must be known to read the figures."""
    known, device = line.known, line.known.member.device
    told = [f"{numbers.words.asset(key)} {device.asset[key]}" for key in _ASSETS if key in device.asset]
    if device.responsible:
        told.append(device.responsible)
    if len(known.labels) > 1:
        told.append(numbers.say("renamed", before=known.labels[-2]))
    if len(known.serials) > 1:
        told.append(numbers.say("replaced", before=known.serials[-2], after=known.serials[-1]))
    if known.present and known.present[0][0] > report.start:
        told.append(numbers.say("since", day=numbers.day(known.present[0][0])))
    if known.present and known.present[-1][1] < report.end:
        told.append(numbers.say("left", day=numbers.day(known.present[-1][1])))
    return "; ".join(told)


def causes(numbers: Numbers, report: Report) -> tuple[Block, ...]:
    """What stopped devices for how long, and who mends it."""
    whole = sum(one.seconds for one in report.causes)
    if not whole:
        return ()
    listed = columns(numbers, ("cause", 4.0), ("responsible", 2.4), ("count", 0.9), ("down", 1.4), ("share", 1.1))
    rows = tuple(
        (
            Cell(text=cause(numbers, report, one)),
            Cell(text=actor(numbers, report, one)),
            Cell(text=str(one.incidents) if one.incidents else "-"),
            Cell(text=numbers.hours(one.seconds)),
            Cell(text=numbers.share(one.seconds, whole)),
        )
        for one in report.causes[:MOST_ROWS]
    )
    parties = "; ".join(
        f"{numbers.words.actor(party) if party is not None else numbers.say('nobody')} {numbers.share(seconds, whole)}"
        for party, seconds in by_actor(report.causes).items()
    )
    return Table(columns=listed, rows=rows), Text(text=numbers.say("by-party", parties=parties))


def cause(numbers: Numbers, report: Report, one: Cause) -> str:
    """The device and its fault."""
    if not one.code:
        return numbers.say("no-cause")
    device = _devices(report).get(one.device)
    if device is None:
        return f"{one.device}: {fault(numbers, report, one)}"
    return numbers.words.of(device, one.code).headline


def fault(numbers: Numbers, report: Report, one: Cause) -> str:
    """The fault alone."""
    device = _devices(report).get(one.device)
    return numbers.words.fault(one.code, device.role or device.kind if device is not None else "").title


def named(numbers: Numbers, report: Report, name: str) -> str:
    """A device by what people call it; its id where nobody knows it any more."""
    device = _devices(report).get(name)
    return numbers.words.device(device) if device is not None else name


def _devices(report: Report) -> Mapping[str, Device]:
    return {old: one.known.member.device for one in report.devices for old in one.known.ids}


def actor(numbers: Numbers, report: Report, one: Cause) -> str:
    """Who mends it, and whom the configuration names."""
    if one.actor is None:
        return "-"
    device = _devices(report).get(one.device)
    named = f" ({device.responsible})" if device is not None and device.responsible else ""
    return f"{numbers.words.actor(one.actor)}{named}"


_RIGHT = frozenset({
    "availability", "failures", "down", "hindered", "unknown", "mtbf", "mttr", "count", "share", "lasted", "used",
    "replacements", "remaining", "lasts-for", "in-stock",
})  # fmt: skip


def columns(numbers: Numbers, *names: tuple[str, float]) -> tuple[Column, ...]:
    """Columns by name and weight."""
    return tuple(
        Column(title=numbers.say(f"column.{name}"), weight=weight, right=name in _RIGHT) for name, weight in names
    )
