"""Choices and panels that several boards share."""

from dashboards import looks
from dashboards.looks import Look
from dashboards.select import COUNTER, FLEET, JOB, of
from dashboards.spec import DEVICE, OFFICE, Calc, Column, Kind, Panel, Query, Variable

CHOOSE_OFFICE = Variable(name="office", series=of("up", JOB))
CHOOSE_ONE_OFFICE = Variable(name="office", series=of("up", JOB), every=False)
"""Of boards that show each device: those of a thousand counters are no picture."""
CHOOSE_COUNTER = Variable(name="counter", series=of("up", FLEET))
CHOOSE_DEVICE = Variable(name="device", series=of("jagaloket_device_info", COUNTER))

OFFICE_COLUMN = Column(field="office", word="office", link=OFFICE)
COUNTER_COLUMN = Column(field="counter", word="counter", link=DEVICE, width=110)
DEVICE_COLUMN = Column(field="device", word="device", link=DEVICE, width=150)


def named(*labels: str) -> str:
    """A legend of these labels."""
    return " · ".join(f"{{{{{label}}}}}" for label in labels)


def band(scope: str) -> Query:
    """The opening hours, drawn behind a line."""
    return Query(expr=f"max({of('jagaloket_office_open', scope)})", legend="band", band=True)


def stat(key: str, expr: str, look: Look, *, width: int = 4, link: str = "") -> Panel:
    """One number."""
    return Panel(key=key, kind=Kind.STAT, queries=(Query(expr=expr),), look=look, width=width, height=4, link=link)


def lines(  # noqa: PLR0913 - a drawing has so many sides
    key: str,
    expr: str,
    legend: str,
    look: Look,
    *,
    scope: str = "",
    width: int = 12,
    link: str = "",
    stacked: bool = False,
    points: int = 0,
    names: Look | None = None,
    quiet: bool = False,
) -> Panel:
    """Values over time; over opening hours where a scope is given."""
    queries = (Query(expr=expr, legend=legend), *((band(scope),) if scope else ()))
    return Panel(
        key=key,
        kind=Kind.LINES,
        queries=queries,
        look=look,
        width=width,
        link=link,
        stacked=stacked,
        points=points,
        names=names,
        quiet=quiet,
        calc=Calc.MAX,
    )


def bars(  # noqa: PLR0913 - as above
    key: str,
    expr: str,
    legend: str,
    look: Look,
    *,
    width: int = 12,
    link: str = "",
    names: Look | None = None,
    quiet: bool = False,
) -> Panel:
    """Values beside each other."""
    queries = (Query(expr=expr, legend=legend),)
    return Panel(
        key=key, kind=Kind.BARS, queries=queries, look=look, width=width, link=link, names=names, quiet=quiet
    )  # fmt: skip


def timeline(key: str, expr: str, legend: str, look: Look, *, height: int = 8, link: str = "") -> Panel:  # noqa: PLR0913
    """States over time."""
    return Panel(
        key=key, kind=Kind.STATES, queries=(Query(expr=expr, legend=legend),), look=look, width=24, height=height,
        link=link, carries=("office", "counter", "device") if link == DEVICE else ("office",),
    )  # fmt: skip


def faults(scope: str, *, height: int = 9) -> Panel:
    """What is wrong now, the oldest first."""
    since = f"time() - max by (office, counter, device) ({of('jagaloket_device_state_since_timestamp_seconds', scope)})"
    which = of("jagaloket_device_fault", scope)
    labels = "office, counter, device, fault, severity, actor"
    return Panel(
        key="faults",
        kind=Kind.TABLE,
        queries=(Query(expr=f"({since}) * on (office, counter, device) group_right () max by ({labels}) ({which})"),),
        width=24,
        height=height,
        columns=(
            Column(field="severity", word="severity", look=looks.SEVERITY, width=150),
            OFFICE_COLUMN,
            COUNTER_COLUMN,
            DEVICE_COLUMN,
            Column(field="fault", word="fault", look=looks.FAULT),
            Column(field="actor", word="actor", look=looks.ACTOR, width=210),
            Column(field="Value", word="since", look=looks.AGE, width=130),
        ),
        sort="Value",
        quiet=True,
    )
