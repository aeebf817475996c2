"""jagaloket fleet: the inventory, and what Prometheus and vmagent make of what is written."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from agent.cli import cli
from agent.config import ConfigError
from agent.inventory import load
from agent.targets import targets
from tests.fakes.agentprocess import until
from tests.fakes.http import HttpServer, page
from tests.fakes.prometheus import Prometheus, program

LIST = """code,office,counter,address,push
12.71.11,Kantor Camat Medan Timur,Loket 1,10.71.11.21,
12.71.11,Kantor Camat Medan Timur,Loket 2,pc2.medan.example:9800,no
73.10.04,"Kantor Camat ""Ma'rang"", Pangkep",Loket 1,,ya
"""
MEDAN = {"site": "12.71.11", "office": "Kantor Camat Medan Timur"}


def written(folder: Path, text: str | bytes, name: str = "inventory.csv") -> Path:
    file = folder / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, [*map(str, words)])


def complaints(folder: Path, text: str | bytes, name: str = "inventory.csv") -> list[str]:
    with pytest.raises(ConfigError) as error:
        load(written(folder, text, name))
    return [line.partition(name + ": ")[2] for line in error.value.lines]


def row(code: str = "1", office: str = "Kantor", counter: str = "Loket 1", address: str = "pc", push: str = "") -> str:
    return f"code,office,counter,address,push\n{code},{office},{counter},{address},{push}\n"


def test_an_inventory_becomes_targets_with_the_labels_of_boards_and_rules(tmp_path: Path) -> None:
    assert targets(load(written(tmp_path, LIST))) == [
        {"targets": ["10.71.11.21:9776"], "labels": {**MEDAN, "counter": "Loket 1"}},
        {"targets": ["pc2.medan.example:9800"], "labels": {**MEDAN, "counter": "Loket 2"}},
    ]


def test_double_quotes_become_typographic_because_grafana_cannot_ask_for_them(tmp_path: Path) -> None:
    assert load(written(tmp_path, LIST))[2].office == "Kantor Camat ”Ma'rang”, Pangkep"


def test_a_spreadsheet_of_an_indonesian_office_is_read(tmp_path: Path) -> None:
    text = "\ufeff" + LIST.replace(",", ";").replace('";', '",', 1)
    assert len(load(written(tmp_path, text.replace("\n", "\r\n")))) == 3


def test_toml_says_the_same(tmp_path: Path) -> None:
    text = """
        [[counter]]
        code = "12.71.11"
        office = "Kantor Camat Medan Timur"
        counter = "Loket 1"
        address = "10.71.11.21"
        [[counter]]
        code = "12.71.11"
        office = "Kantor Camat Medan Timur"
        counter = "Loket 2"
        push = true
    """
    assert [one.address for one in load(written(tmp_path, text, "fleet.toml"))] == ["10.71.11.21:9776", ""]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (row(code="12 71"), "line 2: code: '12 71' is no site code"),
        (row(office=" "), "line 2: office: is missing"),
        (row(counter=""), "line 2: counter: is missing"),
        (row(address="http://pc/"), "line 2: address: 'http://pc/' is no host or host:port"),
        (row(address="pc:99999"), "line 2: address: 'pc:99999' is no host or host:port"),
        (row(address=""), "line 2: address: '' is no host or host:port; or set push to yes"),
        (row(push="maybe"), "line 2: push: 'maybe' is neither yes nor no"),
        (row() + "1,Kantor,Loket 2,pc,\n", "pc:9776 stands there twice"),
        (row() + "1,Kantor,Loket 1,pd,\n", "Kantor has two counters called Loket 1"),
        (row() + "2,Kantor,Loket 1,pd,\n", "1 and 2 are both called Kantor"),
        (row() + "1,Kantor, Raya,Loket 1,pd,\n", "line 3: has more fields than the head"),
        ("site,office\n", "unknown column 'site'"),
        ("", "names no counter"),
        (b"code,office\n\xff", "is not UTF-8 (byte 12)"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_remedy(tmp_path: Path, text: str | bytes, said: str) -> None:
    (found,) = complaints(tmp_path, text)
    assert found.startswith(said)


@pytest.mark.parametrize("text", ["counter = 1", "[[counter]]\nname = 'x'", "[["])
def test_a_mistake_in_toml_is_named(tmp_path: Path, text: str) -> None:
    assert complaints(tmp_path, text, "fleet.toml")


def test_every_mistake_is_named_at_once(tmp_path: Path) -> None:
    assert len(complaints(tmp_path, row(code="?") + "1,,Loket 1,pc,\n")) == 2


def test_device_text_cannot_get_into_labels(tmp_path: Path) -> None:
    (one,) = load(written(tmp_path, row(office="a\x1b[31m\u202eb" + "x" * 500)))
    assert one.office.startswith("a?[31m?bx")
    assert len(one.office.encode()) <= 100


def test_the_file_is_replaced_at_once_and_readable_for_prometheus(tmp_path: Path) -> None:
    out = written(tmp_path, "old", "targets.json")
    done = run("fleet", "targets", written(tmp_path, LIST), "--out", out)
    assert (done.exit_code, done.stderr) == (0, "2 targets; 1 counters report by themselves\n")
    assert len(json.loads(out.read_text("utf-8"))) == 2
    assert out.stat().st_mode & 0o777 == 0o644
    assert sorted(file.name for file in tmp_path.iterdir()) == ["inventory.csv", "targets.json"]


def test_without_a_file_they_are_printed(tmp_path: Path) -> None:
    assert len(json.loads(run("fleet", "targets", written(tmp_path, LIST)).stdout)) == 2


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = run("fleet", "targets", written(tmp_path, LIST), "--out", tmp_path / "none" / "targets.json")
    assert isinstance(done.exception, ConfigError)
    assert "check that the folder is there" in done.exception.lines[0]


CONFIG = """
[office]
name = 'Kantor "Camat"'
code = "12.71.11"
counter = "Loket 1"
[device.pc]
kind = "host"
"""


def test_a_pc_that_reports_by_itself_bears_the_same_labels_at_both_paces(tmp_path: Path) -> None:
    config = written(tmp_path, CONFIG, "jagaloket.toml")
    jobs = json.loads(run("-c", config, "fleet", "push", "--instance", "pc-1").stdout)["scrape_configs"]
    labels = {
        "job": "jagaloket",
        "site": "12.71.11",
        "office": "Kantor ”Camat”",
        "counter": "Loket 1",
        "instance": "pc-1",
        "delivery": "push",
    }
    assert {job["scrape_interval"]: job["static_configs"] for job in jobs} == {
        "60s": [{"targets": ["127.0.0.1:9776"], "labels": {**labels, "pace": "minute"}}],
        "240s": [{"targets": ["127.0.0.1:9776"], "labels": {**labels, "pace": "slow"}}],
    }


def test_a_pc_without_a_code_is_told_what_is_missing(tmp_path: Path) -> None:
    config = written(tmp_path, CONFIG.replace("code", "# code"), "jagaloket.toml")
    done = run("fleet", "push", "-c", config)
    assert isinstance(done.exception, ConfigError)
    assert done.exception.lines == ["office.code: is missing; the centre tells counters apart by it"]


def test_vmagent_understands_the_configuration(tmp_path: Path) -> None:
    import subprocess  # noqa: PLC0415 - here only

    out = tmp_path / "push.yml"
    assert run("-c", written(tmp_path, CONFIG, "jagaloket.toml"), "fleet", "push", "--out", out).exit_code == 0
    words = ["-promscrape.config.dryRun", "-promscrape.config.strictParse", f"-promscrape.config={out}"]
    done = subprocess.run([program("vmagent"), *words], capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_prometheus_finds_the_targets_in_a_file_and_at_a_web_server(tmp_path: Path) -> None:
    out = tmp_path / "targets.json"
    run("fleet", "targets", written(tmp_path, LIST.replace("Medan", "Médan — “Timur” \\ {x}")), "--out", out)
    answer = page(200, out.read_bytes(), "Content-Type: application/json")
    with HttpServer(answer) as server:
        config = f"""
scrape_configs:
  - {{job_name: jagaloket, file_sd_configs: [{{files: [{out}]}}]}}
  - {{job_name: web, http_sd_configs: [{{url: "http://{server.at}/"}}]}}
"""
        with Prometheus(tmp_path, config) as prometheus:
            found = until(lambda: _targets(prometheus, 4), 30)
    offices = {(one["labels"]["job"], one["labels"]["office"], one["labels"]["site"]) for one in found}
    name = "Kantor Camat Médan — “Timur” \\ {x} Timur"
    assert offices == {("jagaloket", name, "12.71.11"), ("web", name, "12.71.11")}


def _targets(prometheus: Prometheus, count: int) -> list[dict[str, Any]]:
    found = list(prometheus.read("targets")["activeTargets"])
    return found if len(found) == count else []


@pytest.mark.slow
def test_ten_thousand_counters_are_read_in_seconds(tmp_path: Path) -> None:
    rows = "".join(f"{n // 4},Kantor {n // 4},Loket {n % 4},10.0.{n // 250}.{n % 250},\n" for n in range(10_000))
    file = written(tmp_path, LIST.partition("\n")[0] + "\n" + rows)
    began = time.monotonic()
    assert len(load(file)) == 10_000
    assert time.monotonic() - began < 5
