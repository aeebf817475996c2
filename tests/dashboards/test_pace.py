"""How often a counter that reports by itself sends what: nothing that boards or alarms look at may come too late.

What goes slowly comes every four minutes, and Prometheus forgets after five.
"""

import re
from pathlib import Path

import pytest

from agent.names import catalogue
from tests.alerts.test_rules import ALERTS, FOLDER, RULES, Rule, named
from tests.bench.fleet import played
from tests.bench.push import LIMIT_KB, an_hour
from tests.fakes.vmagent import each_minute

ROOT = Path(__file__).parents[2]
BOARDS = "".join(file.read_text("utf-8") for file in sorted((ROOT / "dashboards" / "grafana" / "id").glob("*.json")))
TEXT = BOARDS + "".join((FOLDER / file).read_text("utf-8") for file in RULES)
NAMES = {metric.name for metric in catalogue()}
MINUTELY = {name for name in NAMES if each_minute().fullmatch(name)}
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
PATIENT = 600
"""Seconds: what waits longer than this, or looks back further, can do with a value every four minutes."""


def seconds(text: str) -> int:
    """Of 90s, 5m; Grafana's $__rate_interval is four scrapes, $__range what somebody looks at."""
    if text.startswith("$"):
        return 240 if text == "$__rate_interval" else PATIENT
    return int(text[:-1]) * SECONDS[text[-1]]


def looked_back(text: str) -> dict[str, int]:
    """The shortest range over which each of the agent's metrics is selected."""
    shortest: dict[str, int] = {}
    for name, span in re.findall(r"\b(jagaloket_\w+|process_\w+)(?:\{[^{}]*\})?\[([^\]:]+)", text):
        shortest[name] = min(seconds(span), shortest.get(name, 10**9))
    return shortest


def waits(alert: Rule) -> int:
    found = re.search(r"\n +for: (\w+)", alert.text)
    return seconds(found[1]) if found else 0


def test_what_is_selected_over_a_short_range_comes_each_minute() -> None:
    short = {name for name, span in looked_back(TEXT).items() if span < PATIENT}
    assert short, "the boards have changed: nothing is looked at over a short range"
    assert short <= MINUTELY


@pytest.mark.parametrize("alert", ALERTS, ids=named)
def test_what_an_impatient_alarm_looks_at_comes_each_minute(alert: Rule) -> None:
    looked_at = {name for name in NAMES if re.search(rf"\b{name}\b", alert.expr)}
    far = {name for name, span in looked_back(alert.expr).items() if span >= PATIENT}
    if waits(alert) < PATIENT:
        assert looked_at - far <= MINUTELY


def test_presence_hangs_on_what_comes_each_minute() -> None:
    assert each_minute().fullmatch("up")
    assert {"jagaloket_device_state", "jagaloket_device_fault", "jagaloket_office_open"} <= MINUTELY


def test_every_name_of_the_list_exists() -> None:
    listed = re.sub(r"\((.*?)\)", lambda group: "(" + group[1].replace("|", "/") + ")", each_minute().pattern)
    for part in listed.split("|"):
        one = re.compile(part.replace("/", "|"))
        assert part == "up" or any(one.fullmatch(name) for name in NAMES), part
    ends = re.findall(r"\((.*?)\)", each_minute().pattern)
    for end in "|".join(ends).split("|"):
        assert any(name.endswith("_" + end) for name in MINUTELY), end


@pytest.mark.slow
def test_an_hour_of_reports_is_under_200_kilobytes(tmp_path: Path) -> None:
    pages = played(tmp_path, 16 / 60)[:16]
    assert an_hour(pages) < LIMIT_KB
