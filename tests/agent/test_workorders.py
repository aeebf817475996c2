"""jagaloket tickets: the work orders on the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent.cli import cli
from alerts.incident import Context, Impact
from alerts.ledger import Ledger
from alerts.policy import TicketPolicy
from probes.text import SafeText
from tests.alerts.make import NOON, fault, scanner

NUMBER = "JL-2026-0001"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    book = Ledger.open(tmp_path / "store.db", clock=lambda: NOON, policy=TicketPolicy())
    impact = Impact(down=(SafeText("Perekaman e-KTP"),), working=(SafeText("Cetak resi"),))
    book.begin(scanner(), fault(), since=NOON, addressees=(), context=Context(impact=impact))
    book.unstable((scanner().id, fault().code, ""), 8)
    book.shut()
    return tmp_path


def run(state: Path, *words: str) -> str:
    result = CliRunner().invoke(cli, ["--state", str(state), "tickets", *words])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_list_shows_how_urgent_each_is(state: Path) -> None:
    line = run(state, "list")
    assert all(words in line for words in (NUMBER, "Baru", "sidik-jari", "tidak stabil: sudah 8 kali"))


def test_a_ticket_shows_its_impact(state: Path) -> None:
    text = run(state, "show", NUMBER)
    assert "Perekaman e-KTP di Loket tidak bisa; cetak resi tetap bisa" in text
    assert "Prioritas: " in text


def test_a_program_gets_the_same(state: Path) -> None:
    plain = json.loads(run(state, "show", NUMBER, "--json"))
    assert plain["impact"] == {"down": ["Perekaman e-KTP"], "degraded": [], "working": ["Cetak resi"]}
    assert (plain["changes"], plain["wont_fix"], plain["merged_into"]) == (8, False, None)


def test_a_ticket_can_be_closed_for_good(state: Path) -> None:
    assert "closed" in run(state, "close", NUMBER, "--wont-fix", "--by", "Budi", "printer tua")
    assert "Tidak akan diperbaiki" in run(state, "show", NUMBER)
    assert "Ditutup dan tidak akan diperbaiki: printer tua" in run(state, "show", NUMBER)


def test_closing_is_not_for_good_unless_it_is_said(state: Path) -> None:
    run(state, "close", NUMBER, "--by", "Budi")
    assert not json.loads(run(state, "show", NUMBER, "--json"))["wont_fix"]
