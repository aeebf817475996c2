"""The words that all printer probes share."""

import pytest

from probes import printer
from probes.printer import CAUSES, fault, silent, worst
from probes.reading import NOT_RESPONDING, Actor, MetricType, Severity, State
from probes.text import clean

CONTRACT = (  # interface.md's printer codes
    "media-empty media-low media-jam media-needed cover-open door-open interlock-open toner-empty toner-low "
    "marker-supply-empty marker-supply-low marker-waste-full marker-waste-almost-full input-tray-missing "
    "output-area-full output-area-almost-full opc-near-eol opc-life-over fuser-over-temp paused stopped offline "
    "maintenance-due service-needed other queue-stuck queue-stopped not-responding"
)


@pytest.mark.parametrize("code", CONTRACT.split())
def test_every_promised_code_has_a_severity_and_an_actor(code: str) -> None:
    assert code in CAUSES


@pytest.mark.parametrize("code", sorted(CAUSES))
def test_a_fault_that_stops_printing_is_blocking(code: str) -> None:
    assert fault(code, stops=True).severity is Severity.BLOCKING


@pytest.mark.parametrize("code", sorted(CAUSES))
def test_a_fault_that_printing_survives_is_never_blocking(code: str) -> None:
    assert fault(code, stops=False).severity is not Severity.BLOCKING


def test_what_is_low_hinders_less_than_what_is_empty() -> None:
    for thing in ("media", "toner", "marker-supply"):
        assert fault(f"{thing}-low").severity.rank < fault(f"{thing}-empty").severity.rank


def test_staff_change_paper_and_the_maker_mends_motors() -> None:
    assert fault("media-empty").actor is Actor.COUNTER
    assert fault("hardware-failure").actor is Actor.VENDOR


def test_the_printer_may_know_better_who_mends_it() -> None:
    assert fault("media-jam", actor=Actor.TECHNICIAN).actor is Actor.TECHNICIAN


def test_a_code_that_is_not_ours_is_a_bug_not_a_fault() -> None:
    with pytest.raises(KeyError):
        fault("flux-capacitor-empty")


def test_silence_is_unreachable_and_names_what_was_tried() -> None:
    reading = silent(clean("no connection to 192.0.2.7:631"))
    assert reading.state is State.UNREACHABLE
    assert [(one.code, one.detail) for one in reading.faults] == [(NOT_RESPONDING, "no connection to 192.0.2.7:631")]


def test_of_several_reasons_for_one_fault_the_worst_counts() -> None:
    mild, hard = fault("media-empty", stops=False), fault("media-empty", stops=True)
    low = fault("toner-low", part=clean("Cyan"))
    assert worst([low, mild, hard]) == (hard, low)


def test_faults_of_different_parts_stay_apart() -> None:
    both = [fault("toner-low", part=clean(name)) for name in ("Cyan", "Black")]
    assert worst(both) == tuple(both)


def test_metric_names_follow_their_types() -> None:
    for metric in printer.METRICS:
        assert metric.name.startswith("jagaloket_printer_")
        assert metric.name.endswith("_total") is (metric.type is MetricType.COUNTER)
