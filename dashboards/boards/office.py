"""One office, for its head and those who look after it: can citizens be served, and what is missing?"""

from dashboards import looks
from dashboards.boards.common import CHOOSE_COUNTER, CHOOSE_ONE_OFFICE, faults, lines, stat, timeline
from dashboards.select import COUNTER, days_left, functions_ratio, heard, known, of, states
from dashboards.spec import DEVICE, OFFICE, Board, Column, Kind, Panel, Query

_FUNCTION = "jagaloket_function_up"
_SUPPLY = "counter, device, supply, colour"
_SUPPLIES = Panel(
    key="office.supplies",
    kind=Kind.TABLE,
    queries=(
        Query(expr=f"min by ({_SUPPLY}) ({of('jagaloket_printer_supply_ratio', COUNTER)})"),
        Query(expr=days_left(COUNTER, _SUPPLY)),
    ),
    columns=(
        Column(field="counter", word="counter", width=110),
        Column(field="device", word="device"),
        Column(field="supply", word="supply"),
        Column(field="colour", word="colour", look=looks.COLOUR, width=100),
        Column(field="Value #A", word="level", look=looks.SUPPLY, width=80),
        Column(field="Value #B", word="days_left", look=looks.DAYS_IF_KNOWN, width=130),
    ),
    sort="Value #B",
    rising=True,
)

BOARD = Board(
    key="office",
    uid=OFFICE,
    variables=(CHOOSE_ONE_OFFICE, CHOOSE_COUNTER),
    panels=(
        stat("office.open", f"max({of('jagaloket_office_open', COUNTER)})", looks.OPEN),
        stat("office.heard", f"count({heard(COUNTER)})", looks.GOOD_COUNT),
        stat("office.silent", f"count({known(COUNTER)} unless {heard(COUNTER)}) or vector(0)", looks.TROUBLE),
        stat("office.functions", f"count({of(_FUNCTION, COUNTER)} == 0) or vector(0)", looks.TROUBLE),
        stat("office.tickets", f"sum({of('jagaloket_tickets', COUNTER, status='!closed')})", looks.WAITING),
        stat("office.available", functions_ratio(COUNTER, "job"), looks.AVAILABLE),
        timeline(
            "office.functions_over_time",
            f"max by (office, counter, function) ({of(_FUNCTION, COUNTER)})",
            "{{counter}} · {{function}}",
            looks.WORKS,
        ),
        faults(COUNTER, height=7),
        timeline("office.devices", states(COUNTER), "{{counter}} · {{label}}", looks.STATE, height=12, link=DEVICE),
        lines(
            "office.rtt",
            f"max by (counter, target) ({of('jagaloket_link_rtt_p95_seconds', COUNTER)})",
            "{{counter}} · {{target}}",
            looks.LATENCY,
            scope=COUNTER,
        ),
        lines(
            "office.loss",
            f"max by (counter, target) ({of('jagaloket_link_loss_ratio', COUNTER)})",
            "{{counter}} · {{target}}",
            looks.LOSS,
            scope=COUNTER,
        ),
        _SUPPLIES,
        lines(
            "office.pages",
            f"sum by (counter, device) (increase({of('jagaloket_printer_pages_total', COUNTER)}[1h]))",
            "{{counter}} · {{device}}",
            looks.PLAIN,
            scope=COUNTER,
        ),
    ),
)
