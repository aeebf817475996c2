"""What panels and the columns of tables share: units, colours, words for values, and where a click leads."""

from collections.abc import Iterable

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models import dashboard as model

from dashboards.looks import Look
from dashboards.spec import DEVICE, OFFICE
from dashboards.words import Words

_LEADS = {OFFICE: "office", DEVICE: "device"}


def mappings(look: Look, words: Words) -> list[model.ValueMapping]:
    """What stands for a value: a word and a colour."""
    options = {
        str(value): model.ValueMappingResult(text=words(key), color=colour, index=index)
        for index, (value, key, colour) in enumerate(look.words)
    }
    return [model.ValueMap(options=options)] if options else []


def unit(look: Look, words: Words) -> str:
    """Grafana's id of a unit, or words of ours behind the number."""
    kind, _, word = look.unit.partition(":")
    return f"suffix:{words(word)}" if kind == "suffix" else look.unit


def steps(look: Look) -> dashboard.ThresholdsConfig:
    """The colours from value to value."""
    found = [
        model.Threshold(value=None if index == 0 else value, color=colour)
        for index, (value, colour) in enumerate(look.steps)
    ]
    return dashboard.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(found)


def link(board: str, words: Words, source: str, labels: Iterable[str]) -> dashboard.DashboardLink:
    """The way to a board. source: how Grafana calls what was clicked; labels: what is chosen there by it."""
    chosen = "".join(f"&var-{label}=${{{source}.{label}:percentencode}}" for label in labels)
    title = words("word.open_board").format(board=words(f"board.{_LEADS[board]}"))
    return dashboard.DashboardLink(title).url(f"/d/{board}?${{__url_time_range}}{chosen}")
