"""What Grafana does between a board's file and the data source: choices, and how their values get into a query.

The two escapings are @grafana/prometheus 13.2, escaping.ts: the plain one, and the one behind the switch
prometheusSpecialCharsInLabelValues. Only the latter knows what to do with double quotes.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.fakes.prometheus import Prometheus, Series

_VARIABLE = re.compile(r"\$\{?(\w+)\}?")
_LABEL_VALUES = re.compile(r"label_values\((.*), (\w+)\)")
SCRAPE_SECONDS = 120
"""How far apart the samples lie; Grafana is told so in the data source."""
Values = Mapping[str, Sequence[str]]


def plain_escape(value: str) -> str:
    """What most Grafanas do with a value of a choice that allows several."""
    return re.sub(r"[$^*{}\[\]+?.()|]", r"\\\\\g<0>", value.replace("\\", "\\\\\\\\"))


def switched_escape(value: str) -> str:
    """What a Grafana does with the switch on."""
    value = value.replace("\\", "\\\\\\\\").replace('"', '\\\\\\"')
    return re.sub(r"[$^*{}\[\]'+?.()|]", r"\\\\\g<0>", value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looker:
    """Somebody who looks at boards over a stretch of time."""

    prometheus: Prometheus
    end: float
    span_seconds: int
    switched: bool = False

    @property
    def start(self) -> float:
        return self.end - self.span_seconds

    @property
    def step(self) -> int:
        """Grafana draws about as many points as a panel has pixels."""
        return max(SCRAPE_SECONDS, self.span_seconds // 600)

    def written(self, expr: str, values: Values) -> str:
        """A query with its variables replaced."""
        built_in = {
            "__rate_interval": f"{max(self.step + SCRAPE_SECONDS, 4 * SCRAPE_SECONDS)}s",
            "__range": f"{self.span_seconds}s",
        }
        escape = switched_escape if self.switched else plain_escape

        def put(match: re.Match[str]) -> str:
            name = match[1]
            if name in built_in:
                return built_in[name]
            chosen = values[name]
            if list(chosen) == [".+"]:
                return ".+"
            return escape(chosen[0]) if len(chosen) == 1 else f"({'|'.join(map(escape, chosen))})"

        return _VARIABLE.sub(put, expr)

    def choices(self, board: Mapping[str, Any], chosen: Values) -> dict[str, list[str]]:
        """Every choice's values, each choice with those before it as chosen."""
        found: dict[str, list[str]] = {}
        for variable in board["templating"]["list"]:
            if variable["type"] == "query":
                match = _LABEL_VALUES.fullmatch(variable["query"]["query"])
                assert match is not None, variable["query"]
                series = self.written(match[1], chosen)
                found[variable["name"]] = self.prometheus.values(match[2], series, self.start, self.end)
        return found

    def everything(self, board: Mapping[str, Any]) -> dict[str, list[str]]:
        """All choices on "All", or on every value where a board has no such choice."""
        found = {one["name"]: [".+"] for one in board["templating"]["list"] if one["type"] == "query"}
        lacks = [one["name"] for one in board["templating"]["list"] if one["type"] == "query" and not one["includeAll"]]
        return found | {name: self.choices(board, found)[name] for name in lacks}

    def ask(self, target: Mapping[str, Any], values: Values, points: int = 0) -> list[Series]:
        """One query as its panel sends it. points: the panel's own limit."""
        expr = self.written(target["expr"], values)
        if target.get("instant"):
            return self.prometheus.query(expr, self.end)
        return self.prometheus.query_range(
            expr, self.start, self.end, max(self.step, self.span_seconds // (points or 600))
        )
