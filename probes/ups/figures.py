"""The figures of a UPS: NUT's variables as metrics in base units, as far as they can be believed."""

import math
from collections.abc import Iterator, Mapping

from probes.reading import Metric, MetricType
from probes.text import SafeText


def _gauge(name: str, text: str) -> Metric:
    return Metric(name=f"jagaloket_ups_{name}", type=MetricType.GAUGE, help=text)


MAINS = _gauge("power_online", "Whether the UPS has mains.")
CHARGE = _gauge("battery_ratio", "How full the UPS battery is.")
RUNTIME = _gauge("runtime_seconds", "How long the battery lasts, by the UPS.")
# NUT's name (docs/nut-names.txt), the metric, what to multiply by, and what can be believed of it.
_FIGURES = (
    ("battery.charge", CHARGE, 0.01, (0.0, 1.0)),
    ("battery.runtime", RUNTIME, 1.0, (0.0, 1e7)),
    ("ups.load", _gauge("load_ratio", "Share of its power that is drawn."), 0.01, (0.0, 10.0)),
    ("input.voltage", _gauge("input_volts", "Voltage of the mains."), 1.0, (0.0, 1000.0)),
    ("output.voltage", _gauge("output_volts", "Voltage behind the UPS."), 1.0, (0.0, 1000.0)),
    ("battery.voltage", _gauge("battery_volts", "Voltage of the battery."), 1.0, (0.0, 1000.0)),
    ("ups.temperature", _gauge("temperature_celsius", "Temperature of the UPS."), 1.0, (-40.0, 150.0)),
)
METRICS = (MAINS, *(metric for _, metric, _, _ in _FIGURES))


def figures(said: Mapping[str, SafeText]) -> Iterator[tuple[Metric, float]]:
    """The figures in upsd's variables; what cannot be believed is left out."""
    for name, metric, unit, (least, most) in _FIGURES:
        try:
            value = float(said[name]) * unit
        except (KeyError, ValueError):
            continue
        if math.isfinite(value) and least <= value <= most:
            yield metric, value
