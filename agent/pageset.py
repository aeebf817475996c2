"""The agent's pages: board, month, metrics and health, over one configuration."""

from collections.abc import Callable, Iterable, Mapping

from agent.board import Board
from agent.config import Config, Function
from agent.function import FunctionState, function_state
from agent.metrics import Exporter
from agent.site import Page, later
from agent.trust import believed
from agent.view import Panel
from agent.web import health_page, metrics_page
from alerts.ledger import Ledger
from probes.reading import Sample

_UP = {FunctionState.UP: True, FunctionState.DEGRADED: True, FunctionState.DOWN: False, FunctionState.UNKNOWN: None}


def pages(  # noqa: PLR0913 - what each of them shows
    config: Config,
    *,
    panel: Panel,
    ledger: Callable[[], Ledger],
    wall: Callable[[], float],
    more: Mapping[str, Callable[[], Iterable[Sample]]],
    checks: Callable[[], Mapping[str, str]],
) -> dict[str, Page]:
    """Each page by its path.

    ledger: the one of the thread that asks. wall: UTC epoch seconds. more: what the metrics page has beside devices,
    tickets and outbox. checks: what makes the agent unwell, and "" or the reason.
    """

    def functions() -> Mapping[Function, FunctionState]:
        """What each function can do now."""
        states = {view.device.id: view.state for view in panel.views()}
        return {item: function_state(item, states) for item in config.functions}

    def month() -> Page:
        from agent.month import MonthPage  # noqa: PLC0415 - loaded when somebody looks

        return MonthPage(config=lambda: config, ledger=ledger).page

    exporter = Exporter(
        panel=panel,
        ledger=ledger,
        functions=lambda: {item.id: _UP[state] for item, state in functions().items()},
        office_open=lambda: believed(config.office.is_open)(wall()),
        more=more,
    )
    board = Board(
        panel=panel,
        office=config.office,
        ledger=ledger,
        functions=lambda: {item.label: state for item, state in functions().items()},
    )
    return {
        "/": board.page,
        "/month": later(month),
        "/metrics": metrics_page(exporter.render),
        "/health": health_page(checks),
    }
