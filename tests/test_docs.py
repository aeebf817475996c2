"""The documents say what the code does."""

from pathlib import Path

import pytest

from agent.bridge.settings import BridgeSettings
from agent.config import DESKS
from agent.devices import KINDS
from agent.duties import shipped
from agent.options import names
from agent.web import WebSettings
from alerts.desk import Desk
from alerts.letter import MailSettings, MailTo
from alerts.office import Office
from alerts.reportsettings import ReportSettings, Signer
from alerts.season import Ramadan, Window
from alerts.stock import TAKES
from alerts.task import USAGES, Task
from probes import shelf
from probes.link.service import Service
from probes.probe import Confirm, Probe

DOCS = Path(__file__).parents[1] / "docs"
NO_OPTIONS = ("id",)
"""It stands in the table's name."""
CONFIGURATION = (DOCS / "configuration.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", shelf.names(KINDS))
def test_every_option_of_every_kind_is_explained(kind: str) -> None:
    missing = [name for name in names(shelf.find(KINDS, kind, Probe)) if f"`{name}`" not in CONFIGURATION]
    assert missing == []
    assert f"{kind}" in CONFIGURATION


@pytest.mark.parametrize("desk", shelf.names(DESKS))
def test_every_option_of_every_desk_is_explained(desk: str) -> None:
    missing = [name for name in names(shelf.find(DESKS, desk, Desk)) if f"`{name}`" not in CONFIGURATION]
    assert missing == []
    assert f"`{desk}`" in CONFIGURATION
    assert f"[desk.{desk}]" in (DOCS / "desks.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "options",
    [
        *(Office, Ramadan, Window, MailSettings, MailTo, WebSettings, BridgeSettings, Service, Confirm, Task),
        *(ReportSettings, Signer),
    ],
)
def test_every_option_of_the_other_tables_is_explained(options: type) -> None:
    missing = [name for name in names(options) if f"`{name}`" not in CONFIGURATION and name not in NO_OPTIONS]
    assert missing == []


def test_everything_that_can_be_counted_is_named() -> None:
    assert [name for name in (*USAGES, *TAKES) if f"`{name}`" not in CONFIGURATION] == []


def test_every_task_of_the_shipped_plan_is_in_its_page() -> None:
    page = (DOCS / "maintenance.md").read_text(encoding="utf-8")
    for name, table in shipped().items():
        row = next(line for line in page.splitlines() if line.startswith(f"| `{name}` |"))
        assert table["every"] in row
        assert ("(off)" in row) is (table.get("enabled") is False)
