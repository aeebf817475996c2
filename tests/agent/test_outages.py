"""The outage log on the command line and on the metrics page."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agent.cli import cli
from agent.outages import OutageKeeper, samples
from agent.view import DeviceView, Panel
from alerts.ledger import Ledger
from probes.reading import Actor
from probes.text import clean
from tests.alerts.make import NOON, ToldTime, fault, scanner

INTERNET = replace(scanner("internet"), kind="link", role="link")
HOSTILE = "=cmd|' /C calc'!A0"
OCTOBER = NOON - 40 * 86_400


@pytest.fixture
def state(tmp_path: Path) -> Path:
    time = ToldTime(OCTOBER)
    book = Ledger.open(tmp_path / "store.db", clock=time)
    for start, code, actor, detail in (
        (OCTOBER, "cable-unplugged", Actor.TECHNICIAN, "eth0 has no carrier"),
        (NOON, "internet-down", Actor.PROVIDER, HOSTILE),
        (NOON + 3600, "internet-down", Actor.PROVIDER, "1.1.1.1 port 443: no answer in time"),
    ):
        time.now = start
        what = replace(fault(code, detail=detail), actor=actor)
        book.begin(INTERNET, what, since=start, addressees=())
        time.now += 60
        book.outages.tick({("internet", code, "")}, trusted=True)
        if start < NOON + 3600:
            book.end("internet", code, "", at=time.now, addressees=())
    book.shut()
    return tmp_path


def call(state: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["--state", str(state), "outages", *words])


def run(state: Path, *words: str) -> str:
    result = call(state, *words)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_list_says_when_why_who_and_how_long(state: Path) -> None:
    text = run(state, "list", "--month", "2026-11")
    assert "2026-11-24 12:00:00  2026-11-24 12:01:00" in text
    assert "masih berlangsung" in text
    assert "(Penyedia internet)" in text
    assert "1.1.1.1 port 443: no answer in time" in text
    assert "2 x" in text.split("Jumlah menurut penyebab")[1]
    assert "2026-10" not in text


def test_a_program_gets_the_same_and_the_sums(state: Path) -> None:
    plain = json.loads(run(state, "list", "--json"))
    assert [one["cause"] for one in plain["outages"]] == ["cable-unplugged", "internet-down", "internet-down"]
    assert plain["outages"][1]["start"] == "2026-11-24T05:00:00+00:00"
    assert plain["outages"][2]["end"] is None
    assert plain["totals"][0] == {"cause": "internet-down", "responsible": "provider", "count": 2, "seconds": 120.0}


def test_the_table_has_a_row_an_outage_and_no_cell_is_a_formula(state: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run(state, "export"))))
    assert len(rows) == 3
    assert rows[1]["Bukti"] == "'" + HOSTILE
    assert rows[1]["Pihak yang menangani"] == "Penyedia internet"
    assert (rows[1]["Mulai"], rows[1]["Lama (detik)"]) == ("2026-11-24 12:00:00", "60")
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_the_table_speaks_english_and_takes_the_other_separator(state: Path) -> None:
    text = run(state, "export", "--language", "en", "--separator", ";", "--since", "2026-11-01")
    head, *rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert head[:3] == ["Start", "End", "Duration (seconds)"]
    assert len(rows) == 2


def test_a_file_begins_with_the_mark_that_spreadsheets_need(state: Path, tmp_path: Path) -> None:
    run(state, "export", "-o", str(tmp_path / "out.csv"))
    assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbfMulai,")


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("--month", "2026-13"), "write for example 2026-10"),
        (("--month", "2026-1"), "write for example 2026-10"),
        (("--since", "yesterday"), "write for example 2026-10-01"),
        (("--since", "2026-02-30"), "write for example 2026-10-01"),
        (("--since", "2026-10-01", "--month", "2026-10"), "exclude each other"),
    ],
)
def test_a_time_that_is_none_is_named(state: Path, words: tuple[str, ...], hint: str) -> None:
    result = call(state, "list", *words)
    assert result.exit_code != 0
    assert hint in str(result.exception)


def test_a_link_without_outages_says_so(tmp_path: Path) -> None:
    Ledger.open(tmp_path / "store.db").shut()
    assert "Tidak ada gangguan jalur" in run(tmp_path, "list")


def test_the_keeper_counts_what_the_panel_shows(tmp_path: Path) -> None:
    time, panel = ToldTime(), Panel()
    book = Ledger.open(tmp_path / "store.db", clock=time)
    keeper = OutageKeeper(panel, book, trusted=lambda: True)
    keeper.start()
    down = fault("internet-down")
    book.begin(INTERNET, down, since=time.now, addressees=())
    for standing in ((down,), (), (down,)):
        panel.put(DeviceView(device=INTERNET, since=0, standing=standing))
        time.now += 60
        keeper.keep()
    (sample,) = samples(book.outages)
    assert sample.metric.name == "jagaloket_outage_seconds_total"
    assert (sample.labels, sample.value) == ((clean("internet"), clean("internet-down")), 120)


def test_a_store_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    time, panel = ToldTime(), Panel()
    book = Ledger.open(tmp_path / "store.db", clock=time)
    keeper = OutageKeeper(panel, book, trusted=lambda: True)
    book._store.connection.execute("PRAGMA query_only = ON")
    keeper.start()
    book._store.connection.execute("PRAGMA query_only = OFF")
    keeper.keep()
    assert keeper._begun
