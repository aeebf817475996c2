"""The boards as files: what Grafana would ignore in silence, or a reader would stumble over."""

import json
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from grafana_foundation_sdk.cog import plugins
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from agent.names import catalogue
from alerts.incident import Status
from dashboards import looks
from dashboards.build import BOARDS, SCHEMA_VERSION, made, text
from dashboards.looks import Look
from dashboards.select import RECORDED, of
from dashboards.spec import Board, Panel
from dashboards.words import LANGUAGES, TICKETS, Words
from probes.reading import Actor, Severity, State
from probes.supply import _COLOUR_WORDS, supply_colour

ROOT = Path(__file__).parents[2]
ROOM = ROOT / "dashboards"
UNITS = {"none", "short", "string", "percentunit", "s", "dateTimeFromNow", "celsius", "bytes", "bps"}
"""Those of @grafana/data 13.2 (valueFormats/categories.ts) that we use; Grafana shows an unknown one as text."""
GLOBALS = {"datasource", "__rate_interval", "__range", "__url_time_range", "__field", "__data", "__all"}
TRANSFORMATIONS = {"merge", "organize"}
CALCULATIONS = {"lastNotNull", "max", "mean"}
FROM_PROMETHEUS = {"up"}

plugins.register_default_plugins()
every_board = pytest.mark.parametrize("board", BOARDS, ids=lambda board: str(board.key))


def drawn(board: Board, language: str = "id") -> dict[str, Any]:
    return made(board, Words(language))


def strings(value: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    """Every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def expressions(board: dict[str, Any]) -> Iterator[str]:
    for panel in board["panels"]:
        for target in panel["targets"]:
            yield target["expr"]
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["query"]["query"]


@pytest.mark.parametrize("language", LANGUAGES)
@every_board
def test_the_committed_file_is_what_build_makes(board: Board, language: str) -> None:
    committed = ROOM / "grafana" / language / f"{board.uid}.json"
    assert committed.read_text("utf-8") == text(board, language), "run: python -m dashboards.build"


def test_no_other_file_stands_beside_them() -> None:
    expected = {f"{language}/{board.uid}.json" for language in LANGUAGES for board in BOARDS}
    assert {str(file.relative_to(ROOM / "grafana")) for file in ROOM.glob("grafana/**/*.*")} == expected


@every_board
def test_grafanas_own_model_knows_every_key(board: Board) -> None:
    plain = json.loads(text(board, "id"))
    understood = json.loads(JSONEncoder().encode(Dashboard.from_json(plain)))
    assert list(unknown(plain, understood)) == []


def test_an_unknown_key_is_noticed() -> None:
    plain = json.loads(text(BOARDS[0], "id"))
    plain["panels"][0]["options"]["reduceOption"] = {}
    understood = json.loads(JSONEncoder().encode(Dashboard.from_json(plain)))
    assert list(unknown(plain, understood)) == ["/panels/0/options/reduceOption"]


def unknown(given: Any, understood: Any, path: str = "") -> Iterator[str]:  # noqa: ANN401 - JSON
    """Where the model lost something that was given."""
    if isinstance(given, dict):
        for key, value in given.items():
            if not isinstance(understood, dict) or (key not in understood and value is not None):
                yield f"{path}/{key}"
            elif value is not None:
                yield from unknown(value, understood[key], f"{path}/{key}")
    elif isinstance(given, list):
        for index, (one, other) in enumerate(zip(given, understood, strict=True)):
            yield from unknown(one, other, f"{path}/{index}")
    elif given != understood:
        yield path


def test_addresses_are_fixed_and_fit_grafana() -> None:
    uids = [board.uid for board in BOARDS]
    assert uids == [f"jagaloket-{name}" for name in ("fleet", "office", "device", "link", "supplies", "tickets")]
    assert all(re.fullmatch(r"[a-z-]{1,40}", uid) for uid in uids)


@every_board
def test_a_board_is_as_provisioning_wants_it(board: Board) -> None:
    plain = drawn(board)
    assert (plain["schemaVersion"], plain["id"], plain["editable"]) == (SCHEMA_VERSION, None, False)
    assert "__inputs" not in plain
    variables = plain["templating"]["list"]
    assert (variables[0]["name"], variables[0]["type"], variables[0]["query"]) == (
        "datasource",
        "datasource",
        "prometheus",
    )
    for variable in variables[1:]:
        assert (variable["refresh"], variable["multi"]) == (2, True)
        assert variable.get("allValue") == (".+" if variable["includeAll"] else None)
    for part in (*plain["panels"], *variables[1:], *(t for panel in plain["panels"] for t in panel["targets"])):
        assert part["datasource"] == {"type": "prometheus", "uid": "${datasource}"}


@every_board
def test_panels_are_numbered_and_do_not_overlap(board: Board) -> None:
    panels = drawn(board)["panels"]
    assert [panel["id"] for panel in panels] == list(range(1, len(panels) + 1))
    for one, other in combinations((panel["gridPos"] for panel in panels), 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or above, (one, other)
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in panels)


@every_board
def test_every_metric_is_in_the_catalogue(board: Board) -> None:
    known = {metric.name for metric in catalogue()} | FROM_PROMETHEUS | set(RECORDED)
    used = {name for expr in expressions(drawn(board)) for name in re.findall(r"([a-zA-Z_:][\w:]*)\{", expr)}
    bare = {name for expr in expressions(drawn(board)) for name in re.findall(r"jagaloket[_:][\w:]+", expr)}
    assert used | bare <= known
    assert bare - used == set(), "a metric without a selector mixes jobs"


def test_what_boards_take_from_recording_rules_is_recorded() -> None:
    rules = "".join(file.read_text("utf-8") for file in (ROOT / "alerts" / "rules").glob("*.rules.yml"))
    assert set(RECORDED) <= set(re.findall(r"record: (\S+)", rules))


@every_board
def test_every_selector_follows_the_choices(board: Board) -> None:
    choices = [f'{one.name}=~"${one.name}"' for one in board.variables if one.name != "device"]
    for panel in drawn(board)["panels"]:
        for target in panel["targets"]:
            for selector in re.findall(r"\{[^}]*\}", target["expr"]):
                assert all(choice in selector for choice in ('job="jagaloket"', *choices)), target["expr"]


def test_a_metric_that_is_not_in_the_catalogue_cannot_be_asked_for() -> None:
    with pytest.raises(KeyError, match="jagaloket_printers"):
        of("jagaloket_printers", "")
    with pytest.raises(KeyError, match="has no label states"):
        of("jagaloket_device_state", "", states="ok")


@every_board
def test_counters_are_only_asked_for_their_growth(board: Board) -> None:
    for expr in expressions(drawn(board)):
        for function, after in re.findall(r"(\w+)\(\w+_total\{[^}]*\}(.)", expr):
            assert function in ("rate", "increase"), expr
            assert after == "[", expr
        assert not re.findall(r"rate\([^[]*\[(?!\$__rate_interval)", expr), expr
        grown = re.findall(r"(?:rate|increase)\((\w+?)\{", expr)
        assert all(name.endswith("_total") for name in grown), expr


@every_board
def test_every_variable_is_defined(board: Board) -> None:
    plain = drawn(board)
    names = {variable["name"] for variable in plain["templating"]["list"]}
    used = {name for one in strings(plain) for name in re.findall(r"\$\{?(\w+)", one)}
    assert used <= names | GLOBALS
    assert names <= used | {"datasource"}


@every_board
def test_links_lead_to_boards_and_choices_that_exist(board: Board) -> None:
    choices = {one.uid: {variable.name for variable in one.variables} for one in BOARDS}
    links = [one for one in strings(drawn(board)) if one.startswith("/d/")]
    for link in links:
        uid, _, query = link.removeprefix("/d/").partition("?")
        assert query.startswith("${__url_time_range}")
        carried = re.findall(r"&var-(\w+)=\$\{__(?:data\.fields|field\.labels)\.(\w+):percentencode\}", query)
        assert len(carried) == query.count("&var-")
        assert all(name == source and name in choices[uid] for name, source in carried), link


def test_one_can_go_from_the_fleet_to_an_office_to_a_device_to_its_tickets() -> None:
    links = {board.key: list(strings(drawn(board))) for board in BOARDS}
    assert any(one.startswith("/d/jagaloket-office?") and "&var-office=" in one for one in links["fleet"])
    assert any(one.startswith("/d/jagaloket-device?") and "&var-device=" in one for one in links["office"])
    assert any(one == "https://${__data.fields.instance}/" for one in links["device"])
    for board in BOARDS:
        (menu,) = drawn(board)["links"]
        assert (menu["type"], menu["tags"], menu["includeVars"], menu["keepTime"]) == (
            "dashboards",
            ["jagaloket"],
            True,
            True,
        )


@every_board
def test_units_overrides_and_calculations_are_grafanas(board: Board) -> None:
    for panel in drawn(board)["panels"]:
        overrides = panel["fieldConfig"]["overrides"]
        set_units = [one["value"] for over in overrides for one in over["properties"] if one["id"] == "unit"]
        for unit in (panel["fieldConfig"]["defaults"].get("unit", "none"), *set_units):
            assert unit in UNITS or re.match(r"suffix:\S", unit), unit  # Grafana writes the blank itself
        refs = {target["refId"] for target in panel["targets"]}
        for over in overrides:
            assert over["matcher"]["id"] in ("byName", "byFrameRefID")
            if over["matcher"]["id"] == "byFrameRefID":
                assert over["matcher"]["options"] in refs
        assert {one["id"] for one in panel.get("transformations", [])} <= TRANSFORMATIONS
        assert set(panel["options"].get("reduceOptions", {}).get("calcs", [])) <= CALCULATIONS
        limits = [one["value"] for over in overrides for one in over["properties"] if one["id"] == "thresholds"]
        for limit in (*filter(None, [panel["fieldConfig"]["defaults"].get("thresholds")]), *limits):
            steps = [step["value"] for step in limit["steps"]]
            assert steps[0] is None
            assert steps[1:] == sorted(steps[1:])


@pytest.mark.parametrize("language", LANGUAGES)
@every_board
def test_titles_and_descriptions_are_there_and_differ(board: Board, language: str) -> None:
    panels = drawn(board, language)["panels"]
    titles = [panel["title"] for panel in panels]
    assert len(set(titles)) == len(titles)
    assert all(panel["description"].endswith(".") and panel["description"] != panel["title"] for panel in panels)


def panels() -> Iterator[Panel]:
    for board in BOARDS:
        yield from board.panels


def all_looks() -> Iterator[Look]:
    return (one for one in vars(looks).values() if isinstance(one, Look))


def paths(words: Any, path: str = "") -> Iterator[str]:  # noqa: ANN401 - TOML
    if isinstance(words, dict):
        for key, value in words.items():
            yield from paths(value, f"{path}.{key}" if path else key)
    else:
        yield path


def test_every_language_has_the_same_words_and_no_board_leaves_one_unused() -> None:
    reference, *others = (set(paths(Words(language)._words)) for language in LANGUAGES)
    assert all(other == reference for other in others)
    used = {f"panel.{panel.key}" for panel in panels()} | {f"board.{board.key}" for board in BOARDS}
    used |= {key for look in all_looks() for _, key, _ in look.words if key.partition(".")[0] not in TICKETS}
    used |= {look.unit.replace("suffix:", "") for look in all_looks() if look.unit.startswith("suffix:")}
    used |= {f"word.{column.word}" for panel in panels() for column in panel.columns}
    used |= {f"word.{variable.name}" for board in BOARDS for variable in board.variables}
    used |= {"word.datasource", "word.agent", "word.band", "word.none", "word.open_board", "word.any_device"}
    assert reference == used


def test_every_state_severity_and_actor_has_its_word_and_colour() -> None:
    assert {key for _, key, _ in looks.STATE.words} == {f"state.{state}" for state in State}
    assert {value for value, _, _ in looks.SEVERITY.words} == set(Severity)
    assert {value for value, _, _ in looks.ACTOR.words} == set(Actor)
    assert {value for value, _, _ in looks.STATUS.words} == set(Status)
    assert {value for value, _, _ in looks.COLOUR.words} == {*_COLOUR_WORDS, supply_colour("#000000#ffff00")}


def test_the_agent_names_are_all_that_boards_import() -> None:
    for file in ROOM.rglob("*.py"):
        found = re.findall(r"^(?:from|import) ((?:agent|alerts|probes)\S*)", file.read_text("utf-8"), re.MULTILINE)
        assert set(found) <= {"agent.names"}, file
