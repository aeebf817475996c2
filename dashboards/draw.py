"""Writes a panel as Grafana's: what kind of picture, which colours, where a click leads."""

from collections.abc import Callable

from grafana_foundation_sdk.builders import (
    bargauge,
    common,
    dashboard,
    prometheus,
    stat,
    statetimeline,
    table,
    timeseries,
)
from grafana_foundation_sdk.models import common as grafana
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from dashboards import tables
from dashboards.looks import GREY
from dashboards.marks import link, mappings, steps, unit
from dashboards.spec import Kind, Panel, Query
from dashboards.words import Words

Picture = bargauge.Panel | stat.Panel | statetimeline.Panel | table.Panel | timeseries.Panel

SOURCE = grafana.DataSourceRef(type_val="prometheus", uid="${datasource}")
"""The one data source: whoever opens the board chooses it."""

_BAR_HEIGHT = 32
"""Pixels: Grafana writes the name beside a bar of up to 40, above a higher one."""


def picture(panel: Panel, words: Words, place: model.GridPos, number: int) -> Picture:
    """The whole panel. number: its id on its board, from 1."""
    made: Picture = _KINDS[panel.kind](panel, words)
    title, about = words.panel(panel.key)
    made.id(number).title(title).description(about).grid_pos(place).datasource(SOURCE)
    if panel.kind is not Kind.TABLE:  # a unit for all would be one for the labels, too: "NaN" for a name
        _dress(made, panel, words)
    if panel.points:
        made.max_data_points(panel.points)
    if panel.quiet:
        made.no_value(words("word.none"))
    if panel.link:
        made.data_links([link(panel.link, words, "__field.labels", panel.carries)])
    for letter, query in zip("ABCDEFGH", panel.queries, strict=False):
        made.with_target(_target(letter, query, panel, words))
    return made


def _dress(made: Picture, panel: Panel, words: Words) -> None:
    """Give all values of a panel one look."""
    look = panel.look
    made.unit(unit(look, words)).mappings(mappings(look, words)).thresholds(steps(look)).color_scheme(_scheme(panel))
    if look.top is not None:
        made.min(0).max(look.top)
    if look.decimals is not None:
        made.decimals(look.decimals)
    for code, key, colour in panel.names.words if panel.names else ():
        named = [DynamicConfigValue(id_val="displayName", value=words(key))]
        if colour != "text":
            named.append(DynamicConfigValue(id_val="color", value={"mode": "fixed", "fixedColor": colour}))
        made.override_by_name(str(code), named)


def _scheme(panel: Panel) -> dashboard.FieldColor:
    """What colours where no word does.

    Not thresholds on state timelines: where equal values are merged, Grafana shows the threshold instead of the word,
    "-∞+" for every state (grafana/grafana#41075, #71804).
    """
    match panel.kind:
        case Kind.LINES:
            return dashboard.FieldColor().mode(model.FieldColorModeId.PALETTE_CLASSIC)
        case Kind.STATES:
            return dashboard.FieldColor().mode(model.FieldColorModeId.FIXED).fixed_color(GREY)
        case _:
            return dashboard.FieldColor().mode(model.FieldColorModeId.THRESHOLDS)


def _target(letter: str, query: Query, panel: Panel, words: Words) -> prometheus.Dataquery:
    legend = words("word.band") if query.band else query.legend
    target = prometheus.Dataquery().ref_id(letter).expr(query.expr).datasource(SOURCE).legend_format(legend)
    if panel.kind is Kind.TABLE:
        return target.instant().format(PromQueryFormat.TABLE)
    return target.range() if panel.kind in (Kind.LINES, Kind.STATES) else target.instant()


def _stat(panel: Panel, words: Words) -> stat.Panel:
    del words
    return (
        stat.Panel()
        .reduce_options(common.ReduceDataOptions().calcs([panel.calc]))
        .color_mode(grafana.BigValueColorMode.BACKGROUND)
        .graph_mode(grafana.BigValueGraphMode.NONE)
    )


def _bars(panel: Panel, words: Words) -> bargauge.Panel:
    del words
    return (
        bargauge.Panel()
        .reduce_options(common.ReduceDataOptions().calcs([panel.calc]))
        .orientation(grafana.VizOrientation.HORIZONTAL)
        .display_mode(grafana.BarGaugeDisplayMode.BASIC)
        .min(0)
        .sizing(grafana.BarGaugeSizing.MANUAL)  # else one bar alone fills the panel, and its letters with it
        .max_viz_height(_BAR_HEIGHT)
        .text(common.VizTextDisplayOptions().title_size(13).value_size(16))
    )


def _lines(panel: Panel, words: Words) -> timeseries.Panel:
    made = (
        timeseries.Panel()
        .fill_opacity(30 if panel.stacked else 0)  # a filled line looks like opening hours
        .line_width(1)
        .show_points(grafana.VisibilityMode.NEVER)
        .legend(
            common.VizLegendOptions()
            .display_mode(grafana.LegendDisplayMode.TABLE)
            .placement(grafana.LegendPlacement.BOTTOM)
            .show_legend(show_legend=True)
            .calcs(["lastNotNull", "max"])
        )
        .tooltip(common.VizTooltipOptions().mode(grafana.TooltipDisplayMode.MULTI).sort(grafana.SortOrder.DESCENDING))
        .axis_soft_min(0)
    )
    if panel.look.least is not None:
        made.axis_soft_max(panel.look.least)
    if panel.stacked:
        made.stacking(common.StackingConfig().mode(grafana.StackingMode.NORMAL))
    for letter, query in zip("ABCDEFGH", panel.queries, strict=False):
        if query.band:
            made.override_by_query(letter, _band(words))
    return made


def _band(words: Words) -> list[DynamicConfigValue]:
    """Opening hours as a surface behind the lines: per office, with holidays, in every version of Grafana."""
    del words
    properties = {
        "custom.fillOpacity": 12,
        "custom.lineWidth": 0,
        "custom.lineInterpolation": "stepAfter",
        "custom.axisPlacement": "hidden",
        "custom.stacking": {"mode": "none", "group": "B"},
        "custom.hideFrom": {"legend": True, "tooltip": True, "viz": False},
        "color": {"mode": "fixed", "fixedColor": "green"},
        "unit": "none",
        "min": 0,
        "max": 1,
    }
    return [DynamicConfigValue(id_val=name, value=value) for name, value in properties.items()]


def _states(panel: Panel, words: Words) -> statetimeline.Panel:
    del panel, words
    return (
        statetimeline.Panel()
        .merge_values(merge_values=True)
        .show_value(grafana.VisibilityMode.NEVER)
        .row_height(0.8)
        .fill_opacity(80)
        .line_width(0)
        .legend(
            common.VizLegendOptions()
            .display_mode(grafana.LegendDisplayMode.LIST)
            .placement(grafana.LegendPlacement.BOTTOM)
            .show_legend(show_legend=True)
        )
    )


_KINDS: dict[Kind, Callable[[Panel, Words], Picture]] = {
    Kind.STAT: _stat,
    Kind.BARS: _bars,
    Kind.LINES: _lines,
    Kind.STATES: _states,
    Kind.TABLE: tables.draw,
}
