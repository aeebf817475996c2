"""Alertmanager's configuration for the fleet: who is told, and what is not told because its cause is."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.alerts.test_rules import ALERTS
from tests.fakes.agentprocess import until
from tests.fakes.alertdaemon import AlertDaemon
from tests.fakes.prometheus import program

FOLDER = Path(__file__).parents[2] / "alerts" / "rules" / "alertmanager"
CONFIG = FOLDER / "alertmanager.yml"
BRIDGED = {"fleet", "office", "counter", "agent"}


def amtool(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program("amtool"), *words], capture_output=True, text=True, check=False, timeout=30)


def receivers(**labels: str) -> str:
    pairs = [f"{name}={value}" for name, value in labels.items()]
    done = amtool("config", "routes", "test", f"--config.file={CONFIG}", *pairs)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_amtool_finds_no_mistake() -> None:
    done = amtool("check-config", str(CONFIG))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        ({"scope": "fleet", "severity": "blocking", "actor": "technician"}, "bridge,operators"),
        ({"scope": "fleet", "severity": "blocking", "actor": "central"}, "bridge,operators"),
        ({"scope": "bridge", "severity": "blocking", "actor": "technician"}, "operators"),
        ({"scope": "office", "severity": "blocking", "actor": "provider"}, "bridge,provider,technicians"),
        ({"scope": "counter", "severity": "blocking", "actor": "counter"}, "bridge,technicians"),
        (
            {"scope": "counter", "severity": "blocking", "actor": "counter", "site": "00.00.00"},
            "bridge,office-example,technicians",
        ),
        ({"scope": "link", "severity": "blocking", "actor": "provider"}, "provider,technicians"),
        ({"scope": "link", "severity": "degraded", "actor": "provider"}, "technicians"),
        ({"scope": "device", "severity": "blocking", "actor": "counter"}, "nobody"),
        ({"scope": "device", "severity": "blocking", "actor": "vendor"}, "technicians"),
        ({"scope": "device", "severity": "degraded", "actor": "counter"}, "nobody"),
        ({"scope": "service", "severity": "blocking", "actor": "central"}, "technicians"),
        ({"scope": "host", "severity": "degraded", "actor": "technician"}, "technicians"),
        ({"scope": "agent", "severity": "degraded", "actor": "technician"}, "bridge,technicians"),
        ({"scope": "agent", "severity": "notice", "actor": "technician"}, "bridge,technicians"),
        ({"severity": "critical"}, "technicians"),
    ],
)
def test_each_alert_reaches_those_who_can_mend_it(labels: Mapping[str, str], told: str) -> None:
    assert receivers(**labels) == told


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule.name)
def test_every_alert_of_ours_is_told_to_somebody(rule: object) -> None:
    text = getattr(rule, "text", "")
    labels = dict(re.findall(r"(\w+): ([\w-]+)", re.findall(r"labels: \{(.*)\}", text)[0]))
    told = receivers(actor="technician", **{name: value for name, value in labels.items() if name != "actor"})
    assert told != "nobody"
    assert ("bridge" in told.split(",")) is (labels["scope"] in BRIDGED)


def test_letters_wait_for_working_hours_and_the_fleet_and_the_tickets_do_not() -> None:
    text = CONFIG.read_text("utf-8").split("\nroute:")[1].split("\ninhibit_rules:")[0]
    routes = text.split("    - receiver: ")[1:]
    waiting = {one.partition("\n")[0] for one in routes if "active_time_intervals: [working-hours]" in one}
    at_once = {one.partition("\n")[0] for one in routes if "active_time_intervals" not in one}
    assert waiting == {"technicians", "provider", "office-example"}
    assert at_once == {"bridge", "operators", "nobody"}


def test_every_inhibition_names_alerts_that_there_are() -> None:
    rules = CONFIG.read_text("utf-8").split("inhibit_rules:")[1].split("receivers:")[0]
    names = set()
    for matcher in re.findall(r'alertname=~?"([^"]+)"', rules):
        head, _, choices = matcher.partition("(")
        names |= {head + choice for choice in choices.rstrip(")").split("|")}
    assert names <= {rule.name for rule in ALERTS}


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AlertDaemon]:
    """An Alertmanager with our configuration that tells nobody."""
    text = CONFIG.read_text("utf-8")
    nobody = "".join(
        f"  - name: {name}\n" for name in re.findall(r"\n  - name: (\w[\w-]*)", text.split("\nreceivers:")[1])
    )
    without = re.sub(r"  smtp_\w+:.*\n", "", text.split("\nreceivers:")[0])
    with AlertDaemon(tmp_path_factory.mktemp("alertmanager"), f"{without}\nreceivers:\n{nobody}") as daemon:
        yield daemon


HERE = {"job": "jagaloket", "site": "1", "office": "Camat", "instance": "a", "counter": "Loket 1"}
PAIRS = [
    ("JagaLoketFleetSilent", {"job": "jagaloket"}, "JagaLoketCounterSilent", {}),
    ("JagaLoketFleetSilent", {"job": "jagaloket"}, "JagaLoketOfficeSilent", {"instance": "", "counter": ""}),
    ("JagaLoketOfficeSilent", {"job": "jagaloket", "site": "1"}, "JagaLoketCounterSilent", {}),
    ("JagaLoketLinkDown", {**HERE, "fault": "internet-down"}, "JagaLoketServiceDown", {"fault": "service-down"}),
    ("JagaLoketLinkDown", {**HERE, "fault": "internet-down"}, "JagaLoketOutboxStuck", {"channel": "mail"}),
    ("JagaLoketLinkDown", {**HERE, "fault": "internet-down"}, "JagaLoketFunctionDown", {"function": "perekaman"}),
    ("JagaLoketLinkDown", {**HERE, "instance": "b", "fault": "internet-down"}, "JagaLoketCounterSilent", {}),
    ("JagaLoketCentralServiceDown", {"job": "jagaloket", "target": "siak"}, "JagaLoketServiceDown", {}),
    ("JagaLoketDeviceFailed", {**HERE, "device": "sidik-jari"}, "JagaLoketFunctionDown", {"function": "perekaman"}),
    ("JagaLoketCounterSilent", HERE, "JagaLoketAgentOutdated", {"version": "1"}),
    ("JagaLoketCounterSilent", HERE, "JagaLoketStockShort", {"instance": "", "counter": ""}),
    ("JagaLoketOfficeSilent", {"site": "1"}, "JagaLoketMaintenanceOverdue", {"instance": "", "counter": ""}),
]


def inhibited(daemon: AlertDaemon, source: str, at: Mapping[str, str], target: str, where: Mapping[str, str]) -> bool:
    """Whether the target is not told while the source stands; the case keeps to a job of its own."""
    case = f"case-{len(daemon.alerts())}"
    cause = {**at, "alertname": source, "job": case, "severity": "blocking"}
    consequence = {**HERE, **where, "alertname": target, "job": case, "severity": "blocking"}
    daemon.tell([cause, consequence])
    found = until(lambda: [one for one in daemon.alerts() if one["labels"]["job"] == case][1:] and daemon.alerts())
    (told,) = [one for one in found if one["labels"]["alertname"] == target and one["labels"]["job"] == case]
    return bool(told["status"]["inhibitedBy"])


@pytest.mark.parametrize(("source", "at", "target", "where"), PAIRS)
def test_a_cause_keeps_its_consequence_quiet(
    quiet: AlertDaemon, source: str, at: Mapping[str, str], target: str, where: Mapping[str, str]
) -> None:
    assert until(lambda: inhibited(quiet, source, at, target, where), 20)


@pytest.mark.parametrize(
    ("source", "at", "target", "where"),
    [
        ("JagaLoketOfficeSilent", {"site": "2"}, "JagaLoketCounterSilent", {}),
        ("JagaLoketLinkDown", {**HERE, "instance": "b", "fault": "internet-down"}, "JagaLoketFunctionDown", {}),
        ("JagaLoketLinkDown", {**HERE, "fault": "internet-down"}, "JagaLoketDeviceFailed", {"device": "printer"}),
        ("JagaLoketLinkDown", {**HERE, "instance": "b", "fault": "cable-unplugged"}, "JagaLoketCounterSilent", {}),
        ("JagaLoketCounterSilent", HERE, "JagaLoketFleetSilent", {}),
        ("JagaLoketCounterSilent", {**HERE, "site": "2"}, "JagaLoketStockShort", {"instance": "", "counter": ""}),
        ("JagaLoketDeviceFailed", {**HERE, "instance": "b", "device": "x"}, "JagaLoketFunctionDown", {}),
    ],
)
def test_what_is_no_consequence_is_told(
    quiet: AlertDaemon, source: str, at: Mapping[str, str], target: str, where: Mapping[str, str]
) -> None:
    assert not inhibited(quiet, source, at, target, where)
