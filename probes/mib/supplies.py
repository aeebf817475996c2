"""Supplies of prtMarkerSuppliesTable, with what is known of the vendor's ways."""

from collections.abc import Mapping

from probes.mib.model import Bit, SupplyRow
from probes.supply import MAX_SUPPLIES, Supply, is_waste, share_left
from probes.supply_quirks import Quirk
from probes.text import SafeText
from probes.wire.snmp_value import Value

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


def supplies(rows: Mapping[int, SupplyRow], quirk: Quirk, real_levels: Mapping[int, Value]) -> tuple[Supply, ...]:
    """Every supply of a printer. real_levels: percent from a vendor's own column, by row number."""
    return tuple(_supply(row, quirk, real_levels.get(place)) for place, row in list(rows.items())[:MAX_SUPPLIES])


def _supply(row: SupplyRow, quirk: Quirk, real: Value) -> Supply:
    kind = TYPES.get(row.type or 0, "")
    waste = row.receptacle or is_waste(kind, row.name)
    left = None if waste else _left(row, quirk, real)
    return Supply(name=row.name, colour=row.colour, type=SafeText(kind), left=left, waste=waste)


def _left(row: SupplyRow, quirk: Quirk, real: Value) -> float | None:
    if isinstance(real, int):
        return quirk.codes.get(real, share_left(real, 100))
    level = row.level
    if level is not None and (row.maximum or 0) <= 0 and not row.percent and level in quirk.codes:
        return quirk.codes[level]
    return share_left(level, row.maximum, percent=row.percent or quirk.percent)


def turned(bits: Bit) -> Bit:
    """Error bits of an agent that numbers them from the least significant end of each octet."""
    text = f"{bits.value:016b}"
    return Bit(int(text[7::-1] + text[:7:-1], 2))
