"""Writes a table: which columns in which order, how each value looks, where a click leads."""

from collections.abc import Sequence

from grafana_foundation_sdk.builders import common, table
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue

from dashboards.marks import link, mappings, steps, unit
from dashboards.spec import DEVICE, OFFICE, Column, Panel
from dashboards.words import Words

_CHOICES = {OFFICE: ("office",), DEVICE: ("office", "counter", "device")}
_LOUD = {"type": "color-background", "mode": "basic"}
_AGENT_URL = "https://${__data.fields.instance}/"


def draw(panel: Panel, words: Words) -> table.Panel:
    """The table, without what all panels have."""
    made = table.Panel().show_header(show_header=True)
    if len(panel.queries) > 1:
        made.with_transformation(model.DataTransformerConfig(id_val="merge", options={}))
    order = {column.field: index for index, column in enumerate(panel.columns)}
    hidden = {"Time": True, **dict.fromkeys(_extra_fields(panel), True)}
    arranged = {"excludeByName": hidden, "indexByName": order, "renameByName": {}}
    made.with_transformation(model.DataTransformerConfig(id_val="organize", options=arranged))
    for column in panel.columns:
        made.override_by_name(column.field, _column(column, panel, words))
    by = next(column.word for column in panel.columns if column.field == panel.sort)
    made.sort_by([common.TableSortByFieldState().display_name(words(f"word.{by}")).desc(desc=not panel.rising)])
    return made


def _extra_fields(panel: Panel) -> Sequence[str]:
    """The values that a table does not show: those of queries that only bring labels."""
    values = ["Value"] if len(panel.queries) == 1 else [f"Value #{'ABCDEFGH'[n]}" for n in range(len(panel.queries))]
    shown = {column.field for column in panel.columns}
    return [value for value in values if value not in shown]


def _column(column: Column, panel: Panel, words: Words) -> list[DynamicConfigValue]:
    properties: dict[str, object] = {"displayName": words(f"word.{column.word}")}
    if column.width:
        properties["custom.width"] = column.width
    if column.look is not None:
        properties |= {
            "unit": unit(column.look, words),
            "thresholds": steps(column.look).build().to_json(),
            "custom.cellOptions": _LOUD if column.look.loud else {"type": "color-text"},
        }
        if column.look.decimals is not None:
            properties["decimals"] = column.look.decimals
        if column.look.words:
            properties["mappings"] = [one.to_json() for one in mappings(column.look, words)]
    if column.link == "agent":
        properties["links"] = [{"title": words("word.agent"), "url": _AGENT_URL, "targetBlank": True}]
    elif column.link:
        fields = {one.field for one in panel.columns}
        carried = [choice for choice in _CHOICES[column.link] if choice in fields]
        properties["links"] = [link(column.link, words, "__data.fields", carried).build().to_json()]
    return [DynamicConfigValue(id_val=name, value=value) for name, value in properties.items()]
