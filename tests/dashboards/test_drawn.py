"""What was seen when the boards were drawn with Grafana's own libraries (@grafana/data and @grafana/ui 13.2)."""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from dashboards import looks
from dashboards.build import BOARDS, made
from dashboards.looks import GREY, Look
from dashboards.spec import Board, Column, Kind, Panel
from dashboards.words import LANGUAGES, TICKETS, Words, codes

EVERYWHERE = [pytest.param(board, language, id=f"{board.key}-{language}") for board in BOARDS for language in LANGUAGES]
LETTER, AROUND, ARROW = 7.3, 14, 18
"""Pixels: a letter of a table (mean of Grafana's font at 14 px), what is left blank beside it, the mark of sorting."""
NARROW_TITLE = 5
"""Letters of a title for each of the 24 columns, on a screen of 1100 pixels."""
CODES = {"fault": looks.FAULT, "cause": looks.FAULT, "severity": looks.SEVERITY, "actor": looks.ACTOR,
         "role": looks.ROLE, "task": looks.TASK, "colour": looks.COLOUR, "status": looks.STATUS}  # fmt: skip
"""Labels that hold a code, and what says it in words."""


def drawn(board: Board, language: str = "id") -> list[tuple[Panel, dict[str, Any]]]:
    return list(zip(board.panels, made(board, Words(language))["panels"], strict=True))


def of_kind(kind: Kind) -> Iterator[tuple[Panel, dict[str, Any]]]:
    for board in BOARDS:
        yield from ((panel, picture) for panel, picture in drawn(board) if panel.kind is kind)


def columns() -> Iterator[tuple[Panel, Column]]:
    for panel, _ in of_kind(Kind.TABLE):
        yield from ((panel, column) for column in panel.columns)


def properties(picture: dict[str, Any], field: str) -> dict[str, Any]:
    """What overrides say about one field."""
    overrides = picture["fieldConfig"]["overrides"]
    return {one["id"]: one["value"] for over in overrides if over["matcher"]["options"] == field
            for one in over["properties"]}  # fmt: skip


def test_state_timelines_show_states_not_thresholds() -> None:
    """With thresholds and merged values Grafana shows "-∞+" in one colour for every state (grafana/grafana#41075)."""
    seen = list(of_kind(Kind.STATES))
    assert len(seen) >= 5
    for panel, picture in seen:
        assert panel.look.words, panel.key
        assert picture["options"]["mergeValues"]
        assert picture["fieldConfig"]["defaults"]["color"] == {"mode": "fixed", "fixedColor": GREY}


def test_a_table_has_no_look_for_all_its_columns() -> None:
    """A date's unit made "NaN" and "26 years ago" of offices and counters."""
    for panel, picture in of_kind(Kind.TABLE):
        assert set(picture["fieldConfig"]["defaults"]) <= {"noValue", "custom"}, panel.key


def test_severity_is_read_on_a_white_screen_too() -> None:
    """Yellow letters on white are none; on yellow, Grafana takes black ones."""
    seen = [properties(picture, "severity") for panel, picture in of_kind(Kind.TABLE) if panel.key == "faults"]
    assert len(seen) == 3
    assert {one["custom.cellOptions"]["type"] for one in seen} == {"color-background"}


def test_a_column_is_as_exact_as_its_look() -> None:
    for panel, picture in of_kind(Kind.TABLE):
        for column in panel.columns:
            if column.look is not None:
                assert properties(picture, column.field).get("decimals") == column.look.decimals, panel.key


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stands_in_a_fixed_column_fits(language: str) -> None:
    words = Words(language)
    for panel, column in columns():
        head = words(f"word.{column.word}")
        arrow = ARROW if column.field == panel.sort else 0
        assert not column.width or AROUND + arrow + LETTER * len(head) <= column.width, (panel.key, head)
        for _, key, _ in column.look.words if column.look and column.width else ():
            assert AROUND + LETTER * len(words(key)) <= column.width, (panel.key, words(key))


@pytest.mark.parametrize(("board", "language"), EVERYWHERE)
def test_titles_fit_on_a_small_screen(board: Board, language: str) -> None:
    for panel, picture in drawn(board, language):
        assert len(picture["title"]) < NARROW_TITLE * panel.width, picture["title"]


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: str(board.key))
def test_no_row_of_panels_ends_in_a_hole(board: Board) -> None:
    rows: dict[int, int] = defaultdict(int)
    for _, picture in drawn(board):
        rows[picture["gridPos"]["y"]] += picture["gridPos"]["w"]
    assert set(rows.values()) == {24}


def test_codes_are_said_in_words() -> None:
    for panel, column in columns():
        if column.field in CODES:
            assert column.look == CODES[column.field], panel.key
    for kind in (Kind.LINES, Kind.BARS):
        for panel, picture in of_kind(kind):
            for label in set(re.findall(r"\{\{(\w+)\}\}", panel.queries[0].legend)) & CODES.keys():
                assert panel.names == CODES[label], panel.key
                for code, key, colour in CODES[label].words:
                    said = properties(picture, str(code))
                    assert said["displayName"] == Words("id")(key)
                    assert colour == "text" or said["color"] == {"mode": "fixed", "fixedColor": colour}


@pytest.mark.parametrize(("kind", "language"), list(product(TICKETS, LANGUAGES)))
def test_the_words_of_tickets_stand_alone(kind: str, language: str) -> None:
    words = Words(language)
    found = [words(f"{kind}.{code}") for code in codes(kind)]
    assert len(found) > 10
    assert all(re.fullmatch(r"[^{}a-z][^{}]+", name) for name in found), found
    assert words("fault.not-connected") == {"id": "Alat tidak terhubung", "en": "The device is not connected"}[language]
    assert "monthly-report" not in codes("fault"), "its title is its device alone"


def test_the_same_word_has_the_same_colour_everywhere() -> None:
    found: dict[str, set[str]] = defaultdict(set)
    for look in (one for one in vars(looks).values() if isinstance(one, Look)):
        for _, key, colour in look.words:
            found[key].add(colour)
    assert {key: colours for key, colours in found.items() if len(colours) > 1} == {}


def test_only_stacks_are_filled_for_a_filled_line_looks_like_opening_hours() -> None:
    for panel, picture in of_kind(Kind.LINES):
        filled = picture["fieldConfig"]["defaults"]["custom"]["fillOpacity"]
        assert bool(filled) == panel.stacked, panel.key


def test_a_line_is_not_pressed_to_the_floor_nor_zeros_drawn_up_to_100() -> None:
    """Losses of some percent are a flat line on an axis up to 100 %; a share that can be near 1 needs all of it."""
    for panel, picture in of_kind(Kind.LINES):
        defaults = picture["fieldConfig"]["defaults"]
        assert ("max" in defaults) == (panel.look.unit == "percentunit" and panel.look != looks.LOSS), panel.key
        if panel.look not in (looks.CELSIUS, looks.BYTES, looks.BITS):
            assert "max" in defaults or defaults["custom"]["axisSoftMax"] == panel.look.least is not None, panel.key


def test_bars_keep_their_height_and_put_first_what_tells_them_apart() -> None:
    """A bar alone filled its panel; and Grafana cuts a long name's end, which is then the office's."""
    for panel, picture in of_kind(Kind.BARS):
        assert (picture["options"]["sizing"], picture["options"]["maxVizHeight"]) == ("manual", 32)
        legend = panel.queries[0].legend
        assert "{{office}}" not in legend or legend.endswith("{{office}}"), panel.key
