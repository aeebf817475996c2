"""Tickets and the level of service, for those who answer for it: is the promise kept, and what costs most?"""

from dashboards import looks
from dashboards.boards.common import CHOOSE_COUNTER, CHOOSE_OFFICE, COUNTER_COLUMN, OFFICE_COLUMN, bars, lines, stat
from dashboards.select import COUNTER, functions_ratio, of
from dashboards.spec import Board, Column, Kind, Panel, Query

_FUNCTION, _TICKETS = "jagaloket_function_up", "jagaloket_tickets"
_NOT_DONE = of(_TICKETS, COUNTER, status="!closed")

_WAITING = f"sum({of('jagaloket_outbox_messages', COUNTER)})"
_OLDEST = f"max({of('jagaloket_outbox_oldest_seconds', COUNTER)})"
_GIVEN_UP = f"sum(increase({of('jagaloket_outbox_dead_total', COUNTER)}[$__range]))"
_OFFICES = Panel(
    key="tickets.offices",
    kind=Kind.TABLE,
    queries=(
        Query(expr=f"sum by (office, counter) ({_NOT_DONE})"),
        Query(expr=f"sum by (office, counter) ({of(_TICKETS, COUNTER, status='new')})"),
        Query(expr=functions_ratio(COUNTER, "office, counter")),
    ),
    columns=(
        OFFICE_COLUMN,
        COUNTER_COLUMN,
        Column(field="Value #A", word="open_tickets", look=looks.WAITING, width=120),
        Column(field="Value #B", word="new_tickets", look=looks.WAITING, width=135),
        Column(field="Value #C", word="available", look=looks.AVAILABLE, width=130),
    ),
    sort="Value #C",
    rising=True,
)
_COSTLY = (
    "sort_desc(topk(12, 300 * sum by (fault) (sum_over_time((max by (office, counter, device, fault) ("
    f"{of('jagaloket_device_fault', COUNTER)}) * on (office, counter) group_left () max by (office, counter) ("
    f"{of('jagaloket_office_open', COUNTER)}))[$__range:5m]))))"
)
_MAINTENANCE = Panel(
    key="tickets.maintenance",
    kind=Kind.TABLE,
    queries=(
        Query(
            expr="sort(1000 * min by (office, counter, task) "
            f"({of('jagaloket_maintenance_due_timestamp_seconds', COUNTER)}))"
        ),
    ),
    columns=(
        OFFICE_COLUMN,
        COUNTER_COLUMN,
        Column(field="task", word="task", look=looks.TASK),
        Column(field="Value", word="due", look=looks.WHEN, width=140),
    ),
    sort="Value",
    rising=True,
)

BOARD = Board(
    key="tickets",
    uid="jagaloket-tickets",
    variables=(CHOOSE_OFFICE, CHOOSE_COUNTER),
    panels=(
        stat("tickets.available", functions_ratio(COUNTER, "job"), looks.AVAILABLE, width=6),
        stat("tickets.open", f"sum({_NOT_DONE})", looks.WAITING, width=6),
        stat("tickets.untouched", f"sum({of(_TICKETS, COUNTER, status='new')})", looks.WAITING, width=6),
        stat("tickets.blocking", f"sum({of(_TICKETS, COUNTER, status='!closed', severity='blocking')})",
             looks.TROUBLE, width=6),
        _OFFICES,
        bars("tickets.costly", _COSTLY, "{{fault}}", looks.DURATION, names=looks.FAULT, quiet=True),
        _MAINTENANCE,
        lines("tickets.by_status", f"sum by (status) ({_NOT_DONE})", "{{status}}", looks.PLAIN, stacked=True,
              names=looks.STATUS),
        lines("tickets.by_severity", f"sum by (severity) ({_NOT_DONE})", "{{severity}}", looks.PLAIN, stacked=True,
              names=looks.SEVERITY),
        lines(
            "tickets.by_actor",
            f"count by (actor) ({of('jagaloket_device_fault', COUNTER)})",
            "{{actor}}",
            looks.PLAIN,
            stacked=True,
            names=looks.ACTOR,
            quiet=True,
        ),
        lines(
            "tickets.functions",
            f"avg by (function) ({of(_FUNCTION, COUNTER)})",
            "{{function}}",
            looks.AVAILABLE,
            scope=COUNTER,
        ),
        stat("tickets.waiting_letters", f"{_WAITING} or vector(0)", looks.WAITING),
        stat("tickets.oldest_letter", f"{_OLDEST} or vector(0)", looks.AGE),
        stat("tickets.dead_letters", f"{_GIVEN_UP} or vector(0)", looks.TROUBLE),
    ),
)  # fmt: skip
