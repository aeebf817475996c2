"""Makes the boards: python -m dashboards.build [--language id|en] [--out FOLDER].

Without --language, both; FOLDER/id and FOLDER/en get the same boards with the same addresses, so that a Grafana is
given one of the two folders. Classic JSON, schemaVersion 39: Grafana 11 reads it as it is, newer ones migrate it
when they load it; files in the v2 form are refused by some of them (grafana/grafana#123607).
"""

import argparse
import json
from pathlib import Path
from typing import Any

from grafana_foundation_sdk.builders import dashboard as builder
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as model

from dashboards.boards import device, fleet, link, office, supplies, tickets
from dashboards.draw import SOURCE, picture
from dashboards.spec import Board, Panel, Variable
from dashboards.words import LANGUAGES, Words

HERE = Path(__file__).parent / "grafana"
BOARDS = (fleet.BOARD, office.BOARD, device.BOARD, link.BOARD, supplies.BOARD, tickets.BOARD)
SCHEMA_VERSION = 39
TAG = "jagaloket"
_COLUMNS = 24


def made(board: Board, words: Words) -> dict[str, Any]:
    """One board as Grafana's JSON."""
    whole = (
        builder.Dashboard(words(f"board.{board.key}"))
        .uid(board.uid)
        .tags([TAG])
        .readonly()
        .tooltip(model.DashboardCursorSync.CROSSHAIR)
        .time(board.span, "now")
        .timezone("browser")
        .refresh("1m")
        .link(_to_others(words))
        .with_variable(builder.DatasourceVariable("datasource").label(words("word.datasource")).type("prometheus"))
    )
    for variable in board.variables:
        whole.with_variable(_choice(variable, words))
    for number, (panel, place) in enumerate(zip(board.panels, _places(board.panels), strict=True), 1):
        whole.with_panel(picture(panel, words, place, number))
    plain: dict[str, Any] = json.loads(JSONEncoder().encode(whole.build()))
    for menu in plain["links"]:
        del menu["placement"]  # the library hides links in a menu that only newer Grafanas have
    return plain | {"schemaVersion": SCHEMA_VERSION, "id": None}


def _to_others(words: Words) -> builder.DashboardLink:
    """A list of all boards; what is chosen here stays chosen there."""
    menu = builder.DashboardLink(words("board.fleet").partition(":")[0]).type(model.DashboardLinkType.DASHBOARDS)
    return menu.tags([TAG]).as_dropdown(as_dropdown=True).include_vars(include_vars=True).keep_time(keep_time=True)


def _choice(variable: Variable, words: Words) -> builder.QueryVariable:
    query = f"label_values({variable.series}, {variable.name})"
    choice = (
        builder.QueryVariable(variable.name)
        .label(words(f"word.{variable.name}"))
        .datasource(SOURCE)
        .query({"query": query, "refId": variable.name})
        .definition(query)
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(model.VariableSort.ALPHABETICAL_CASE_INSENSITIVE_ASC)
        .multi(multi=True)  # also for what it does to quotes: Grafana escapes values of these as regular expressions
        .include_all(include_all=variable.every)
    )
    if variable.every:
        choice.all_value(".+").current(model.VariableOption(selected=True, text="All", value="$__all"))
    return choice


def _places(panels: tuple[Panel, ...]) -> list[model.GridPos]:
    """From left to right, a new row where one does not fit; a row is as high as its highest panel."""
    places: list[model.GridPos] = []
    x = y = row_height = 0
    for panel in panels:
        if x + panel.width > _COLUMNS:
            x, y, row_height = 0, y + row_height, 0
        places.append(model.GridPos(x=x, y=y, w=panel.width, h=panel.height))
        x, row_height = x + panel.width, max(row_height, panel.height)
    return places


def text(board: Board, language: str) -> str:
    """One board's file."""
    return json.dumps(made(board, Words(language)), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def main() -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--language", choices=LANGUAGES, help="only this one")
    parser.add_argument("--out", type=Path, default=HERE, help="folder that gets a folder for each language")
    given = parser.parse_args()
    for language in [given.language] if given.language else LANGUAGES:
        folder = given.out / language
        folder.mkdir(parents=True, exist_ok=True)
        for board in BOARDS:
            (folder / f"{board.uid}.json").write_text(text(board, language), encoding="utf-8")


if __name__ == "__main__":
    main()
