"""jagaloket maintenance: what is due, and who did it."""

import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent.cli import cli
from agent.config import ConfigError, load
from agent.duties import shipped
from alerts.ledger import Ledger
from alerts.plan import Record
from alerts.task import Task
from probes.text import clean
from tests.agent.test_upkeep import CABLES, Place

CONFIG = """
[office]
hours = { mon-fri = "07:30-16:00" }
[device.pc]
kind = "host"
[device.pc-2]
kind = "host"
[maintenance]
shipped = false
[maintenance.pc-dust]
every = "6 months"
roles = ["host"]
[maintenance.gudang]
title = "Rapikan gudang"
step = "Pisahkan barang rusak."
every = "1 month"
"""


@pytest.fixture
def where(tmp_path: Path) -> Path:
    (tmp_path / "jagaloket.toml").write_text(CONFIG, encoding="utf-8")
    book = Ledger.open(tmp_path / "store.db")
    now = time.time()
    book.upkeep.put({
        ("pc-dust", "pc"): Record(since=now - 300 * 86_400),
        ("pc-dust", "pc-2"): Record(since=now),
        ("gudang", ""): Record(since=now),
    })  # fmt: skip
    book.shut()
    return tmp_path


def run(where: Path, *words: str, code: int = 0) -> str:
    result = CliRunner().invoke(
        cli, ["-c", str(where / "jagaloket.toml"), "--state", str(where), "maintenance", *words]
    )
    if isinstance(result.exception, ConfigError):
        assert code == 2
        return str(result.exception)
    assert result.exit_code == code, result.output
    return result.output


def test_the_list_shows_the_next_first_in_the_offices_words(where: Path) -> None:
    lines = run(where, "list").splitlines()
    assert len(lines) == 3
    assert "pc-dust pc " in lines[0]
    assert "Bersihkan debu komputer" in lines[0]
    assert "(sudah waktunya)" in lines[0]
    assert "Rapikan gudang" in lines[1]


def test_a_program_gets_the_same(where: Path) -> None:
    found = json.loads(run(where, "list", "--due", "--json"))
    assert [(one["task"], one["device"], one["overdue"]) for one in found] == [("pc-dust", "pc", True)]


def test_done_is_noted_with_who_and_what(where: Path) -> None:
    assert "pc-dust pc: done" in run(where, "done", "pc-dust", "pc", "--by", "Budi", "--note", "kipas berisik")
    assert run(where, "list", "--due").strip() == "Tidak ada pemeliharaan yang perlu dikerjakan."
    log = run(where, "log")
    assert "Budi" in log
    assert "kipas berisik" in log


def test_without_a_device_all_of_the_tasks_devices_are_meant(where: Path) -> None:
    run(where, "skip", "pc-dust", "--by", "Budi")
    entries = json.loads(run(where, "log", "--json"))
    assert {(one["device"], one["outcome"]) for one in entries} == {("pc", "skipped"), ("pc-2", "skipped")}


@pytest.mark.parametrize(
    ("words", "says"),
    [(("done", "cuci-mobil"), "there is no task 'cuci-mobil'"), (("done", "pc-dust", "laser"), "no task of 'laser'")],
)
def test_what_is_not_in_the_plan_cannot_be_done(where: Path, words: tuple[str, ...], says: str) -> None:
    assert says in run(where, *words, code=2)


def test_a_wrong_clock_notes_nothing(where: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 4_076_000_000.0)
    assert "cannot be believed" in run(where, "done", "pc-dust", "pc", code=2)


def test_without_hours_the_list_says_why_it_is_empty(where: Path) -> None:
    (where / "jagaloket.toml").write_text('[device.pc]\nkind = "host"\n', encoding="utf-8")
    assert "[maintenance] shipped = true" in run(where, "list")


def test_the_shipped_plan_is_valid_and_used_with_the_offices_hours(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text('[office]\nhours = { mon-fri = "08:00-15:00" }\n', encoding="utf-8")
    on = {name for name, table in shipped().items() if table.get("enabled", True)}
    assert {task.id for task in load(file).tasks} == on
    file.write_text("[maintenance]\nshipped = true\n", encoding="utf-8")
    assert {task.id for task in load(file).tasks} == on
    file.write_text("[office]\n", encoding="utf-8")
    assert load(file).tasks == ()


def test_single_keys_of_a_shipped_task_can_be_changed(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text(
        '[maintenance]\nshipped = true\n[maintenance.pc-dust]\nevery = "2 months"\n'
        "[maintenance.spare-cables]\nenabled = false\n"
        '[maintenance.ups-load]\nrrule = "FREQ=MONTHLY;BYDAY=1MO"\n',
        encoding="utf-8",
    )
    tasks = {task.id: task for task in load(file).tasks}
    assert (tasks["pc-dust"].every, tasks["pc-dust"].roles) == ("2 months", ("host",))
    assert "spare-cables" not in tasks
    assert (tasks["ups-load"].every, tasks["ups-load"].rrule) == ("", "FREQ=MONTHLY;BYDAY=1MO")


def test_a_long_step_of_the_offices_own_reaches_the_order(where: Path) -> None:
    (where / "b").mkdir()
    step = "Matikan printer, buka penutup, lap head dan roller dengan kain lembut, lalu cetak satu lembar uji. " * 3
    place = Place(where / "b", Task(id="gudang", title=clean("Rapikan"), step=step, every="1 week"))
    place.days(10)
    assert place.orders()[0].jobs[0].step == step.strip()
    place.book.shut()


def test_an_order_is_readable_on_the_command_line(where: Path) -> None:
    (where / "b").mkdir()
    place = Place(where / "b", CABLES)
    place.days(10)
    place.book.shut()
    shown = CliRunner().invoke(cli, ["--state", str(where / "b"), "tickets", "show", "JL-2026-0001"]).output
    assert "Pemeliharaan berkala sudah waktunya: 1 pekerjaan, petugas loket" in shown
    assert "Periksa kabel dan cadangan (spare-cables)" in shown
