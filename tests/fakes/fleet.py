"""Offices in virtual time: each counter's real watch, judgement, ledger and Exporter; its devices fill every metric.

tests.fakes.history keeps their pages as Prometheus would have scraped them.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from agent.config import Function
from agent.function import FunctionState, function_state
from agent.metrics import Exporter
from agent.names import MAINTENANCE_DUE, OUTAGE_SECONDS, STOCK_DAYS_LEFT
from agent.place import Place
from agent.supplies import SupplyKeeper
from probes import shelf
from probes.probe import Probe
from probes.reading import Fault, Metric, ProbeError, Reading, Sample, Severity
from probes.text import SafeText, clean
from tests.fakes.counter import Counter, bad

DAY, HOUR = 86_400.0, 3_600.0
_ACCEPT = "application/openmetrics-text"
KINDS = {
    "pc": "host",
    "internet": "link",
    "sidik-jari": "usb",
    "kartu": "usb",
    "printer-resi": "printer_usb",
    "printer-kantor": "printer_snmp",
    "antrean": "printer_ipp",
}
FUNCTIONS = (
    Function(id="perekaman", label=clean("Perekaman e-KTP"), needs=("sidik-jari", "internet")),
    Function(id="cetak", label=clean("Cetak dokumen"), needs=("printer-kantor",)),
)
_LABELS: Mapping[str, tuple[str, ...]] = {
    "target": ("internet", "siak"),
    "layer": ("gateway", "internet", "dns", "service"),
    "mount": ("/",),
    "sensor": ("coretemp",),
    "disk": ("sda",),
    "direction": ("in", "out"),
    "tray": ("baki 1",),
    "since": ("installed",),
}
_SUPPLIES = (("Toner hitam", "black", "toner"), ("Toner biru", "cyan", "toner"))
_UP = {FunctionState.UP: True, FunctionState.DEGRADED: True, FunctionState.DOWN: False, FunctionState.UNKNOWN: None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A device says something else for some hours of the story, counted from its start."""

    device: str
    code: str
    begins: float
    ends: float = math.inf
    severity: Severity = Severity.BLOCKING


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One counter's story. labels: what the scrape adds. off: hours in which the PC is off."""

    labels: Mapping[str, str]
    troubles: tuple[Trouble, ...] = ()
    off: tuple[tuple[float, float], ...] = ()


def is_open(wall: float) -> bool:
    """Every day from 7.30 to 16.00 in Jakarta."""
    return 7.5 * HOUR <= (wall + 7 * HOUR) % DAY < 16 * HOUR


class Played:
    """One counter's agent while its story is played."""

    def __init__(self, folder: Path, story: Story) -> None:
        self.story = story
        places = {name: Place(kind=kind) for name, kind in KINDS.items()}
        self.agent = Counter(folder, places, interval=120.0)
        named = [
            replace(
                one,
                device=replace(one.device, kind=KINDS[one.device.id], role=one.device.id),
                source={"role": one.device.id},
            )
            for one in self.agent.watched
        ]
        self.agent.watched = named
        self.agent.watch.watch(named)
        self.agent.around(is_open=is_open)
        self._since = self.agent.clock.now
        self._fill_levels()
        self._supplies = SupplyKeeper(self.agent.panel, self.agent.book, self.agent.clock)
        self.exporter = Exporter(
            panel=self.agent.panel,
            ledger=lambda: self.agent.book,
            functions=self._functions,
            office_open=lambda: is_open(self.agent.clock.wall()),
            more={"supplies": self._supplies.samples, "plan": self._planned},
        )

    def _planned(self) -> Iterator[Sample]:
        """What the plan and the stock tell."""
        due = self.agent.clock.wall() + 9 * DAY
        yield Sample(metric=MAINTENANCE_DUE, value=due, labels=(clean("bersihkan-printer"),))
        outage = (clean("internet"), clean("internet-down"))
        yield Sample(metric=OUTAGE_SECONDS, value=math.floor(self.hour * 90), labels=outage)
        yield Sample(metric=STOCK_DAYS_LEFT, value=12, labels=(clean("blangko"),))

    def close(self) -> None:
        """Shut its ledger."""
        self.agent.book.shut()

    @property
    def hour(self) -> float:
        """Hours since the story began."""
        return (self.agent.clock.now - self._since) / HOUR

    def pages(self, hours: float, every_seconds: float) -> Iterator[tuple[float, str]]:
        """The wall time and page of every scrape; "" while the PC is off."""
        while self.hour < hours:
            for name, kind in KINDS.items():
                self.agent.devices[name].say = self._says(name, kind)
            self.agent.run(every_seconds)
            self._supplies.keep()
            off = any(begins <= self.hour < ends for begins, ends in self.story.off)
            page = "" if off else self.exporter.render(_ACCEPT)[0].decode()
            yield self.agent.clock.wall(), page

    def _says(self, name: str, kind: str) -> Reading | ProbeError:
        fine = Reading(
            reachable=True,
            facts={"vendor": clean("EPSON"), "model": clean(kind)},
            samples=tuple(self._samples(kind)),
        )
        for trouble in self.story.troubles:
            if trouble.device == name and trouble.begins <= self.hour < trouble.ends:
                faults: tuple[Fault, ...] = bad(trouble.code, severity=trouble.severity).faults
                return replace(fine, faults=faults, reachable=trouble.code != "not-connected")
        return fine

    def _samples(self, kind: str) -> Iterator[Sample]:
        """Every metric that this kind declares."""
        for metric in shelf.find("probes.kinds", kind, Probe).metrics:
            for labels in _label_values(metric):
                yield Sample(metric=metric, value=self._value(metric.name, labels), labels=labels)

    def _value(self, name: str, labels: tuple[SafeText, ...]) -> float:
        if name.endswith("layer_up"):
            broken = any(one.device == "internet" and one.begins <= self.hour < one.ends for one in self.story.troubles)
            return float(not broken or labels[0] == "gateway")
        if name.endswith("supply_ratio"):
            return max(0.0, (0.3 if labels[1] == "black" else 0.9) - self.hour / 400)
        wave = 1 + math.sin(self.hour / 3) / 2
        values = {
            "timestamp_seconds": self.agent.clock.wall() + 40 * DAY,
            "_total": math.floor(self.hour * 37),
            "size_bytes": 250e9,
            "free_bytes": 80e9,
            "available_bytes": 80e9,
            "seconds": round(0.03 * wave, 4),
            "celsius": round(45 * wave, 1),
            "ratio": round(0.02 * wave, 4),
        }
        return next((value for ending, value in values.items() if name.endswith(ending)), 1.0)

    def _functions(self) -> Mapping[str, bool | None]:
        states = {view.device.id: view.state for view in self.agent.panel.views()}
        return {one.id: _UP[function_state(one, states)] for one in FUNCTIONS}

    def _fill_levels(self) -> None:
        """Two weeks of levels before the story, and a new cartridge at their beginning."""
        now = self.agent.clock.wall()
        for device in ("printer-resi", "printer-kantor"):
            for name, colour, kind in _SUPPLIES:
                supply = (clean(device), clean(name), clean(colour), clean(kind))
                self.agent.book.levels.record(supply, 0.1, now - 16 * DAY)
                top = 0.6 if colour == "black" else 1.0
                for day in range(15):
                    self.agent.book.levels.record(supply, top - day / 50, now - (15 - day) * DAY)


def _label_values(metric: Metric) -> list[tuple[SafeText, ...]]:
    if "supply" in metric.labels:
        return [tuple(clean(text) for text in one) for one in _SUPPLIES]
    values: list[tuple[SafeText, ...]] = [()]
    for label in metric.labels:
        values = [(*before, clean(text)) for before in values for text in _LABELS[label]]
    return values
