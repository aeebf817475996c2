"""What is left of toner, ink, ribbon and paper: numbers only where RFC 3805 allows one."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from probes.printer import SUPPLY_RATIO
from probes.reading import NO_TEXT, Sample
from probes.text import SafeText, clean

MAX_SUPPLIES = 64
"""More supplies than any printer has; what a device lists beyond it is dropped."""

_NUMBERS = re.compile(r"[,;]?\s*\b(?:S/?N|P/?N)\b.*", re.IGNORECASE | re.DOTALL)
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_COLOUR_WORDS = ("black", "cyan", "magenta", "yellow", "white", "clear")
_COLOUR_CODES = {
    "#000000": "black",
    "#00ffff": "cyan",
    "#ff00ff": "magenta",
    "#ffff00": "yellow",
    "#ffffff": "white",
    "none": "",
}
_WASTE = re.compile(r"waste", re.IGNORECASE)


def share_left(level: int | None, maximum: int | None, *, percent: bool = False) -> float | None:
    """The share 0..1 of a supply or a tray that is left, or None where no number may be told (RFC 3805).

    Only a level from 0 to maximum with a maximum above 0 makes a number. Level -1 (no restriction), -2 (unknown)
    and -3 (some is left), vendors' own negative codes and a level above the maximum make none.

    percent: the unit is percent (PrtMarkerSuppliesSupplyUnitTC 19): without a usable maximum it is then 100.
    """
    if level is None or level < 0:
        return None
    if percent and (maximum is None or maximum <= 0):
        maximum = 100
    if maximum is None or maximum <= 0 or level > maximum:
        return None
    return level / maximum


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """One consumable, or one box that fills with waste.

    name: as the printer calls it, without serial and part numbers: supply_name().
    colour: supply_colour(), or "". type: the IANA word in small letters with hyphens: supply_type().
    left: share 0..1 that is left, from share_left(); None where the printer cannot tell.
    waste: a receptacle. Whether a printer counts what is in it or what still fits is known of few models:
    then left is None, and only the printer's own words (marker-waste-*) make a fault.
    """

    name: SafeText
    colour: SafeText = NO_TEXT
    type: SafeText = NO_TEXT
    left: float | None = None
    waste: bool = False


def supply_samples(supplies: Iterable[Supply]) -> Iterator[Sample]:
    """SUPPLY_RATIO for each supply that can tell. Equal names are numbered, so that no series comes twice."""
    seen: set[tuple[str, ...]] = set()
    for supply in named(supplies):
        labels = (supply.name, supply.colour, supply.type)
        again = 1
        while labels in seen:
            again += 1
            labels = (clean(f"{supply.name} {again}"), supply.colour, supply.type)
        seen.add(labels)
        if supply.left is not None:
            yield Sample(metric=SUPPLY_RATIO, value=supply.left, labels=labels)


def supply_name(raw: bytes | str) -> SafeText:
    """A supply's name as a label: without serial and part number ("Toner, PN 113R00725, S/N 1234")."""
    return clean(_NUMBERS.sub("", clean(raw)), limit=64)


def supply_type(raw: bytes | str) -> SafeText:
    """IANA's word for a kind of supply in one spelling: "tonerCartridge" is "toner-cartridge"."""
    return clean(_WORD_START.sub("-", clean(raw, limit=32)).lower(), limit=32)


def supply_colour(raw: bytes | str, name: str = "") -> SafeText:
    """One English word for a colour: from its own word or "#RRGGBB", else from the supply's name, else ""."""
    text = clean(raw, limit=32).lower()
    if text.count("#") > 1:
        return SafeText("multi")
    if text in _COLOUR_CODES:
        text = SafeText(_COLOUR_CODES[text])
    if not text or text.startswith("#"):
        text = SafeText(next((word for word in _COLOUR_WORDS if word in name.lower()), ""))
    return next((SafeText(word) for word in _COLOUR_WORDS if word in text), clean(text, limit=16))


def is_waste(kind: str, name: str = "") -> bool:
    """Whether a supply is a box that fills: by IANA's type (waste-toner, waste-ink, ...) or by its name."""
    return bool(_WASTE.search(kind) or _WASTE.search(name))


def named(supplies: Iterable[Supply]) -> Iterator[Supply]:
    """At most MAX_SUPPLIES supplies; one without a name is named by its place."""
    for place, supply in enumerate(islice(supplies, MAX_SUPPLIES), start=1):
        yield supply if supply.name else replace(supply, name=SafeText(f"supply {place}"))
