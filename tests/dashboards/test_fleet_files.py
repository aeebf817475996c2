"""The files that a centre copies: what promtool says of them, and whether they name each other rightly."""

import re
import subprocess
from pathlib import Path

from dashboards.build import BOARDS
from tests.fakes.prometheus import program

ROOM = Path(__file__).parents[2] / "dashboards"


def check_config(text: str, tmp_path: Path) -> None:
    """Have promtool look at a configuration whose files are somewhere else."""
    for name in set(re.findall(r"/etc/prometheus/[\w./-]+\.(?:pem|password|json)", text)):
        file = tmp_path / Path(name).name
        file.write_text("[]" if name.endswith(".json") else "x", "utf-8")
        text = text.replace(name, str(file))
    config = tmp_path / "prometheus.yml"
    config.write_text(text, "utf-8")
    # Without a certificate inside, the authority's file is not one: only the syntax is looked at.
    for words in (["check", "config", "--syntax-only"], ["check", "config"]):
        done = subprocess.run(
            [program("promtool"), *words, str(config)], capture_output=True, text=True, check=False, timeout=30
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_promtool_finds_no_mistake_in_the_scrape_configuration(tmp_path: Path) -> None:
    check_config((ROOM / "prometheus" / "prometheus.yml").read_text("utf-8"), tmp_path)


def test_boards_and_data_source_fit_together() -> None:
    source = (ROOM / "provisioning" / "datasources" / "jagaloket.yml").read_text("utf-8")
    scrape = (ROOM / "prometheus" / "prometheus.yml").read_text("utf-8")
    assert re.findall(r"scrape_interval: (\w+)", scrape) == re.findall(r"timeInterval: (\w+)", source) == ["60s"]
    assert "type: prometheus" in source
    provider = (ROOM / "provisioning" / "dashboards" / "jagaloket.yml").read_text("utf-8")
    assert "allowUiUpdates: false" in provider
    assert "job_name: jagaloket\n" in scrape
    assert len(BOARDS) == 6
