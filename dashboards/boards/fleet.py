"""All offices, for technicians: where is something wrong, and where first?"""

from dataclasses import replace

from dashboards import looks
from dashboards.boards.common import (
    CHOOSE_OFFICE,
    COUNTER_COLUMN,
    DEVICE_COLUMN,
    OFFICE_COLUMN,
    bars,
    faults,
    lines,
    stat,
    timeline,
)
from dashboards.select import FLEET, heard, known, of
from dashboards.spec import OFFICE, Board, Column, Kind, Panel, Query

_FAULT = "jagaloket_device_fault"
_SITUATION = of("jagaloket:office_situation", FLEET)
# Those that had trouble within the time shown: a thousand good ones hide the one that is not.
_TROUBLED = f"max by (office) ({_SITUATION} and on (office) (max_over_time({_SITUATION}[$__range] @ end()) > 0))"
_OPEN_TICKETS = f"sum({of('jagaloket_tickets', FLEET, status='!closed')})"
_BLOCKED = f"count(count by (office, counter, device) ({of(_FAULT, FLEET, severity='blocking')})) or vector(0)"
_BAD_LINK = f"count(count by (office) ({of('jagaloket_link_layer_up', FLEET)} == 0)) or vector(0)"

_SLOWEST = f"topk(50, max by (office, counter) ({of('jagaloket_link_rtt_p95_seconds', FLEET)}))"
_LINKS = Panel(
    key="fleet.links",
    kind=Kind.TABLE,
    queries=(
        Query(expr=_SLOWEST),
        Query(expr=f"max by (office, counter) ({of('jagaloket_link_loss_ratio', FLEET)}) and {_SLOWEST}"),
    ),
    columns=(
        OFFICE_COLUMN,
        COUNTER_COLUMN,
        Column(field="Value #A", word="rtt", look=looks.LATENCY, width=130),
        Column(field="Value #B", word="loss", look=looks.LOSS, width=110),
    ),
    sort="Value #A",
)
_SILENT = Panel(
    key="fleet.silence",
    kind=Kind.TABLE,
    queries=(
        Query(
            expr="topk(100, time() - max by (office, counter) (max_over_time(timestamp("
            f"{of('jagaloket_build_info', FLEET)})[7d:10m])))"
        ),
    ),
    columns=(OFFICE_COLUMN, COUNTER_COLUMN, Column(field="Value", word="heard", look=looks.AGE, width=170)),
    sort="Value",
)
_SUPPLIES = Panel(
    key="fleet.supplies",
    kind=Kind.TABLE,
    queries=(
        Query(
            expr="bottomk(10, min by (office, counter, device, supply) "
            f"({of('jagaloket_printer_supply_days_left', FLEET)}))"
        ),
    ),
    columns=(
        OFFICE_COLUMN,
        COUNTER_COLUMN,
        DEVICE_COLUMN,
        Column(field="supply", word="supply", width=150),
        Column(field="Value", word="days_left", look=looks.DAYS_LEFT, width=130),
    ),
    sort="Value",
    rising=True,
)
_VERSIONS = f"count by (version) ({of('jagaloket_build_info', FLEET)})"

BOARD = Board(
    key="fleet",
    uid="jagaloket-fleet",
    variables=(CHOOSE_OFFICE,),
    panels=(
        stat("fleet.heard", f"count({heard(FLEET)})", looks.GOOD_COUNT),
        stat("fleet.silent", f"count({known(FLEET)} unless {heard(FLEET)}) or vector(0)", looks.TROUBLE),
        stat("fleet.blocked", _BLOCKED, looks.TROUBLE),
        stat("fleet.functions", f"count({of('jagaloket_function_up', FLEET)} == 0) or vector(0)", looks.TROUBLE),
        stat("fleet.bad_links", _BAD_LINK, looks.TROUBLE),
        stat("fleet.tickets", _OPEN_TICKETS, looks.WAITING),
        faults(FLEET, height=10),
        replace(
            timeline("fleet.offices", _TROUBLED, "{{office}}", looks.SITUATION, height=10, link=OFFICE), quiet=True
        ),
        _LINKS,
        _SUPPLIES,
        lines(
            "fleet.causes",
            f"count by (fault) ({of(_FAULT, FLEET)})",
            "{{fault}}",
            looks.PLAIN,
            stacked=True,
            names=looks.FAULT,
            quiet=True,
        ),
        _SILENT,
        bars("fleet.versions", _VERSIONS, "{{version}}", looks.PLAIN, width=6),
        lines(
            "fleet.outbox",
            f"sum by (channel) ({of('jagaloket_outbox_messages', FLEET)})",
            "{{channel}}",
            looks.PLAIN,
            width=18,
            quiet=True,
        ),
    ),
)
