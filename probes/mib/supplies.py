"""Supplies of prtMarkerSuppliesTable, with what is known of the vendor's ways."""

from collections.abc import Callable, Mapping

from probes.mib.model import Bit, SupplyRow
from probes.supply import MAX_SUPPLIES, Supply, is_waste, share_left, supply_colour
from probes.supply_quirks import Quirk
from probes.text import SafeText
from probes.wire.snmp_value import Oid, Value

TYPES: dict[int, str] = {
    # PrtMarkerSuppliesTypeTC (IANA-PRINTER-MIB), as IPP spells it.
    3: "toner",
    4: "waste-toner",
    5: "ink",
    6: "ink-cartridge",
    7: "ink-ribbon",
    8: "waste-ink",
    9: "opc",
    10: "developer",
    11: "fuser-oil",
    12: "solid-wax",
    13: "ribbon-wax",
    14: "waste-wax",
    15: "fuser",
    16: "corona-wire",
    17: "fuser-oil-wick",
    18: "cleaner-unit",
    19: "fuser-cleaning-pad",
    20: "transfer-unit",
    21: "toner-cartridge",
    22: "fuser-oiler",
    23: "water",
    24: "waste-water",
    26: "waste-paper",
    32: "staples",
}


_TONER = frozenset({3, 21})


def supplies(rows: Mapping[int, SupplyRow], quirk: Quirk, real: Mapping[SafeText, int]) -> tuple[Supply, ...]:
    """Every supply of a printer. real: toner left in percent by its colour, from real_levels()."""
    return tuple(_supply(row, quirk, real) for row in list(rows.values())[:MAX_SUPPLIES])


def real_levels(rows: Mapping[Oid, Value], quirk: Quirk, text: Callable[[Value], SafeText]) -> dict[SafeText, int]:
    """What a vendor's own columns tell of toner, by its colour; nothing of a colour that is there twice."""
    if quirk.real_levels is None:
        return {}
    names, levels = quirk.real_levels
    found: dict[SafeText, int] = {}
    twice: set[SafeText] = set()
    for oid, value in rows.items():
        if oid[: len(names)] != names:
            continue
        colour = supply_colour("", text(value))
        level = rows.get((*levels, *oid[len(names) :]))
        if colour in found:
            twice.add(colour)
        if colour and isinstance(level, int):
            found[colour] = level
    return {colour: level for colour, level in found.items() if colour not in twice}


def _supply(row: SupplyRow, quirk: Quirk, real: Mapping[SafeText, int]) -> Supply:
    kind = TYPES.get(row.type or 0, "")
    waste = row.receptacle or is_waste(kind, row.name)
    left = None
    if not waste:
        known = real.get(row.colour) if row.type in _TONER else None
        left = _real(known, quirk)
        left = _left(row, quirk) if left is None else left
    return Supply(name=row.name, colour=row.colour, type=SafeText(kind), left=left, waste=waste)


def _real(level: int | None, quirk: Quirk) -> float | None:
    return None if level is None else quirk.codes.get(level, share_left(level, 100))


def _left(row: SupplyRow, quirk: Quirk) -> float | None:
    level = row.level
    no_maximum = (row.maximum or 0) <= 0 and not row.percent
    if level is not None and level in quirk.codes and (level < 0 or no_maximum):
        return quirk.codes[level]
    return share_left(level, row.maximum, percent=row.percent or quirk.percent)


def turned(bits: Bit) -> Bit:
    """Error bits of an agent that numbers them from the least significant end of each octet."""
    text = f"{bits.value:016b}"
    return Bit(int(text[7::-1] + text[:7:-1], 2))
