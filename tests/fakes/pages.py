"""Reads metrics pages back, with the library's own parsers."""

from prometheus_client.metrics_core import Metric as Family
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text


def text_families(page: bytes | str) -> dict[str, Family]:
    """The families of a text page, by name. Raises ValueError where it is none."""
    text = page if isinstance(page, str) else page.decode()
    return {family.name: family for family in parse_text(text)}


def openmetrics_families(page: bytes | str) -> dict[str, Family]:
    """The families of an OpenMetrics page, by name. Raises ValueError where it is none."""
    text = page if isinstance(page, str) else page.decode()
    return {family.name: family for family in parse_openmetrics(text)}  # type: ignore[no-untyped-call] # the library's
