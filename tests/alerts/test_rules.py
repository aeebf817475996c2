"""The Prometheus rules: promtool's own tests, and what must hold for every rule."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent.names import catalogue
from probes.reading import Actor, Severity
from tests.fakes.prometheus import Prometheus, fill, program

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "alerts" / "rules"
RULES = (
    *("presence.rules.yml", "devices.rules.yml", "agents.rules.yml"),
    *("ratios.rules.yml", "boards.rules.yml", "upkeep.rules.yml"),
)
TESTS = sorted((FOLDER / "tests").glob("*.yml"))
RUNBOOKS = (ROOT / "docs" / "runbooks.md").read_text("utf-8")
ANNOTATIONS = {"summary", "summary_en", "description", "description_en", "runbook_url"}
WRITTEN_BY_PROMETHEUS = {"up", "ALERTS"}
_CONTRACT = {"job", "instance", "site", "office", "counter", "delivery"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule as it stands in its file."""

    name: str
    is_alert: bool
    text: str

    @property
    def expr(self) -> str:
        """Its expression."""
        found = re.search(r"\n\s*expr: (?:\|\n)?(.*?)(?=\n        \w+:|\n\s*#|\Z)", self.text, re.DOTALL)
        assert found is not None, self.name
        return found[1]


def rules() -> list[Rule]:
    text = "".join((FOLDER / file).read_text("utf-8") for file in RULES)
    parts = re.split(r"\n *- (?=(?:alert|record): )", text)[1:]
    found = []
    for part in parts:
        kind, _, name = part.partition("\n")[0].partition(": ")
        found.append(Rule(name=name, is_alert=kind == "alert", text=part))
    return found


ALL = rules()
ALERTS = [rule for rule in ALL if rule.is_alert]


def named(rule: Rule) -> str:
    return rule.name


def promtool(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [program("promtool"), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=110)


def test_promtool_finds_nothing_to_say() -> None:
    done = promtool("check", "rules", "--lint=all", "--lint-fatal", *(FOLDER / file for file in RULES))
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_file_of_rules_is_looked_at() -> None:
    assert {file.name for file in FOLDER.glob("*.rules.yml")} == set(RULES)


def test_no_group_runs_so_seldom_that_prometheus_forgets_its_values_meanwhile() -> None:
    text = "".join((FOLDER / file).read_text("utf-8") for file in RULES)
    every = dict(re.findall(r"- name: (\S+)\n    interval: (\w+)", text))
    hourly = {name for name, interval in every.items() if interval not in {"30s", "1m", "2m", "4m"}}
    shown_or_looked_at_by_itself = {"jagaloket-availability", "jagaloket-upkeep"}
    assert hourly == shown_or_looked_at_by_itself, "what is written once an hour is read by last_over_time"
    assert len(every) == len(re.findall(r"^ +- name: ", text, re.MULTILINE))


def test_an_evaluation_that_was_missed_is_bridged_by_who_reads_its_values() -> None:
    """Every 4 minutes, one missed: 8 minutes without a value, and Prometheus forgets after five.

    Only a group's own rules see each other's values as they are: they are looked up in one go.
    """
    text = "".join((FOLDER / file).read_text("utf-8") for file in RULES)
    groups = re.split(r"\n  - name: ", text)[1:]
    read = 0
    for slow in (group for group in groups if "\n    interval: 4m\n" in group):
        for name in re.findall(r"- record: (\S+)", slow):
            uses = re.findall(rf"{name}(?![\w:])(?:\{{[^}}]*\}})?(\[\w+\])?", "".join(set(groups) - {slow}))
            read += len(uses)
            assert set(uses) <= {"[9m]", "[15m]"}, name
    assert read >= 10


@pytest.mark.slow
@pytest.mark.parametrize("file", TESTS, ids=lambda file: file.stem)
def test_the_rules_do_what_they_should(file: Path) -> None:
    done = promtool("test", "rules", file)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_the_hours_are_known_although_an_evaluation_of_what_is_remembered_was_missed(tmp_path: Path) -> None:
    """A real Prometheus: the last evaluation was 8 minutes and 20 seconds ago, late by a whole interval and a bit."""
    now = 1_795_484_700
    lines = [
        f'jagaloket:counter_stretch_{name}_timestamp_seconds{{job="jagaloket",instance="a"}} {at} {now - 500}\n'
        for name, at in (("opens", now - 7200), ("closes", now - 3600))
    ]
    (tmp_path / "past.txt").write_text("".join(lines) + "# EOF\n", "utf-8")
    fill(tmp_path / "data", tmp_path / "past.txt")
    (hours,) = [rule.expr for rule in ALL if rule.name == "jagaloket:counter_open"]
    with Prometheus(tmp_path) as prometheus:
        assert prometheus.query("jagaloket:counter_stretch_closes_timestamp_seconds", now) == []
        (closed,) = prometheus.query(hours, now)
    assert closed["value"][1] == "0", "unknown hours would let alarms begin at night"


@pytest.mark.slow
def test_a_rule_that_forgets_the_hours_is_found(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    for file in RULES:
        (tmp_path / file).write_text((FOLDER / file).read_text("utf-8"), "utf-8")
    whole = (FOLDER / "presence.rules.yml").read_text("utf-8")
    forgetful = re.sub(r"(closes_timestamp_seconds(?:\[\d+m\]\))? >(?: bool)?) time\(\)", r"\1 0", whole)
    assert whole != forgetful
    (tmp_path / "presence.rules.yml").write_text(forgetful, "utf-8")
    (tmp_path / "tests" / "fleet.yml").write_text((FOLDER / "tests" / "fleet.yml").read_text("utf-8"), "utf-8")
    done = promtool("test", "rules", tmp_path / "tests" / "fleet.yml")
    assert "a fleet that goes home is quiet" in done.stdout + done.stderr


def test_every_rule_has_a_test() -> None:
    tested = "".join(file.read_text("utf-8") for file in TESTS)
    through_others = {rule.name for rule in ALL if any(rule.name in other.expr for other in ALL if other is not rule)}
    missing = [rule.name for rule in ALL if rule.name not in tested and rule.name not in through_others]
    assert missing == []


@pytest.mark.parametrize("rule", ALERTS, ids=named)
def test_an_alert_says_all_that_people_need(rule: Rule) -> None:
    told = set(re.findall(r"^ {10}(\w+): ", rule.text, re.MULTILINE))
    assert told >= ANNOTATIONS
    anchor = re.search(r"runbooks\.md#(\w+)", rule.text)
    assert anchor is not None
    assert anchor[1] == rule.name.lower()
    assert f"\n## {rule.name}\n" in RUNBOOKS


@pytest.mark.parametrize("rule", ALERTS, ids=named)
def test_an_alert_has_a_severity_an_actor_and_a_scope(rule: Rule) -> None:
    labels = dict(re.findall(r"(\w+): ([\w-]+)", re.findall(r"labels: \{(.*)\}", rule.text)[0]))
    assert labels["severity"] in set(Severity)
    assert labels["scope"]
    actor = labels.get("actor")
    assert actor in set(Actor) or "fault, actor)" in rule.expr, "an actor by the rule, or by the fault itself"


@pytest.mark.parametrize("rule", ALERTS, ids=named)
def test_a_text_names_only_labels_that_the_alert_has(rule: Rule) -> None:
    used = set(re.findall(r"\$labels\.(\w+)", rule.text))
    kept = {label for group in re.findall(r"by \(([\w, ]+)\)", rule.expr) for label in group.split(", ")}
    recorded = {
        label
        for other in ALL
        if not other.is_alert and other.name in rule.expr
        for group in re.findall(r"by \(([\w, ]+)\)", other.expr)
        for label in group.split(", ")
    }
    assert used <= kept | recorded | _CONTRACT


def test_every_metric_is_in_the_catalogue_or_recorded_here() -> None:
    known = {metric.name for metric in catalogue()} | {rule.name for rule in ALL} | WRITTEN_BY_PROMETHEUS
    used = {name for rule in ALL for name in re.findall(r"\b(?:jagaloket|process)[\w:]+", _without_texts(rule.expr))}
    assert used - known == set()


def test_every_label_of_a_metric_is_in_the_catalogue() -> None:
    labels = {metric.name: set(metric.labels) for metric in catalogue()}
    for rule in ALL:
        for name, selector in re.findall(r"\b(jagaloket_\w+)\{([^}]*)\}", rule.expr):
            asked = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", selector))
            assert asked <= labels[name] | _CONTRACT, f"{rule.name}: {name}"


def _without_texts(expr: str) -> str:
    return re.sub(r'"[^"]*"', "", expr)
