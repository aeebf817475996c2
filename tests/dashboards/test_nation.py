"""What a city sends on: all that the board of all offices asks for, no more, and with the labels that it goes by."""

import json
import re
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dashboards.build import BOARDS, made
from dashboards.words import Words
from tests.dashboards.test_fleet_files import ROOM, check_config
from tests.fakes.agentprocess import until
from tests.fakes.fleet import Played, Story
from tests.fakes.pageserver import PageServer
from tests.fakes.prometheus import Prometheus

SENDING = ROOM / "prometheus" / "nation.yml"
OWN = {"site": "12.71.11", "office": "Kantor Camat Medan Timur", "counter": "Loket 1"}


def sent_on() -> set[str]:
    """The names in the file's own regular expression."""
    (wanted,) = re.findall(r'regex: "([^"]+)"', SENDING.read_text("utf-8"))
    return set(re.sub(r"\\\n\s*", "", wanted).split("|"))


def queries(drawn: Any) -> list[str]:  # noqa: ANN401 - a board's JSON
    """Every query of a board, those of its choices, too."""
    if isinstance(drawn, list):
        return [one for part in drawn for one in queries(part)]
    if not isinstance(drawn, dict):
        return []
    own = [value for key, value in drawn.items() if key in ("expr", "query") and isinstance(value, str)]
    return own + [one for part in drawn.values() for one in queries(part)]


def test_what_the_board_of_all_offices_asks_for_is_sent_on_and_no_more() -> None:
    (fleet,) = [board for board in BOARDS if board.key == "fleet"]
    asked = {
        name for one in queries(made(fleet, Words("en"))) for name in re.findall(r"jagaloket[:_][\w:]+|\bup\b", one)
    }
    assert "jagaloket:office_situation" in asked
    assert sent_on() == asked | {"ALERTS"}


def test_promtool_finds_no_mistake_in_a_city_s_configuration_that_sends_on(tmp_path: Path) -> None:
    check_config((ROOM / "prometheus" / "prometheus.yml").read_text("utf-8") + SENDING.read_text("utf-8"), tmp_path)


def names(server: Prometheus, until_then: float) -> set[str]:
    return set(server.values("__name__", '{job="jagaloket"}', until_then - 7200, until_then))


@pytest.mark.slow
def test_the_nation_gets_those_series_with_the_labels_of_the_counter(tmp_path: Path) -> None:
    for name in ("agent", "city", "nation"):
        (tmp_path / name).mkdir()
    with closing(Played(tmp_path / "agent", Story(labels={}))) as played:
        pages = [played.exporter.render()[0].decode() for _ in played.pages(0.1, 60)]
    with (
        Prometheus(tmp_path / "nation", "", "--web.enable-remote-write-receiver") as nation,
        PageServer(pages, time.time()) as server,
    ):
        scrape = {
            "job_name": "jagaloket",
            "scrape_interval": "1s",
            "static_configs": [{"targets": [server.at], "labels": OWN}],
        }
        sending = SENDING.read_text("utf-8").replace("https://nation.example.go.id", nation.url)
        sending = re.sub(r"    basic_auth:\n(      .+\n)+", "", sending)
        with Prometheus(tmp_path / "city", f"scrape_configs: [{json.dumps(scrape)}]\n{sending}") as city:
            # The pages' times are a minute apart and run ahead; what is older than the city's start is not sent.
            later = time.time() + 600
            until(lambda: nation.query("count_over_time(jagaloket_build_info[1h]) > 2", later), 60)
            mine, theirs = names(city, later), names(nation, later)
            assert len(mine) > 50
            assert theirs == mine & sent_on()
            (one,) = nation.query("last_over_time(jagaloket_build_info[1h])", later)
        assert one["metric"].items() >= {**OWN, "job": "jagaloket", "instance": server.at}.items()
