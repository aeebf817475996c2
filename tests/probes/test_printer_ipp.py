"""What a printer asked over IPP is said to have, and what not."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from probes.ipp.reasons import Grade, Kind, understand
from probes.kinds.printer_ipp import PrinterIpp
from probes.printer import CAUSES, PAGES_TOTAL, SUPPLY_RATIO, TRAY_RATIO
from probes.reading import Metric, ProbeError, Reading, State
from tests.fakes.http import free_port, page
from tests.fakes.ipp import HEALTHY, FakePrinter, Value, listening, replays

FIXTURES = Path(__file__).parents[1] / "fixtures" / "printer_ipp"
SHARED = Path(os.environ.get("JAGALOKET_SHARED", Path(__file__).parents[3] / "shared"))
RECORDINGS = SHARED / "data" / "recordings" / "ipp"


def look(**printer: Value | list[Value]) -> Reading:
    """One look at a printer that is healthy but for what is given."""
    with listening(FakePrinter(printer=HEALTHY | _hyphens(printer)).play) as uri:
        return PrinterIpp(uri=uri).read()


def _hyphens(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name.replace("_", "-"): value for name, value in given.items()}


def told(reading: Reading) -> list[str]:
    """The faults, each in one line."""
    return [f"{one.code}/{one.part}/{one.severity}/{one.actor}" for one in reading.faults]


def values(reading: Reading, metric: Metric) -> dict[str, float]:
    return {
        sample.labels[0] if sample.labels else "": sample.value for sample in reading.samples if sample.metric is metric
    }


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.toml")), ids=lambda path: path.stem)
def test_each_printer_model_gets_the_verdict_of_a_technician(path: Path) -> None:
    case = tomllib.loads(path.read_text())
    with listening(FakePrinter(printer=case["printer"]).play) as uri:
        reading = PrinterIpp(uri=uri).read()
    expected = case["expect"]
    assert reading.state == expected["state"]
    assert told(reading) == expected["faults"]
    assert values(reading, SUPPLY_RATIO) == expected["supplies"]
    assert dict(reading.facts) == expected["facts"]


def recorded(name: str) -> bytes:
    """A recorded answer; skips the test where the recordings are not."""
    path = RECORDINGS / name
    if not path.exists():
        pytest.skip(f"no recordings of real printers at {RECORDINGS}")
    return path.read_bytes()


@pytest.mark.parametrize(
    ("name", "state", "faults"),
    [
        # What a technician would say in front of these printers.
        ("get-printer-attributes-epsonxp6000.bin", State.DEGRADED, ["marker-supply-low/Yellow ink/degraded/counter"]),
        (
            "get-printer-attributes-brother-mfcj5320dw.bin",
            State.DEGRADED,
            [f"marker-supply-low/{name}/degraded/counter" for name in ("M", "C", "BK")],
        ),
        ("Kyocera-ECOSYS-M2040dn-Printer-Attributes.ipp", State.ASLEEP, []),
    ],
)
def test_each_recorded_printer_gets_the_verdict_of_a_technician(name: str, state: State, faults: list[str]) -> None:
    with listening(replays(recorded(name))) as uri:
        reading = PrinterIpp(uri=uri).read()
    assert (reading.state, told(reading)) == (state, faults)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("get-printer-attributes-error-0x0503.bin", "neither IPP 2.0 nor 1.1"),
        ("get-printer-attributes-response-000.bin", "told nothing of a printer"),
        ("get-printer-attributes-empty-attribute-group.bin", "told nothing of a printer"),
    ],
)
def test_a_recorded_refusal_makes_unknown_not_broken(name: str, what: str) -> None:
    with listening(replays(recorded(name))) as uri, pytest.raises(ProbeError, match=what):
        PrinterIpp(uri=uri).read()


def test_every_registered_keyword_is_a_fault_sleep_or_nothing() -> None:
    words = recorded("printer-state-reasons.txt").decode().split()
    assert len(words) > 800
    found = [understand(word) for word in words]
    assert {reason.code for reason in found if reason.kind is Kind.FAULT} <= set(CAUSES)
    assert {reason.grade for reason in found} == {Grade.BARE}


# State and reasons


def test_a_healthy_printer_has_no_fault() -> None:
    assert (look().state, told(look())) == (State.OK, [])


@pytest.mark.parametrize(
    ("state", "reasons", "faults"),
    [
        # the grade decides, but for what no grade makes harmless
        (3, ["toner-low-report"], ["toner-low//degraded/counter"]),
        (3, ["cover-open-report"], ["cover-open//blocking/counter"]),
        (3, ["media-empty-warning"], ["media-empty//blocking/counter"]),
        (5, ["media-jam-error"], ["media-jam//blocking/counter"]),
        (3, ["opc-life-over-error"], ["opc-life-over//blocking/technician"]),
        (3, ["opc-life-over-warning"], ["opc-life-over//degraded/technician"]),
        (3, ["maintenance-due"], ["maintenance-due//notice/technician"]),
        # many printers leave the grade out: an error only when the printer has stopped
        (5, ["toner-low"], ["toner-low//blocking/counter"]),
        (3, ["toner-low"], ["toner-low//degraded/counter"]),
        # a whole keyword is not cut at its "-error"
        (5, ["media-path-input-feed-error"], ["media-jam//blocking/counter"]),
        (3, ["input-media-tray-feed-error-warning"], ["media-jam//blocking/counter"]),
        # 875 keywords, few faults
        (5, ["input-media-supply-empty-error"], ["media-empty//blocking/counter"]),
        (3, ["marker-print-ribbon-empty-warning"], ["marker-supply-empty//blocking/counter"]),
        (3, ["marker-waste-toner-receptacle-almost-full"], ["marker-waste-almost-full//degraded/technician"]),
        (3, ["stapler-empty-warning"], ["marker-supply-empty/stapler/degraded/counter"]),
        (3, ["fuser-over-temp-error"], ["fuser-over-temp//blocking/technician"]),
        (3, ["marker-motor-failure-error"], ["hardware-failure//blocking/vendor"]),
        # a maker's own keyword is a fault only when it stops printing
        (3, ["acme-flux-bent-error"], ["service-needed//blocking/technician"]),
        (3, ["acme-flux-bent-warning"], []),
        # nothing at all
        (3, ["none"], []),
        (3, ["none-report"], []),
        (3, ["other", "cups-waiting-for-job-completed", "cups-ipp-missing-job-history-warning"], []),
        (4, ["connecting-to-device-report", "spool-area-full-report"], []),
        # stopped
        (5, ["paused"], ["paused//blocking/counter"]),
        (5, ["none"], ["stopped//blocking/technician"]),
        (5, [], ["stopped//blocking/technician"]),
        (5, ["toner-low-warning"], ["stopped//blocking/technician", "toner-low//degraded/counter"]),
        (5, ["shutdown"], ["offline//blocking/counter"]),
    ],
)
def test_reasons_become_faults_that_people_act_on(state: int, reasons: list[Value], faults: list[str]) -> None:
    assert told(look(printer_state=state, printer_state_reasons=reasons)) == faults


def test_one_empty_tray_of_two_does_not_stop_printing() -> None:
    rows: list[Value] = [f"type=sheetFeedAutoRemovableTray;maxcapacity=250;level={n};name=Tray {n}" for n in (0, 100)]
    reading = look(printer_state_reasons="media-empty-warning", printer_input_tray=rows)
    assert told(reading) == ["media-empty/Tray 0/degraded/counter"]
    assert values(reading, TRAY_RATIO) == {"Tray 0": 0.0, "Tray 100": 0.4}


def test_an_empty_tray_that_the_printer_does_not_complain_of_is_no_fault() -> None:
    assert told(look(printer_input_tray="type=sheetFeedManual;maxcapacity=1;level=0;name=MP Tray")) == []


def test_hostile_reasons_stay_harmless() -> None:
    reading = look(printer_state=5, printer_state_reasons=[b"\xff\x1b[2J-error", b"x" * 5000, "<b>-error"])
    assert told(reading) == ["service-needed//blocking/technician"]
    assert all(one.detail.isprintable() and len(one.detail) <= 128 for one in reading.faults)


# Sleep


@pytest.mark.parametrize("words", [["hibernate"], ["standby-report"], ["marker-power-saver"], ["suspend-warning"]])
def test_sleep_is_healthy(words: list[Value]) -> None:
    reading = look(printer_state_reasons=words)
    assert (reading.state, reading.reachable, told(reading)) == (State.ASLEEP, True, [])


def test_a_printer_stopped_for_sleep_is_not_stopped() -> None:
    assert look(printer_state=5, printer_state_reasons="hibernate").state is State.ASLEEP


def test_a_sleeping_stapler_does_not_put_the_printer_to_sleep() -> None:
    assert look(printer_state_reasons="stapler-power-saver").state is State.OK


def test_a_printer_that_fell_asleep_before_our_eyes_may_stop_answering() -> None:
    printer = FakePrinter(printer=HEALTHY | {"printer-state-message": "Sleeping..."})
    with listening(printer.play) as uri:
        probe = PrinterIpp(uri=uri)
        assert probe.read().asleep
        printer.http_status = 500
        assert probe.read().state is State.ASLEEP
        printer.http_status, printer.printer = 200, dict(HEALTHY)
        assert probe.read().state is State.OK
        printer.http_status = 500
        with pytest.raises(ProbeError, match="HTTP 500"):
            probe.read()


def test_a_printer_that_never_said_that_it_sleeps_is_unknown_when_it_fails_to_answer() -> None:
    with listening(page(500)) as uri, pytest.raises(ProbeError, match="asleep, or have crashed"):
        PrinterIpp(uri=uri).read()


# Silence


def test_a_printer_that_is_switched_off_is_unreachable() -> None:
    reading = PrinterIpp(uri=f"ipp://127.0.0.1:{free_port()}/").read()
    assert reading.state is State.UNREACHABLE
    assert told(reading) == ["not-responding//blocking/counter"]


def test_a_service_that_is_no_printer_is_unknown_not_broken() -> None:
    with listening(page(200, b"<html>", "Content-Type: text/html")) as uri, pytest.raises(ProbeError, match="path"):
        PrinterIpp(uri=uri).read()


# Supplies, pages


def test_levels_that_are_no_numbers_make_no_series() -> None:
    reading = look(
        marker_levels=[-1, -2, -3, 101, 50], marker_names=["a", "b", "c", "d", "e"], marker_types=["toner"] * 5
    )
    assert values(reading, SUPPLY_RATIO) == {"e": 0.5}


def test_a_full_box_of_waste_is_not_a_full_cartridge() -> None:
    reading = look(
        marker_levels=[0, 98], marker_names=["Waste", "Box"], marker_types=["waste-toner", "wasteInk"],
        printer_state_reasons="marker-waste-full-warning",
    )  # fmt: skip
    assert values(reading, SUPPLY_RATIO) == {}
    assert told(reading) == ["marker-waste-full//blocking/technician"]


def test_lists_of_unequal_length_are_read_as_far_as_they_go() -> None:
    reading = look(marker_levels=[10, 20], marker_names=["Black"], marker_colors=[], marker_types=["toner"])
    assert values(reading, SUPPLY_RATIO) == {"Black": 0.1, "supply 2": 0.2}


def test_which_supply_is_empty_is_told_by_its_level() -> None:
    reading = look(
        marker_levels=[0, 60],
        marker_names=["Black", "Cyan"],
        printer_state_reasons="toner-empty-error",
        printer_state=5,
    )
    assert told(reading) == ["toner-empty/Black/blocking/counter"]


def test_pages_are_counted_when_the_printer_counts_them() -> None:
    assert values(look(printer_impressions_completed=1234), PAGES_TOTAL) == {"": 1234}
    assert values(look(), PAGES_TOTAL) == {}


def test_what_a_printer_cannot_tell_is_said() -> None:
    assert dict(look().capabilities) == {"media": True, "cover": True, "supplies": False, "trays": False, "jobs": True}
    mute = {name: value for name, value in HEALTHY.items() if name != "printer-state-reasons"}
    with listening(FakePrinter(printer=mute).play) as uri:
        assert PrinterIpp(uri=uri).read().capabilities["media"] is False


# Options


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({}, "uri: give either"),
        ({"uri": "ipp://192.0.2.7/", "queue": "resi"}, "exactly one"),
        ({"uri": "http://192.0.2.7/"}, "uri: .* write ipp://"),
        ({"queue": "dua kata"}, "queue: .*lpstat"),
        ({"queue": "a/b"}, "queue: "),
        ({"queue": "resi", "cups": "nonsense:port"}, "cups: .*write host:port"),
        ({"queue": "resi", "stuck_minutes": 0}, "stuck_minutes: must be above 0"),
    ],
)
def test_a_wrong_option_is_named_with_what_to_write(options: dict[str, Any], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        PrinterIpp(**options)
