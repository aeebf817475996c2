"""Numbers only where RFC 3805 allows one."""

import pytest

from probes.supply import (
    MAX_SUPPLIES,
    Supply,
    is_waste,
    named,
    share_left,
    supply_colour,
    supply_name,
    supply_samples,
    supply_type,
)
from probes.text import clean


@pytest.mark.parametrize(
    ("level", "maximum", "share"),
    [
        (30, 100, 0.3),
        (0, 100, 0.0),
        (100, 100, 1.0),
        (650, 1300, 0.5),
        (-1, 100, None),  # no restriction
        (-2, 100, None),  # unknown
        (-3, 100, None),  # some is left
        (-100, 100, None),  # Ricoh's own word for empty
        (101, 100, None),  # more than fits
        (50, 0, None),
        (50, -2, None),
        (50, None, None),
        (None, 100, None),
    ],
)
def test_a_share_is_told_only_for_a_level_within_a_known_maximum(
    level: int | None, maximum: int | None, share: float | None
) -> None:
    assert share_left(level, maximum) == share


@pytest.mark.parametrize(("level", "maximum", "share"), [(40, -2, 0.4), (40, 0, 0.4), (40, 200, 0.2), (101, -2, None)])
def test_a_unit_of_percent_stands_in_for_a_missing_maximum(level: int, maximum: int, share: float | None) -> None:
    assert share_left(level, maximum, percent=True) == share


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("Black Toner Cartridge, PN 113R00725, S/N 1234", "Black Toner Cartridge"),
        ("Cyan Toner S/N:CRUM-15020500000", "Cyan Toner"),
        ("Toner\x00\x00", "Toner"),
        ("Spinner unit", "Spinner unit"),
    ],
)
def test_serial_and_part_numbers_never_reach_a_label(raw: str, name: str) -> None:
    assert supply_name(raw) == name


@pytest.mark.parametrize(
    ("raw", "word"),
    [("inkCartridge", "ink-cartridge"), ("ink-cartridge", "ink-cartridge"), ("wasteToner", "waste-toner")],
)
def test_types_have_one_spelling(raw: str, word: str) -> None:
    assert supply_type(raw) == word


@pytest.mark.parametrize(
    ("raw", "name", "colour"),
    [
        ("#00FFFF", "", "cyan"),
        ("Magenta", "", "magenta"),
        ("none", "Yellow ink", "yellow"),
        ("", "Photo Black ink", "black"),
        ("#123456", "Toner", ""),
        ("#00FFFF#FF00FF#FFFF00", "Tri-colour", "multi"),
        ("", "Drum", ""),
    ],
)
def test_a_colour_is_one_word(raw: str, name: str, colour: str) -> None:
    assert supply_colour(raw, name) == colour


def test_waste_is_known_by_type_or_by_name() -> None:
    assert is_waste("waste-toner")
    assert is_waste("", "Waste Toner Box")
    assert not is_waste("toner", "Black")


def test_a_supply_that_cannot_tell_makes_no_series() -> None:
    assert list(supply_samples([Supply(name=clean("Black"), left=None)])) == []


def test_no_series_comes_twice_whatever_the_names() -> None:
    names = ["Black", "Black", "Black 2", "", "supply 4"]
    labels = [sample.labels for sample in supply_samples(Supply(name=clean(name), left=0.5) for name in names)]
    assert len(set(labels)) == len(names)


def test_a_printer_cannot_fill_the_page_with_supplies() -> None:
    assert len(list(named(Supply(name=clean(f"s{n}")) for n in range(10_000)))) == MAX_SUPPLIES
