"""What a printer's answer to Get-Printer-Attributes says, in our words. Pure: from attributes to values."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from probes.ipp.reasons import Kind, Reason, understand
from probes.supply import MAX_SUPPLIES, Supply, is_waste, share_left, supply_colour, supply_name, supply_type
from probes.text import SafeText, clean
from probes.wire.ipp import Group

ASKED = (
    "printer-state", "printer-state-reasons", "printer-state-message", "printer-is-accepting-jobs",
    "printer-alert-description", "printer-up-time", "queued-job-count", "printer-impressions-completed",
    "marker-names", "marker-types", "marker-colors", "marker-levels", "marker-low-levels",
    "printer-supply", "printer-supply-description", "printer-input-tray",
    "printer-make-and-model", "printer-info", "printer-device-id", "printer-uuid",
    "printer-firmware-string-version", "device-uri",
)  # fmt: skip
"""The attributes of PWG 5100.9, PWG 5100.13 and CUPS that a look asks for; printers leave out what they lack."""

IDLE, PROCESSING, STOPPED = 3, 4, 5
"""printer-state (RFC 8011 section 5.4.11)."""

MAX_REASONS = 32
MAX_TRAYS = 16
_UNKNOWN, _SOME_LEFT = -2, -3
_MOST_PAIRS = 64
_WHOLE = re.compile(r"-?\d{1,10}", re.ASCII)
_BYPASS = re.compile(r"manual|by-?pass|multi.?purpose|\bmp\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """A supply with the level as the printer gave it and the mark below which it calls it low."""

    supply: Supply
    level: int
    low: int = 0

    @property
    def is_low(self) -> bool:
        """At or below the printer's own mark; a box of waste never is."""
        return not self.supply.waste and 0 <= self.level <= self.low

    @property
    def is_empty(self) -> bool:
        """At nothing; a box of waste never is."""
        return not self.supply.waste and self.level == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tray:
    """An input tray. left: share 0..1, None when the printer cannot tell. bypass: fed by hand, empty as a rule."""

    name: SafeText
    left: float | None
    level: int
    bypass: bool

    @property
    def has_paper(self) -> bool:
        """It says so: a count, or "some"."""
        return self.level > 0 or self.level == _SOME_LEFT


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """All that one answer says of supplies, trays and reasons, understood once."""

    group: Group
    reasons: tuple[Reason, ...]
    markers: tuple[Marker, ...]
    trays: tuple[Tray, ...]

    @property
    def state(self) -> int | None:
        """printer-state."""
        return self.group.integer("printer-state")

    def told(self, kind: Kind) -> bool:
        """Whether one of the reasons is of this kind."""
        return any(reason.kind is kind for reason in self.reasons)


def understood(printer: Group) -> Answer:
    """An answer's group of printer attributes, understood."""
    return Answer(
        group=printer,
        reasons=tuple(understand(raw) for raw in printer.octets("printer-state-reasons")[:MAX_REASONS]),
        markers=tuple(_markers(printer)),
        trays=tuple(_trays(printer)),
    )


def _markers(printer: Group) -> list[Marker]:
    """The supplies: from CUPS's marker-* attributes, or from PWG 5100.13's printer-supply."""
    levels = printer.integers("marker-levels")[:MAX_SUPPLIES]
    if not levels:
        return list(_supplies(printer))
    names = printer.octets("marker-names")
    types = printer.octets("marker-types")
    colours = printer.octets("marker-colors")
    lows = printer.integers("marker-low-levels")
    found = []
    for place, level in enumerate(levels):
        name, kind, colour = (column[place] if place < len(column) else b"" for column in (names, types, colours))
        supply = _supply(name, kind, colour, share_left(level, 100), place)
        found.append(Marker(supply=supply, level=level, low=lows[place] if place < len(lows) else 0))
    return found


def _supplies(printer: Group) -> Iterator[Marker]:
    texts = printer.octets("printer-supply-description")
    for place, raw in enumerate(printer.octets("printer-supply")[:MAX_SUPPLIES]):
        row = _pairs(raw)
        level = _number(row, "level")
        left = share_left(level, _number(row, "maxcapacity"), percent=row.get("unit") == "percent")
        name = texts[place] if place < len(texts) else b""
        supply = _supply(name, row.get("type", ""), row.get("colorantname", ""), left, place)
        yield Marker(supply=supply, level=level)


def _supply(name: bytes, kind: bytes | str, colour: bytes | str, left: float | None, place: int) -> Supply:
    label, word = supply_name(name) or SafeText(f"supply {place + 1}"), supply_type(kind)
    waste = is_waste(word, label)
    left = None if waste else left
    return Supply(name=label, colour=supply_colour(colour, label), type=word, left=left, waste=waste)


def _trays(printer: Group) -> list[Tray]:
    """The input trays (PWG 5100.13 printer-input-tray); equal names are one tray."""
    found: dict[str, Tray] = {}
    for place, raw in enumerate(printer.octets("printer-input-tray")[:MAX_TRAYS], start=1):
        row = _pairs(raw)
        name = clean(row.get("name", ""), limit=32) or SafeText(f"tray {place}")
        level = _number(row, "level")
        bypass = bool(_BYPASS.search(name) or _BYPASS.search(row.get("type", "")))
        tray = Tray(name=name, left=share_left(level, _number(row, "maxcapacity")), level=level, bypass=bypass)
        found.setdefault(name, tray)
    return list(found.values())


def _pairs(raw: bytes | str) -> dict[str, str]:
    """The keys and values of "a=1;b=2"; the first of equal keys counts."""
    found: dict[str, str] = {}
    for item in clean(raw, limit=512).split(";")[:_MOST_PAIRS]:
        key, sign, value = item.partition("=")
        if sign:
            found.setdefault(key.strip(), value.strip())
    return found


def _number(row: dict[str, str], key: str) -> int:
    """The row's whole number, or -2: unknown (RFC 3805)."""
    text = row.get(key, "")
    return int(text) if _WHOLE.fullmatch(text) else _UNKNOWN
