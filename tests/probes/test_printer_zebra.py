"""A label printer that speaks ZPL: flags, error words, and the silence that Zebra's guide announces."""

from collections.abc import Iterator

import pytest

from probes.kinds.printer_zebra import FACTS_SECONDS, PrinterZebra
from probes.reading import Actor, ProbeError, Reading, Severity, State
from probes.wire import stream, zebra
from tests.fakes.rawprinter import Label, RawPrinter


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "ANSWER_SECONDS", 0.1)


@pytest.fixture
def label() -> Label:
    return Label()


@pytest.fixture
def fake(label: Label) -> Iterator[RawPrinter]:
    with RawPrinter(label) as fake:
        yield fake


def probe_of(fake: RawPrinter) -> PrinterZebra:
    return PrinterZebra(host="127.0.0.1", port=fake.port)


def codes(reading: Reading) -> list[tuple[str, str]]:
    return [one.key for one in reading.faults]


def test_a_healthy_printer_names_itself_and_its_odometer(fake: RawPrinter) -> None:
    reading = probe_of(fake).read()
    assert reading.state is State.OK
    assert reading.facts == {
        "vendor": "Zebra",
        "model": "ZD420",
        "serial": "50J162000123",
        "firmware": "V84.20.21Z",
    }
    assert [(s.metric.name, s.value) for s in reading.samples] == [("jagaloket_printer_media_meters_total", 217.44)]


FAULTS = [
    ("paper_out", [("media-empty", "")]),
    ("ribbon_out", [("marker-supply-empty", "ribbon")]),
    ("head_open", [("cover-open", "print head")]),
    ("hot", [("overheating", "print head")]),
    ("paused", [("paused", "")]),
    ("cutter", [("media-jam", "cutter")]),
    ("dirty", [("maintenance-due", "print head")]),
]


@pytest.mark.parametrize(("wrong", "expected"), FAULTS)
def test_each_fault_appears_and_clears(
    label: Label, fake: RawPrinter, wrong: str, expected: list[tuple[str, str]]
) -> None:
    probe = probe_of(fake)
    setattr(label, wrong, True)
    assert codes(probe.read()) == expected
    setattr(label, wrong, False)
    assert probe.read().state is State.OK


@pytest.mark.parametrize(("wrong", "expected"), FAULTS[:4])
def test_a_printer_that_keeps_silent_about_a_fault_is_asked_for_its_errors(
    label: Label, fake: RawPrinter, wrong: str, expected: list[tuple[str, str]]
) -> None:
    label.silent_faults = True
    setattr(label, wrong, True)
    assert codes(probe_of(fake).read()) == expected


def test_silence_with_an_open_port_needs_attention_of_one_who_answered_before(label: Label, fake: RawPrinter) -> None:
    label.knows_errors, label.silent_faults = False, True
    probe = probe_of(fake)
    assert probe.read().state is State.OK
    label.paper_out = True
    (fault,) = probe.read().faults
    assert (fault.code, fault.severity, fault.actor) == ("other", Severity.BLOCKING, Actor.COUNTER)
    assert "out of labels or ribbon" in fault.detail


def test_silence_of_a_stranger_is_unknown(fake: RawPrinter) -> None:
    fake.mute = True
    with pytest.raises(ProbeError, match="does not answer status requests"):
        probe_of(fake).read()


def test_hanging_up_is_not_the_announced_silence(fake: RawPrinter) -> None:
    probe = probe_of(fake)
    probe.read()
    fake.closes = True
    with pytest.raises(ProbeError, match="closed the connection"):
        probe.read()


def test_a_printer_that_does_not_know_the_error_question_is_not_asked_again(label: Label, fake: RawPrinter) -> None:
    label.knows_errors = False
    probe = probe_of(fake)
    assert not probe.read().capabilities["cutter"]
    assert probe.questions() == (zebra.HOST_STATUS,)


def test_a_printer_without_variables_has_no_facts(label: Label, fake: RawPrinter) -> None:
    label.variables = {}
    reading = probe_of(fake).read()
    assert reading.facts == {}
    assert reading.samples == ()


def test_a_variable_that_the_printer_does_not_know_is_left_out(label: Label, fake: RawPrinter) -> None:
    del label.variables["device.unique_id"]
    assert "serial" not in probe_of(fake).read().facts


def test_the_odometer_is_read_once_an_hour(label: Label, fake: RawPrinter) -> None:
    probe = probe_of(fake)
    now = 1000.0
    probe._clock = lambda: now
    probe.read()
    label.variables["odometer.total_print_length"] = "9000 INCHES, 22860 CENTIMETERS"
    assert probe.read().samples[0].value == 217.44
    now += FACTS_SECONDS
    assert probe.read().samples[0].value == 228.6


def test_an_error_bit_that_the_table_lacks_is_still_an_error() -> None:
    reply = b"\x02\r\n  PRINTER STATUS\r\n  ERRORS:         1 00000000 80000000\r\n\x03"
    reading = PrinterZebra(host="192.0.2.1").judge([b"", reply])
    assert reading is not None
    assert codes(reading) == [("other", "")]


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"\x02030,0,0\x03\r\n\x02001\x03\r\n\x021\x03",
        b"\x02030,x,0,1245,000,0,0,0,000,0,0,0\x03\r\n\x02001,0,0,0,1,2,6,0,00000000,1,000\x03\r\n\x021234,0\x03",
        b"\x02030,2,0,1245,000,0,0,0,000,0,0,0\x03\r\n\x02001,0,0,0,1,2,6,0,00000000,1,000\x03\r\n\x021234,0\x03",
    ],
)
def test_what_is_not_host_status_is_no_answer(reply: bytes) -> None:
    assert zebra.host_status(reply) is None
