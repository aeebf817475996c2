"""What a board is, apart from how Grafana writes it down."""

from dataclasses import dataclass
from enum import StrEnum

from dashboards.looks import PLAIN, Look

DEVICE, OFFICE = "jagaloket-device", "jagaloket-office"
"""The boards that others lead to, by their fixed addresses."""


class Kind(StrEnum):
    """How a panel shows its values."""

    STAT = "stat"
    BARS = "bargauge"
    LINES = "timeseries"
    STATES = "state-timeline"
    TABLE = "table"


class Calc(StrEnum):
    """What a panel makes of a series (Grafana's reducers)."""

    LAST = "lastNotNull"
    MEAN = "mean"
    MAX = "max"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One question in PromQL. legend: how a series is named, with {{label}}. band: drawn as opening hours."""

    expr: str
    legend: str = ""
    band: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table: a label's name, or "Value" ("Value #A" where a table has several queries).

    word: its head in the language file; link: the board that a click leads to, or "agent" for the agent's own.
    """

    field: str
    word: str
    look: Look | None = None
    link: str = ""
    width: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One panel. Its title and description stand in the language file under its key.

    width of 24, height in Grafana's steps of 30 pixels. look: unit, colours and value mappings; a table's columns
    have their own. names: words and colours for series that are named by a code. columns: of a table, in order; sort:
    by which of them, the highest first, or the lowest where rising. link: the board that a click on a series leads to;
    carries: the labels that are chosen there. quiet: nothing to show is good news. points: draw at most so many of
    each series, where there are many that change slowly; 0: as Grafana likes.
    """

    key: str
    kind: Kind
    queries: tuple[Query, ...]
    look: Look = PLAIN
    width: int = 12
    height: int = 8
    columns: tuple[Column, ...] = ()
    sort: str = ""
    rising: bool = False
    link: str = ""
    carries: tuple[str, ...] = ("office",)
    names: Look | None = None
    stacked: bool = False
    calc: Calc = Calc.LAST
    quiet: bool = False
    points: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A choice at the head of a board: the values that a label has on these series.

    every: one may choose all at once, and does at first; else the board begins with the first value.
    """

    name: str
    series: str
    every: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One board. uid: its address, for ever. span: what it shows at first, as Grafana writes it."""

    key: str
    uid: str
    variables: tuple[Variable, ...]
    panels: tuple[Panel, ...]
    span: str = "now-24h"
