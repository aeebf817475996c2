"""Toner, ink, ribbon, paper, for the one who orders them: what, where, by when?"""

from dashboards import looks
from dashboards.boards.common import (
    CHOOSE_COUNTER,
    CHOOSE_OFFICE,
    COUNTER_COLUMN,
    OFFICE_COLUMN,
    bars,
    lines,
    named,
    stat,
)
from dashboards.looks import Look
from dashboards.select import COUNTER, days_left, of
from dashboards.spec import OFFICE, Board, Column, Kind, Panel, Query

_LEVEL, _DAYS = "jagaloket_printer_supply_ratio", "jagaloket_printer_supply_days_left"
_BY = "office, counter, device, supply, colour, type"
_ORDER_DAYS = 21
"""Delivery and a margin."""

_TABLE = Panel(
    key="supplies.order",
    kind=Kind.TABLE,
    queries=(
        Query(expr=f"min by ({_BY}) ({of(_LEVEL, COUNTER)})"),
        Query(expr=days_left(COUNTER, _BY)),
        Query(expr=f"1000 * max by ({_BY}) ({of('jagaloket_printer_supply_replaced_timestamp_seconds', COUNTER)})"),
    ),
    width=24,
    height=10,
    columns=(
        OFFICE_COLUMN,
        COUNTER_COLUMN,
        Column(field="device", word="device"),
        Column(field="supply", word="supply"),
        Column(field="colour", word="colour", look=looks.COLOUR, width=100),
        Column(field="type", word="type", width=110),
        Column(field="Value #A", word="level", look=looks.SUPPLY, width=80),
        Column(field="Value #B", word="days_left", look=looks.DAYS_IF_KNOWN, width=130),
        Column(field="Value #C", word="replaced", look=looks.WHEN, width=140),
    ),
    sort="Value #B",
    rising=True,
)


def _lowest(key: str, name: str, look: Look, *by: str, link: str = "") -> Panel:
    """Where there is least."""
    expr = f"sort(bottomk(15, min by ({', '.join(by)}) ({of(name, COUNTER)})))"
    return bars(key, expr, named(*reversed(by)), look, link=link)


BOARD = Board(
    key="supplies",
    uid="jagaloket-supplies",
    variables=(CHOOSE_OFFICE, CHOOSE_COUNTER),
    span="now-7d",
    panels=(
        stat("supplies.soon", f"count({of(_DAYS, COUNTER)} < {_ORDER_DAYS}) or vector(0)", looks.TROUBLE, width=6),
        stat("supplies.empty", f"count({of(_LEVEL, COUNTER)} < 0.02) or vector(0)", looks.TROUBLE, width=6),
        stat("supplies.known", f"count({of(_LEVEL, COUNTER)})", looks.PLAIN, width=6),
        stat(
            "supplies.pages_day",
            f"sum(increase({of('jagaloket_printer_pages_total', COUNTER)}[1d]))",
            looks.PER_DAY,
            width=6,
        ),
        _TABLE,
        _lowest("supplies.lowest", _DAYS, looks.DAYS_LEFT, "office", "counter", "supply", link=OFFICE),
        _lowest("supplies.stock", "jagaloket_stock_days_left", looks.DAYS_LEFT, "office", "item", link=OFFICE),
        _lowest("supplies.trays", "jagaloket_printer_tray_ratio", looks.SUPPLY, "office", "counter", "tray"),
        lines(
            "supplies.levels",
            f"bottomk(30, min by (office, counter, device, supply) ({of(_LEVEL, COUNTER)}))",
            "{{supply}} · {{device}} · {{counter}} · {{office}}",
            looks.SUPPLY,
            points=84,
        ),
        lines(
            "supplies.pages",
            f"sum by (office) (increase({of('jagaloket_printer_pages_total', COUNTER)}[1d]))",
            "{{office}}",
            looks.PER_DAY,
            width=24,
            points=84,
        ),
    ),
)
