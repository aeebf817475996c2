"""How much a device was used, from its counters. Pure; counters lie, go back, and belong to another unit one day."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median

from probes.reading import Reading

LOOKS = 3
"""A counter's value is the middle of its last three: a single wild answer counts for nothing."""
_LIFE, _SERVICE = "jagaloket_printer_pages_total", "service"
_METRICS = {
    _LIFE: (("pages", 1.0), ("cards", 1.0)),
    "jagaloket_printer_cuts_total": (("cuts", 1.0),),
    "jagaloket_printer_line_feeds_total": (("lines", 1.0),),
    "jagaloket_printer_media_meters_total": (("meters", 1.0),),
    "jagaloket_printer_operating_seconds_total": (("hours", 1 / 3600),),
    "jagaloket_usb_reconnects_total": (("reconnects", 1.0),),
}
PRINTED = ("pages", "cuts", "lines", "meters")
"""What rises only when a printer prints."""


@dataclass(slots=True)
class _Counter:
    seen: deque[float] = field(default_factory=lambda: deque(maxlen=LOOKS))
    value: float | None = None

    def step(self, seen: float) -> float:
        """How far the counter went: above 0 forward, below 0 back; 0 while it is not known."""
        self.seen.append(seen)
        if len(self.seen) < LOOKS:
            return 0.0
        before, self.value = self.value, median(self.seen)
        return 0.0 if before is None else self.value - before


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What a look adds: used by name; serviced: a counter since the last service went back."""

    used: Mapping[str, float]
    serviced: bool = False


@dataclass(slots=True)
class Meter:
    """One device's counters."""

    _counters: dict[tuple[str, str], _Counter] = field(default_factory=dict)
    _last: Reading | None = None

    def look(self, reading: Reading) -> Used:
        """What was used since the look before. A counter that goes back adds nothing; a look counts once."""
        used: dict[str, float] = {}
        serviced = False
        samples = () if reading is self._last else reading.samples
        self._last = reading
        for sample in samples:
            names = _METRICS.get(sample.metric.name)
            if names is None:
                continue
            since = sample.labels[0] if sample.labels else ""
            step = self._counters.setdefault((sample.metric.name, since), _Counter()).step(sample.value)
            if since == _SERVICE:
                serviced |= step < 0
                continue
            for name, factor in names:
                used[name] = used.get(name, 0.0) + step * factor
        return Used(used={name: value for name, value in used.items() if value > 0}, serviced=serviced)
