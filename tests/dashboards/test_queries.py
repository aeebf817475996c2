"""Every query of every panel against a real Prometheus filled by the product's own exporters."""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest

import agent
from dashboards.build import BOARDS, made
from dashboards.spec import Board, Panel
from dashboards.words import Words
from tests.dashboards.conftest import ODD, OLD, STORIES, Scraped
from tests.fakes.fleet import KINDS
from tests.fakes.grafana import Looker, Values
from tests.fakes.prometheus import PrometheusError, Series

pytestmark = pytest.mark.slow
DAY_SECONDS = 86_400


def looker(scraped: Scraped, *, switched: bool = False) -> Looker:
    return Looker(prometheus=scraped.prometheus, end=scraped.end, span_seconds=DAY_SECONDS, switched=switched)


def views(looker: Looker, board: dict[str, Any]) -> Iterator[Values]:
    """All, then each office, then each counter of each office."""
    every = looker.everything(board)
    yield every
    for office in looker.choices(board, every)["office"]:
        in_office = {**every, "office": [office]}
        yield in_office
        if "counter" in every:
            for counter in looker.choices(board, in_office)["counter"]:
                yield {**in_office, "counter": [counter]}


def answers(looker: Looker, panel: dict[str, Any], values: Values) -> list[tuple[dict[str, Any], list[Series]]]:
    return [(target, looker.ask(target, values, panel.get("maxDataPoints", 0))) for target in panel["targets"]]


def troubles(looker: Looker, board: Board, drawn: dict[str, Any]) -> Iterator[str]:
    """What is wrong with a board: queries that fail, are empty, or lack what a legend or a link names."""
    for values in views(looker, drawn):
        for panel, picture in zip(board.panels, drawn["panels"], strict=True):
            try:
                found = answers(looker, picture, values)
            except PrometheusError as error:
                yield f"{panel.key} {values}: {error}"
                continue
            bare = values.get("counter") == [OLD["counter"]]
            whole = values == looker.everything(drawn)
            yield from (f"{panel.key} {values}: {what}" for what in lacks(panel, found, whole=whole, bare=bare))


def lacks(panel: Panel, found: list[tuple[dict[str, Any], list[Series]]], *, whole: bool, bare: bool) -> Iterator[str]:
    """What is missing. bare: a counter that has few metrics only may lack data, but not a label."""
    for target, series in found:
        if not series:
            if whole or not (panel.quiet or bare):
                yield f"no data: {target['expr']}"
            continue
        labels = set(chain.from_iterable(one["metric"] for one in series))
        for label in re.findall(r"\{\{(\w+)\}\}", target.get("legendFormat", "")):
            if label not in labels:
                yield f"no series has the label {label} of the legend"
    if panel.columns and all(series for _, series in found):
        labels = set(chain.from_iterable(one["metric"] for _, series in found for one in series))
        wanted = {column.field for column in panel.columns if not column.field.startswith("Value")}
        if wanted - labels:
            yield f"no series has the column {wanted - labels}"
        if labels - wanted:
            yield f"labels without a column of their own: {labels - wanted}"
    if panel.link and any(set(panel.carries) - set(one["metric"]) for one in found[0][1]):
        yield f"the link names labels that some series lack: {panel.carries}"


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: str(board.key))
def test_every_query_has_data_for_all_for_each_office_and_for_each_counter(board: Board, scraped: Scraped) -> None:
    drawn = made(board, Words("id"))
    assert list(troubles(looker(scraped), board, drawn)) == []


def test_an_office_with_an_odd_name_is_found_with_either_of_grafanas_escapings(scraped: Scraped) -> None:
    board = next(board for board in BOARDS if board.key == "office")
    drawn = made(board, Words("id"))
    for switched in (False, True):
        seen = looker(scraped, switched=switched)
        assert ODD in seen.choices(drawn, seen.everything(drawn))["office"]
        alone = {**seen.everything(drawn), "office": [ODD]}
        assert seen.choices(drawn, alone)["counter"] == ["Loket 1", OLD["counter"]]
        both = {**seen.everything(drawn), "office": [ODD, "Kantor Camat Medan Timur"]}
        assert len(seen.choices(drawn, both)["counter"]) == 3


def test_each_device_can_be_chosen_without_an_error(scraped: Scraped) -> None:
    board = next(board for board in BOARDS if board.key == "device")
    drawn, seen = made(board, Words("id")), looker(scraped)
    devices = seen.choices(drawn, seen.everything(drawn))["device"]
    assert len(devices) == len(KINDS)
    for device in devices:
        values = {**seen.everything(drawn), "device": [device]}
        state = answers(seen, drawn["panels"][0], values)
        assert state[0][1], device
        for picture in drawn["panels"]:
            answers(seen, picture, values)


def test_an_agent_of_an_old_version_counts_and_shows_what_it_has(scraped: Scraped) -> None:
    seen = looker(scraped)
    board = next(board for board in BOARDS if board.key == "fleet")
    drawn = made(board, Words("id"))
    of_panel = {panel.key: picture for panel, picture in zip(board.panels, drawn["panels"], strict=True)}
    ((_, heard),) = answers(seen, of_panel["fleet.heard"], seen.everything(drawn))
    assert heard[0]["value"][1] == str(len(STORIES) + 1)
    ((_, versions),) = answers(seen, of_panel["fleet.versions"], seen.everything(drawn))
    assert {one["metric"]["version"] for one in versions} == {"0.0.1", agent.__version__}


def test_a_counter_stays_below_400_series_with_every_metric_of_seven_devices(scraped: Scraped) -> None:
    for story in STORIES:
        own = ",".join(f'{name}="{value}"' for name, value in story.labels.items() if name in ("site", "counter"))
        (found,) = scraped.prometheus.query(f"count({{{own}}})", scraped.end)
        assert 100 < int(found["value"][1]) < 400


def test_every_state_that_is_drawn_has_its_word_and_colour(scraped: Scraped) -> None:
    """Grafana draws a bare number where a value has none."""
    seen, drawn_states = looker(scraped), 0
    for board in BOARDS:
        drawn = made(board, Words("id"))
        for panel, picture in zip(board.panels, drawn["panels"], strict=True):
            if panel.look.words:
                said = {float(value) for value, _, _ in panel.look.words}
                for _, series in answers(seen, picture, seen.everything(drawn)):
                    values = {float(value) for one in series for _, value in one.get("values", [one.get("value")])}
                    assert values <= said, (panel.key, values)
                    drawn_states += len(values)
    assert drawn_states > 10


def test_a_supply_whose_pace_is_unknown_comes_last_and_says_so(scraped: Scraped) -> None:
    """Grafana sorts an empty cell before every number, so the list of orders began with what nobody can tell."""
    seen = looker(scraped)
    for board in (one for one in BOARDS if one.key in ("office", "supplies")):
        drawn = made(board, Words("id"))
        (panel, picture), *_ = (
            (panel, picture)
            for panel, picture in zip(board.panels, drawn["panels"], strict=True)
            if panel.sort == "Value #B"
        )
        assert panel.rising
        (_, levels), (_, days), *_ = answers(seen, picture, seen.everything(drawn))
        rows = [{key: value for key, value in one["metric"].items() if key != "__name__"} for one in days]
        assert all(one["metric"] in rows for one in levels)
        unknown = {one["value"][1] for one in days} & {"+Inf"}
        assert unknown, "the printer for the queue keeps no levels in time"
        column = next(column for column in panel.columns if column.field == panel.sort)
        assert column.look is not None
        assert [(value, key) for value, key, _ in column.look.words] == [("Infinity", "state.unknown")]


def test_a_counter_that_never_sent_a_letter_has_none_that_waits(scraped: Scraped) -> None:
    seen = looker(scraped)
    board = next(board for board in BOARDS if board.key == "tickets")
    drawn = made(board, Words("id"))
    values = {**seen.everything(drawn), "counter": [OLD["counter"]]}
    for panel, picture in zip(board.panels, drawn["panels"], strict=True):
        if panel.key.endswith("_letters") or panel.key.endswith("_letter"):
            ((_, found),) = answers(seen, picture, values)
            assert [one["value"][1] for one in found] == ["0"], panel.key


def test_a_renamed_metric_and_an_office_without_data_are_noticed(scraped: Scraped) -> None:
    board = next(board for board in BOARDS if board.key == "office")
    drawn = made(board, Words("id"))
    target = drawn["panels"][4]["targets"][0]
    target["expr"] = target["expr"].replace("jagaloket_tickets", "jagaloket_ticket")
    target = drawn["panels"][0]["targets"][0]
    target["expr"] = target["expr"].replace('counter=~"$counter"', 'counter="Loket 2"')
    found = list(troubles(looker(scraped), board, drawn))
    assert any("office.tickets" in one for one in found)
    assert any("office.open" in one and "Ma'rang" in one for one in found)
