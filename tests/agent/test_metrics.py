"""The metrics page: the catalogue, its values, and whatever devices throw at it."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.metrics_core import Metric as Family

import agent
from agent import metrics
from agent.exposition import fits
from agent.metrics import Exporter
from agent.view import Panel
from alerts.incident import Addressee
from alerts.ledger import Ledger
from probes.reading import Actor, Device, Metric, MetricType, Sample, Severity, State
from probes.text import SafeText, clean
from tests.fakes import sample
from tests.fakes.pages import openmetrics_families, text_families
from tests.fakes.sample import NOW, SUPPLY, fault, view

GOLDEN = Path(__file__).parents[1] / "fixtures" / "metrics" / "page.txt"
OPENMETRICS = "application/openmetrics-text;version=1.0.0"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger.open(tmp_path / "store.db", clock=lambda: NOW, zone=sample.OFFICE.zone)
    yield ledger
    ledger.shut()


def exporter(panel: Panel, ledger: Ledger) -> Exporter:
    functions = {"perekaman": False, "cetak": True, "kk": None}
    return Exporter(panel=panel, ledger=lambda: ledger, functions=lambda: functions, office_open=lambda: True)


def values(page: bytes) -> dict[str, float]:
    """Every line's name and labels, with its value."""
    return {
        f"{one.name}{dict(sorted(one.labels.items())) or ''}": one.value
        for family in text_families(page).values()
        for one in family.samples
    }


def shown(panel: Panel, ledger: Ledger) -> dict[str, float]:
    return values(exporter(panel, ledger).render()[0])


def test_the_page_of_a_counter_is_the_golden_page(ledger: Ledger) -> None:
    ticket(ledger)
    page = exporter(sample.counter(), ledger).render()[0].decode().replace(agent.__version__, "VERSION")
    lines = [line for line in page.splitlines(keepends=True) if "process_" not in line]
    assert "".join(lines) == GOLDEN.read_text("utf-8")


def test_promtool_finds_nothing_to_say(ledger: Ledger) -> None:
    local = Path(__file__).parents[2] / ".tools/usr/bin/promtool"
    promtool = shutil.which("promtool") or (str(local) if local.exists() else None)
    if promtool is None:
        pytest.skip("promtool is not installed: apt-get download prometheus; dpkg -x prometheus_*.deb .tools")
    ticket(ledger)
    page = exporter(sample.counter(), ledger).render()[0]
    found = subprocess.run([promtool, "check", "metrics"], input=page, capture_output=True, check=False, timeout=60)
    assert (found.returncode, found.stdout, found.stderr) == (0, b"", b"")


def test_both_formats_say_the_same(ledger: Ledger) -> None:
    served = exporter(sample.counter(), ledger)
    text, text_type = served.render("text/plain")
    opened, opened_type = served.render(OPENMETRICS)
    assert text_type == "text/plain; version=0.0.4; charset=utf-8"
    assert opened_type == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    assert sample_names(openmetrics_families(opened)) == sample_names(text_families(text))


def sample_names(families: dict[str, Family]) -> set[str]:
    return {one.name for family in families.values() for one in family.samples}


def test_only_the_wanted_metrics_are_shown(ledger: Ledger) -> None:
    page, _ = exporter(sample.counter(), ledger).render(only=["jagaloket_office_open"])
    assert {name for name in values(page) if "dropped" not in name} == {"jagaloket_office_open"}


def test_hostile_devices_never_break_the_page(ledger: Ledger) -> None:
    served = exporter(sample.hostile(), ledger)
    text, opened = served.render()[0].decode(), served.render(OPENMETRICS)[0].decode()
    assert not any(ord(char) < 32 and char != "\n" for char in text)
    families = text_families(text)
    labels = {one.labels["label"] for one in families["jagaloket_device_info"].samples}
    assert labels == {clean(one) for one in sample.HOSTILE}
    assert len(openmetrics_families(opened)) == len(families)


def test_a_state_is_one_series_each_and_one_of_them_is_1(ledger: Ledger) -> None:
    found = shown(sample.panel(view("a", "A", "", State.ASLEEP)), ledger)
    states = {state: found[f"jagaloket_device_state{{'device': 'a', 'state': '{state}'}}"] for state in State}
    assert states == {**dict.fromkeys(State, 0), State.ASLEEP: 1}


def test_parts_of_one_fault_are_one_series_with_the_gravest_severity(ledger: Ledger) -> None:
    found = shown(sample.counter(), ledger)
    series = [name for name in found if name.startswith("jagaloket_device_fault") and "media-empty" in name]
    (only,) = series
    assert "'severity': 'blocking'" in only
    assert found[only] == 1
    assert all(value == 0 for name, value in found.items() if "dropped" in name)


def test_a_device_never_looked_at_has_no_success_and_no_duration(ledger: Ledger) -> None:
    found = shown(sample.panel(view("a", "A", "", State.UNKNOWN, success=None)), ledger)
    absent = ("jagaloket_probe_success", "jagaloket_probe_duration", "jagaloket_device_last_seen")
    assert not any(name.startswith(absent) for name in found)


def test_old_values_are_not_shown_after_a_look_that_was_impossible(ledger: Ledger) -> None:
    level = Sample(metric=SUPPLY, value=0.5, labels=(SafeText("Toner"), SafeText("black")))
    seen = view("a", "A", "", samples=(level,), facts={"vendor": clean("EPSON")})
    assert any("supply" in name for name in shown(sample.panel(seen), ledger))
    blind = shown(sample.panel(replace(seen, success=False)), ledger)
    assert not any("supply" in name for name in blind)
    assert any("EPSON" in name for name in blind)


def test_functions_that_cannot_be_told_are_absent(ledger: Ledger) -> None:
    found = shown(sample.panel(), ledger)
    functions = {name: value for name, value in found.items() if "function_up" in name}
    assert sorted(functions.values()) == [0, 1]


def test_an_office_without_hours_is_neither_open_nor_closed(ledger: Ledger) -> None:
    served = Exporter(panel=Panel(), ledger=lambda: ledger, functions=dict, office_open=lambda: None)
    assert "jagaloket_office_open" not in served.render()[0].decode()


def ticket(ledger: Ledger, part: str = "") -> None:
    device = Device(id="printer-resi", kind="usb", label=clean("Printer resi"))
    camat = Addressee(channel="mail", address="camat@example.go.id", role="office", language="id")
    ledger.begin(device, fault("media-empty", part=part), since=NOW - 1500, addressees=(camat,))


def test_tickets_and_messages_are_counted(ledger: Ledger) -> None:
    ticket(ledger)
    found = shown(sample.panel(), ledger)
    assert found["jagaloket_tickets{'severity': 'blocking', 'status': 'new'}"] == 1
    assert found["jagaloket_tickets{'severity': 'notice', 'status': 'closed'}"] == 0
    assert found["jagaloket_outbox_messages{'channel': 'mail', 'state': 'new'}"] == 1
    assert found["jagaloket_outbox_oldest_seconds{'channel': 'mail'}"] == 0


def test_sent_and_dead_messages_are_counted_and_none_waits(ledger: Ledger) -> None:
    for outcome in ("sent", "dead"):
        ticket(ledger, part=outcome)
        waiting = ledger.notices.next_due("mail", now=0, boot="here", fresh_first=True)
        assert waiting is not None
        ledger.notices.finish(waiting, outcome)
    found = shown(sample.panel(), ledger)
    assert found["jagaloket_outbox_sent_total{'channel': 'mail'}"] == 1
    assert found["jagaloket_outbox_dead_total{'channel': 'mail'}"] == 1
    assert found["jagaloket_outbox_oldest_seconds{'channel': 'mail'}"] == 0


def test_a_waiting_message_grows_old(tmp_path: Path) -> None:
    now = [NOW]
    ledger = Ledger.open(tmp_path / "other.db", clock=lambda: now[0], zone=sample.OFFICE.zone)
    ticket(ledger)
    now[0] += 90
    assert shown(sample.panel(), ledger)["jagaloket_outbox_oldest_seconds{'channel': 'mail'}"] == 90
    ledger.shut()


def test_what_a_fleet_asks_of_all_devices_is_added_up_here(ledger: Ledger) -> None:
    panel = Panel()
    states = (State.OK, State.ASLEEP, State.DEGRADED, State.FAILED, State.UNREACHABLE, State.UNKNOWN)
    for state in states:
        panel.put(sample.view(f"a-{state}", "A", "reader", state, success=state is not State.UNKNOWN))
    found = shown(panel, ledger)
    counts = [found[f"jagaloket_devices{{'state': '{name}'}}"] for name in ("ok", "troubled", "unknown")]
    assert counts == [2, 3, 1]
    assert found["jagaloket_looks_total"] == 5 * 41 + 3


def test_a_page_without_devices_does_not_say_that_none_is_looked_at(ledger: Ledger) -> None:
    assert "jagaloket_looks_total" not in shown(Panel(), ledger)


def test_a_store_that_cannot_be_read_takes_only_its_own_metrics_away(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> Ledger:
        msg = "disk\x1b full"
        raise OSError(msg)

    served = Exporter(panel=sample.counter(), ledger=broken, functions=dict, office_open=lambda: True)
    for _ in range(3):
        found = values(served.render()[0])
    assert found["jagaloket_metrics_source_down{'source': 'store'}"] == 1
    assert "jagaloket_metrics_source_down{'source': 'devices'}" not in found
    assert not any(name.startswith(("jagaloket_tickets", "jagaloket_outbox")) for name in found)
    assert [record.getMessage() for record in caplog.records] == [
        "metrics: store cannot be read, its metrics are absent: disk? full"
    ]
    del ledger


def test_more_sources_can_be_added(ledger: Ledger) -> None:
    trusted = Metric(name="jagaloket_clock_trusted", type=MetricType.GAUGE, help="Whether the clock is right.")
    served = Exporter(
        panel=Panel(),
        ledger=lambda: ledger,
        functions=dict,
        office_open=lambda: True,
        more={"clock": lambda: [Sample(metric=trusted, value=1)]},
    )
    assert values(served.render()[0])["jagaloket_clock_trusted"] == 1


def test_the_process_tells_its_own_cost(ledger: Ledger) -> None:
    found = shown(sample.panel(), ledger)
    assert found["process_resident_memory_bytes"] > 1_000_000
    assert found["process_open_fds"] > 3
    assert found["process_cpu_seconds_total"] > 0
    assert found["process_start_time_seconds"] > 1_000_000_000


def test_every_metric_of_the_catalogue_fits_on_a_page_and_stands_there_once() -> None:
    catalogue = metrics.catalogue()
    assert all(map(fits, catalogue)), [metric for metric in catalogue if not fits(metric)]
    names = [metric.name for metric in catalogue]
    assert sorted(set(names)) == sorted(names)


def test_every_metric_the_page_shows_stands_in_the_catalogue(ledger: Ledger) -> None:
    ticket(ledger)
    names = {metric.name for metric in metrics.catalogue()} | {sample.PAGES.name, sample.SUPPLY.name}
    shown_names = {name.partition("{")[0] for name in shown(sample.counter(), ledger)}
    assert shown_names <= names


def test_severity_and_actor_stand_at_a_fault(ledger: Ledger) -> None:
    one = view("a", "A", "", State.FAILED, faults=(fault("opc-life-over", Severity.DEGRADED, Actor.VENDOR),))
    labels = "{'actor': 'vendor', 'device': 'a', 'fault': 'opc-life-over', 'severity': 'degraded'}"
    assert shown(sample.panel(one), ledger)[f"jagaloket_device_fault{labels}"] == 1
