"""Agents of three versions at one office, scraped by a real Prometheus with our rules: one that knew four metrics only,
today's, and one to come that tells more than anybody here knows."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from dashboards.select import JOB, states
from tests.dashboards.conftest import of_old_version
from tests.fakes.agentprocess import until
from tests.fakes.fleet import KINDS, Played, Story
from tests.fakes.http import HttpServer, page
from tests.fakes.prometheus import Prometheus
from tests.test_fleet_end_to_end import RULES, hastened

pytestmark = pytest.mark.slow
OLD, NOW, TO_COME = "Loket 1 (lama)", "Loket 2", "Loket 3 (baru)"
NEW_THINGS = """# TYPE jagaloket_mood gauge
jagaloket_mood{device="pc",colour="blue"} NaN
# TYPE jagaloket_device_fault gauge
jagaloket_device_fault{device="pc",fault="not-yet-thought-of",severity="curious",actor="nobody",where="here"} 1
"""


def today(folder: Path) -> str:
    """A counter's page in its opening hours, by the real Exporter."""
    with closing(Played(folder, Story(labels={}))) as played:
        *_, (_, _) = played.pages(0.2, 60)
        text = played.exporter.render()[0].decode()
    hours = f"""# TYPE jagaloket_office_opens_timestamp_seconds gauge
jagaloket_office_opens_timestamp_seconds{{stretch="0"}} {time.time() - 3600}
# TYPE jagaloket_office_closes_timestamp_seconds gauge
jagaloket_office_closes_timestamp_seconds{{stretch="0"}} {time.time() + 3600}
"""
    return text.replace("jagaloket_office_open 0.0", "jagaloket_office_open 1.0") + hours


class Office:
    """Three PCs of one office, and the centre."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        text = today(folder)
        pages = {OLD: of_old_version(text) + "\n", NOW: text, TO_COME: text + NEW_THINGS}
        kind = "Content-Type: text/plain; version=0.0.4"
        self.pcs = {
            name: stack.enter_context(HttpServer(page(200, body.encode(), kind))) for name, body in pages.items()
        }
        for file in RULES.glob("*.rules.yml"):
            (folder / file.name).write_text(hastened(file.read_text("utf-8")), "utf-8")
        targets = [
            {"targets": [pc.at], "labels": {"site": "1", "office": "Kantor", "counter": name}}
            for name, pc in self.pcs.items()
        ]
        config = {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": [f"{folder}/*.rules.yml"],
            "scrape_configs": [{"job_name": "jagaloket", "static_configs": targets}],
        }
        self.centre = stack.enter_context(Prometheus(folder, json.dumps(config)))

    def counters(self, query: str) -> dict[str, float]:
        """What a query says of each counter."""
        return {one["metric"]["counter"]: float(one["value"][1]) for one in self.centre.query(query, time.time())}

    def firing(self) -> set[tuple[str, str]]:
        found = self.centre.query('ALERTS{alertstate="firing"}', time.time())
        return {(one["metric"]["alertname"], one["metric"].get("counter", "")) for one in found}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with ExitStack() as stack:
        yield Office(stack, tmp_path)


def test_agents_of_all_versions_are_judged_alike(office: Office) -> None:
    everybody = {OLD: 1.0, NOW: 1.0, TO_COME: 1.0}
    until(lambda: office.counters("jagaloket:counter_open") == everybody, 60)
    until(lambda: office.counters("jagaloket:counter_open_up") == everybody, 30)
    until(lambda: office.counters("jagaloket:counter_warm") == everybody, 30)
    shown = office.centre.query(f"count by (counter) ({states(JOB)})", time.time())
    assert {one["metric"]["counter"]: int(one["value"][1]) for one in shown} == dict.fromkeys(everybody, len(KINDS))
    rules = [rule for group in office.centre.read("rules")["groups"] for rule in group["rules"]]
    assert rules
    assert [rule for rule in rules if rule["health"] == "err" or rule.get("lastError")] == []
    assert office.firing() == set()

    office.pcs[OLD].stop()
    until(lambda: office.firing() == {("JagaLoketCounterSilent", OLD)}, 60)
    assert office.counters("jagaloket:counter_open")[OLD] == 1.0, "as the office's other counters say"
