"""The documents say what the code does."""

import dataclasses
from pathlib import Path

import pytest

from agent.devices import KINDS
from agent.options import names
from agent.web import WebSettings
from alerts.letter import MailSettings, MailTo
from alerts.office import Office
from alerts.season import Ramadan, Window
from probes import shelf
from probes.link.service import Service
from probes.probe import Confirm, Probe

DOCS = Path(__file__).parents[1] / "docs"
CONFIGURATION = (DOCS / "configuration.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", shelf.names(KINDS))
def test_every_option_of_every_kind_is_explained(kind: str) -> None:
    missing = [name for name in names(shelf.find(KINDS, kind, Probe)) if f"`{name}`" not in CONFIGURATION]
    assert missing == []
    assert f"{kind}" in CONFIGURATION


@pytest.mark.parametrize("options", [Office, Ramadan, Window, MailSettings, MailTo, WebSettings, Service, Confirm])
def test_every_option_of_the_other_tables_is_explained(options: type) -> None:
    missing = [field.name for field in dataclasses.fields(options) if f"`{field.name}`" not in CONFIGURATION]
    assert missing == []
