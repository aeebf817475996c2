"""The decision table on retyped values: tests/fixtures/printer_snmp/, one file per case, its verdict in its head."""

from pathlib import Path

import pytest

from probes.mib.charset import Text
from probes.mib.model import Bit
from probes.mib.parse import parse, status
from probes.mib.reading import reading
from probes.mib.supplies import turned
from probes.mib.verdict import RULES, rule
from probes.printer import PAGES_TOTAL, SUPPLY_RATIO, TRAY_RATIO
from probes.reading import Reading, State
from probes.supply_quirks import BY_NAME, BY_VENDOR, quirk
from probes.wire.snmp_value import Oid, Value, oid, value
from tests.fakes.snmp import read_row

FIXTURES = Path(__file__).parent.parent / "fixtures" / "printer_snmp"
CASES = sorted(path.stem for path in FIXTURES.glob("*.rows"))


def rows_of(lines: list[str]) -> dict[Oid, Value]:
    return {name: value(raw) for name, raw in (read_row(line) for line in lines if line and not line.startswith("#"))}


def lines_of(case: str) -> list[str]:
    return (FIXTURES / f"{case}.rows").read_text(encoding="utf-8").splitlines()


def read(lines: list[str], *names: str) -> Reading:
    mib = parse(rows_of(lines))
    return reading(mib, quirk(mib.enterprise, names), rows_of(lines))


@pytest.mark.parametrize("case", CASES)
def test_each_case_gives_the_verdict_in_its_head(case: str) -> None:
    lines = lines_of(case)
    state, *faults = [line.removeprefix("# verdict: ") for line in lines if line.startswith("# verdict: ")]
    found = read(lines)
    assert found.state == state
    assert sorted(f"{one.code}|{one.part}|{one.severity}|{one.actor}" for one in found.faults) == sorted(faults)


@pytest.mark.parametrize("case", CASES)
def test_each_case_says_where_it_comes_from(case: str) -> None:
    assert lines_of(case)[0].startswith("# origin: ")


def test_every_row_of_the_decision_table_has_a_case() -> None:
    used = {rule(parse(rows_of(lines_of(case)))) for case in CASES}
    assert set(RULES) == used


def test_a_printer_on_its_way_back_keeps_what_stood() -> None:
    found = read(lines_of("any-moving-online"))
    assert "media-jam" in found.skipped
    assert "not-responding" not in found.skipped


def test_a_printer_that_does_not_tell_its_status_ends_no_fault() -> None:
    assert "cover-open" in read(lines_of("fuji-only-supplies")).skipped


@pytest.mark.parametrize(
    ("octets", "bits"),
    [
        (b"\x40", Bit.NO_PAPER),
        (b"@\x00", Bit.NO_PAPER),
        (b" ", Bit.LOW_TONER),
        (b"\x01\x08", Bit.SERVICE_REQUESTED | Bit.OUTPUT_FULL),
        (b"\x00\x02\xff", Bit.OVERDUE_MAINTENANCE),
        (b"", None),
        (b"no error", None),
        (7, None),
        (None, None),
    ],
)
def test_error_bits_are_read_from_raw_octets_most_significant_first(octets: Value, bits: Bit | None) -> None:
    assert status(2, 3, octets).bits == bits


def test_statuses_outside_the_standard_are_untold() -> None:
    assert status(9, 0, b"\0").device is None
    assert status(b"2", oid("1.3"), b"\0").printer is None


def test_reversed_bits_are_turned_octet_by_octet() -> None:
    assert turned(Bit.SERVICE_REQUESTED) == Bit.LOW_PAPER
    assert turned(Bit.RESERVED | Bit.OFFLINE) == Bit.INPUT_TRAY_MISSING | Bit.NO_PAPER
    found = read(["1.3.6.1.2.1.25.3.2.1.5.1|2|5", "1.3.6.1.2.1.25.3.5.1.2.1|4x|02"], "reversed-bits")
    assert [one.code for one in found.faults] == ["media-empty"]


SUPPLY = "1.3.6.1.2.1.43.11.1.1."


def share(maximum: int, level: int, unit: int = 7, *names: str, vendor: int = 9) -> float | None:
    found = read(
        [
            f"1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.{vendor}.1",
            f"{SUPPLY}5.1.1|2|3",
            f"{SUPPLY}6.1.1|4|Toner",
            f"{SUPPLY}7.1.1|2|{unit}",
            f"{SUPPLY}8.1.1|2|{maximum}",
            f"{SUPPLY}9.1.1|2|{level}",
        ],
        *names,
    )
    return next((sample.value for sample in found.samples if sample.metric is SUPPLY_RATIO), None)


@pytest.mark.parametrize(
    ("maximum", "level", "left"),
    [
        (25000, 17208, 0.68832),
        (100, 0, 0.0),
        (100, -1, None),
        (100, -2, None),
        (100, -3, None),
        (-2, 40, None),
        (0, 40, None),
        (100, 140, None),
        (100, -100, None),
        (2**31 - 1, 2**40, None),
    ],
)
def test_a_level_is_a_number_only_where_the_standard_allows_one(maximum: int, level: int, left: float | None) -> None:
    assert share(maximum, level) == (left if left is None else pytest.approx(left))


def test_a_unit_of_percent_needs_no_maximum() -> None:
    assert share(-2, 40, 19) == 0.4


def test_quirks_are_the_vendors_or_named() -> None:
    assert share(-2, 1, vendor=2435) == 0.05
    assert share(-2, 0, vendor=2435) is None
    assert share(100, 1, vendor=2435) == 0.01
    assert share(-2, 1, 7, "none", vendor=2435) is None
    assert share(-2, 40, 7, "percent-levels") == 0.4


RICOH = "1.3.6.1.4.1.367.3.2.1.2.24.1.1."


def test_ricohs_own_levels_beat_the_standards_and_are_matched_by_colour() -> None:
    lines = [
        "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.367.1.1",
        *(
            f"{SUPPLY}{column}.1.{row}|2|{number}"
            for row in (1, 3, 4)
            for column, number in ((5, 3), (8, 100), (9, -3))
        ),
        f"{SUPPLY}6.1.1|4|Black Toner",
        f"{SUPPLY}5.1.2|2|4",
        f"{SUPPLY}6.1.2|4|Waste Toner Bottle",
        f"{SUPPLY}6.1.3|4|Cyan Toner",
        f"{SUPPLY}6.1.4|4|Magenta Toner",
        *(f"{RICOH}3.{row}|4|{name}" for row, name in enumerate(("Black Toner", "Cyan Toner", "Magenta Toner"), 1)),
        *(f"{RICOH}5.{row}|2|{level}" for row, level in enumerate((40, -100, -3), 1)),
    ]
    assert {sample.labels[0]: sample.value for sample in read(lines).samples} == {"Black Toner": 0.4, "Cyan Toner": 0.0}


def test_a_colour_that_is_there_twice_in_ricohs_table_makes_no_number() -> None:
    lines = [
        "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.367.1.1",
        *(f"{SUPPLY}{column}.1.1|2|{number}" for column, number in ((5, 3), (8, 100), (9, -3))),
        f"{SUPPLY}6.1.1|4|Black Toner",
        *(f"{RICOH}3.{row}|4|Black Toner" for row in (1, 2)),
        *(f"{RICOH}5.{row}|2|{level}" for row, level in ((1, 40), (2, 90))),
    ]
    assert read(lines).samples == ()


def test_ricohs_code_for_empty_counts_in_the_standards_table_too() -> None:
    assert share(100, -100, vendor=367) == 0.0


def test_every_quirk_names_its_source() -> None:
    assert all(one.source for one in [*BY_VENDOR.values(), *BY_NAME.values()])


def test_supplies_under_another_index_are_the_printers_where_it_has_none_of_its_own() -> None:
    found = read(lines_of("hp-index-0"))
    assert [(sample.value, sample.labels) for sample in found.samples] == [(0.4, ("yellow ink", "yellow", "ink"))]


def test_waste_is_never_a_number() -> None:
    assert not [s for s in read(lines_of("any-waste-almost-full")).samples if s.metric is SUPPLY_RATIO]


def test_identity_pages_trays_and_capabilities_are_told() -> None:
    found = read(
        [
            "1.3.6.1.2.1.1.1.0|4|HP ETHERNET MULTI-ENVIRONMENT,SN:X,FN:Y,SVCID:1,PID:HP LaserJet MFP M130nw",
            "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.11.2.3.9.1",
            "1.3.6.1.2.1.2.2.1.6.1|4|",
            "1.3.6.1.2.1.2.2.1.6.2|4x|0a1b2c3d4e5f",
            "1.3.6.1.2.1.25.3.2.1.2.1|6|1.3.6.1.2.1.25.3.1.5",
            "1.3.6.1.2.1.25.3.2.1.5.1|2|2",
            "1.3.6.1.2.1.43.5.1.1.17.1|4|VNC0000001",
            "1.3.6.1.2.1.43.6.1.1.3.1.1|2|4",
            "1.3.6.1.2.1.43.8.2.1.9.1.1|2|150",
            "1.3.6.1.2.1.43.8.2.1.10.1.1|2|75",
            "1.3.6.1.2.1.43.8.2.1.13.1.1|4|Tray 1",
            "1.3.6.1.2.1.43.8.2.1.9.1.2|2|150",
            "1.3.6.1.2.1.43.8.2.1.10.1.2|2|-3",
            "1.3.6.1.2.1.43.10.2.1.3.1.1|2|7",
            "1.3.6.1.2.1.43.10.2.1.4.1.1|2|15232",
            "1.3.6.1.2.1.43.16.5.1.2.1.1|4|Bereit",
        ],
    )
    assert found.facts == {
        "vendor": "HP",
        "model": "HP LaserJet MFP M130nw",
        "serial": "VNC0000001",
        "mac": "0a:1b:2c:3d:4e:5f",
        "description": "HP ETHERNET MULTI-ENVIRONMENT,SN:X,FN:Y,SVCID:1,PID:HP LaserJet MFP M130nw",
        "display": "Bereit",
    }
    assert [(sample.metric, sample.value, sample.labels) for sample in found.samples] == [
        (TRAY_RATIO, 0.5, ("Tray 1",)),
        (PAGES_TOTAL, 15232.0, ()),
    ]
    assert found.capabilities == {"status": True, "media": True, "supplies": False, "cover": True, "pages": True}


@pytest.mark.parametrize(
    ("charset", "raw", "text"),
    [
        (2004, b"Kopi\xc5n", "Kopi\u00e9n"),  # hp-roman8
        (5, b"Ma\xb3o toneru", "Ma\u0142o toneru"),  # iso 8859-2
        (8, b"\xc1\xdf\xef\xe9\xd8\xd9", "\u0421\u043f\u044f\u0449\u0438\u0439"),  # iso 8859-5
        (12, b"Uyku modu \xfd", "Uyku modu \u0131"),  # iso 8859-9
        (106, "Mało toneru".encode(), "Mało toneru"),
        (2004, "Mało toneru".encode(), "Mało toneru"),
        (None, b"Toner l\xe5g", "Toner låg"),
        (106, "Tóner bajo é".encode()[:-1], "Tóner bajo"),
        (106, b"\x1b[2J\0bad\r\nline", "?[2J?bad line"),
        (9999, b"\xff", "ÿ"),
    ],
)
def test_text_is_read_in_the_printers_own_character_set(charset: int | None, raw: bytes, text: str) -> None:
    assert Text(charset)(raw) == text


def test_a_shared_printers_serial_is_the_same_from_every_counter() -> None:
    row = "1.3.6.1.2.1.43.5.1.1.17.1|4|X3B8000000"
    assert read([row]).facts["serial"] == "X3B8000000"


def test_a_hundred_thousand_odd_rows_make_a_bounded_reading() -> None:
    rows: dict[Oid, Value] = {(*oid("1.3.6.1.2.1.43.8.2.1.9.1"), row): 100 for row in range(100_000)}
    rows |= {(*oid("1.3.6.1.2.1.43.8.2.1.10.1"), row): 50 for row in range(100_000)}
    mib = parse(rows)
    assert len(reading(mib, quirk(0)).samples) <= 64


def test_a_printer_without_any_row_is_unknown() -> None:
    assert read([]).state is State.UNKNOWN
