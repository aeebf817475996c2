"""A printer asked in PJL: what each code means, and what is no statement about the printer."""

from collections.abc import Iterator

import pytest

from probes.kinds.printer_pjl import FACTS_SECONDS, MEANINGS, PrinterPjl
from probes.printer import CAUSES
from probes.raw import printer as raw
from probes.reading import Actor, ProbeError, Reading, Severity, State
from probes.wire import pjl, stream
from tests.fakes.rawprinter import Laser, RawPrinter


@pytest.fixture
def laser() -> Laser:
    return Laser()


@pytest.fixture
def fake(laser: Laser) -> Iterator[RawPrinter]:
    with RawPrinter(laser) as fake:
        yield fake


def probe_of(fake: RawPrinter) -> PrinterPjl:
    return PrinterPjl(host="127.0.0.1", port=fake.port)


def judged(code: int, online: str = "TRUE") -> Reading:
    reply = b'@PJL INFO STATUS\r\nCODE=%d\r\nDISPLAY=""\r\nONLINE=%s\r\n\x0c' % (code, online.encode())
    reading = PrinterPjl(host="192.0.2.1").judge([reply])
    assert reading is not None
    return reading


def test_a_ready_printer_is_ok_and_names_itself(fake: RawPrinter) -> None:
    reading = probe_of(fake).read()
    assert reading.state is State.OK
    assert reading.facts == {"model": "HP LaserJet 4000 Series"}
    assert [(s.metric.name, s.value) for s in reading.samples] == [("jagaloket_printer_pages_total", 12345)]


@pytest.mark.parametrize(
    ("code", "online", "expected", "severity"),
    [
        (10001, "TRUE", None, None),
        (10002, "FALSE", "offline", Severity.BLOCKING),
        (10003, "TRUE", None, None),
        (10006, "TRUE", "toner-low", Severity.DEGRADED),
        (10023, "TRUE", None, None),
        (11200, "TRUE", "media-empty", Severity.DEGRADED),
        (12200, "TRUE", None, None),
        (15100, "FALSE", "output-area-full", Severity.BLOCKING),
        (15100, "TRUE", "output-area-full", Severity.DEGRADED),
        (30016, "TRUE", "other", Severity.NOTICE),
        (30016, "FALSE", "other", Severity.BLOCKING),
        (35029, "TRUE", "service-needed", Severity.DEGRADED),
        (40010, "FALSE", "marker-supply-missing", Severity.BLOCKING),
        (40021, "FALSE", "cover-open", Severity.BLOCKING),
        (40022, "FALSE", "media-jam", Severity.BLOCKING),
        (40038, "FALSE", "toner-low", Severity.BLOCKING),
        (40079, "FALSE", "offline", Severity.BLOCKING),
        (40141, "FALSE", "marker-waste-full", Severity.BLOCKING),
        (40999, "FALSE", "other", Severity.BLOCKING),
        (41213, "FALSE", "media-empty", Severity.BLOCKING),
        (42102, "FALSE", "media-jam", Severity.BLOCKING),
        (43101, "FALSE", "service-needed", Severity.BLOCKING),
        (44015, "FALSE", "media-jam", Severity.BLOCKING),
        (50010, "FALSE", "hardware-failure", Severity.BLOCKING),
    ],
)
def test_a_code_means_what_the_manual_says(
    code: int, online: str, expected: str | None, severity: Severity | None
) -> None:
    faults = judged(code, online).faults
    assert [(one.code, one.severity) for one in faults] == ([] if expected is None else [(expected, severity)])


@pytest.mark.parametrize("code", [40000, 35078])
def test_a_sleeping_printer_is_asleep_and_well(code: int) -> None:
    assert judged(code).state is State.ASLEEP


def test_an_unknown_operator_message_is_for_the_counter() -> None:
    assert judged(40123, "FALSE").faults[0].actor is Actor.COUNTER


@pytest.mark.parametrize("code", [20001, 25003, 27001, 99999, 0])
def test_a_parser_error_says_nothing_about_the_printer(code: int) -> None:
    with pytest.raises(ProbeError, match="no code of a printer's state"):
        judged(code)


def test_every_row_has_a_keyword_that_exists_and_ranges_in_order() -> None:
    assert {row.keyword for row in MEANINGS} - {"", "asleep"} <= CAUSES.keys()
    assert all(row.first <= row.last for row in MEANINGS)


def test_what_stands_on_the_display_decides_nothing(laser: Laser, fake: RawPrinter) -> None:
    laser.display = b"KERTAS HABIS \xff\x07"
    assert probe_of(fake).read().state is State.OK


def test_a_fault_appears_with_its_evidence_and_clears(laser: Laser, fake: RawPrinter) -> None:
    probe = probe_of(fake)
    laser.code, laser.display, laser.online = 41213, b"NO PAPER", False
    (fault,) = probe.read().faults
    assert fault.detail == 'PJL CODE=41213 OFFLINE "NO PAPER"'
    laser.code, laser.online = 10001, True
    assert probe.read().state is State.OK


def test_a_status_that_comes_unasked_is_not_the_answer(laser: Laser, fake: RawPrinter) -> None:
    laser.before = b'@PJL USTATUS DEVICE\r\nCODE=40021\r\nDISPLAY=""\r\nONLINE=FALSE\r\n\x0c'
    assert probe_of(fake).read().state is State.OK


def test_identity_and_pages_are_asked_once_an_hour(laser: Laser, fake: RawPrinter) -> None:
    probe = probe_of(fake)
    now = 1000.0
    probe._clock = lambda: now
    probe.read()
    laser.pages = 20000
    assert probe.read().samples[0].value == 12345
    now += FACTS_SECONDS
    assert probe.read().samples[0].value == 20000


def test_a_printer_without_a_page_counter_has_no_sample(
    laser: Laser, fake: RawPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "ANSWER_SECONDS", 0.1)
    laser.pages = None
    reading = probe_of(fake).read()
    assert reading.samples == ()
    assert not reading.capabilities["pages"]


def test_a_sleeping_printer_is_left_in_peace(laser: Laser, fake: RawPrinter) -> None:
    probe = probe_of(fake)
    now = 1000.0
    probe._clock = lambda: now
    laser.code = 40000
    probe.read()
    assert probe.read().state is State.ASLEEP
    assert fake.sessions == 1
    now += raw.ASLEEP_SECONDS
    laser.code = 10001
    assert probe.read().state is State.OK


def test_a_printer_without_pjl_is_unknown(fake: RawPrinter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "ANSWER_SECONDS", 0.1)
    fake.mute = True
    with pytest.raises(ProbeError, match="speak another language"):
        probe_of(fake).read()


def test_a_status_without_code_is_no_status() -> None:
    assert pjl.status(b'@PJL INFO STATUS\r\nDISPLAY="x"\r\n\x0c') is None
