"""What single vendors do otherwise than RFC 3805 says: one table, each row with its source.

A quirk is chosen by the vendor's number in sysObjectID, or named in a printer's configuration (quirks = [...]).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType

from probes.wire.snmp_value import Oid, oid

VENDORS: Mapping[int, str] = MappingProxyType(
    {  # IANA private enterprise numbers
        11: "HP",
        236: "Samsung",
        253: "Xerox",
        297: "Fuji Xerox",
        367: "Ricoh",
        641: "Lexmark",
        674: "Dell",
        683: "Zebra",
        1129: "Toshiba TEC",
        1248: "Epson",
        1347: "Kyocera",
        1602: "Canon",
        2001: "OKI",
        2385: "Sharp",
        2435: "Brother",
        10642: "Zebra",
        18334: "Konica Minolta",
        40093: "Pantum",
        51966: "TSC",
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirk:
    """How a printer's supply levels and error bits must be read.

    codes: levels that are codes, not amounts, where negative or where no maximum is known: to the share left, or
    None for "enough, no number". real_levels: two private columns, names and levels in percent, that know better;
    their rows are numbered otherwise than prtMarkerSupplies, so toner is matched by its colour.
    percent: levels 0..100 are percent though neither maximum nor unit says so. reversed_bits: bit 0 of
    hrPrinterDetectedErrorState is the least significant.
    source: where this is known from.
    """

    codes: Mapping[int, float | None] = field(default_factory=lambda: MappingProxyType({}))
    real_levels: tuple[Oid, Oid] | None = None
    percent: bool = False
    reversed_bits: bool = False
    source: str = ""


BY_VENDOR: Mapping[int, Quirk] = MappingProxyType(
    {
        367: Quirk(
            codes=MappingProxyType({-100: 0.0}),
            real_levels=(oid("1.3.6.1.4.1.367.3.2.1.2.24.1.1.3"), oid("1.3.6.1.4.1.367.3.2.1.2.24.1.1.5")),
            source="Ricoh states -3 for every toner in Printer-MIB and real levels, -100 for empty, in its own MIB, "
            "black first; LibreNMS, PrinterSupplies.php, getTonerLevel, and scripts of Ricoh's users",
        ),
        2435: Quirk(
            codes=MappingProxyType({0: None, 1: 0.05, 2: 0.0, 3: 0.01}),
            source="Brother lasers: 0 enough, 1 low, 2 empty, 3 nearly empty; LibreNMS, PrinterSupplies.php, "
            "getTonerLevel. Only where the maximum is unknown: newer models count in percent",
        ),
    },
)

BY_NAME: Mapping[str, Quirk] = MappingProxyType(
    {
        "percent-levels": Quirk(percent=True, source="CUPS, cupsSNMPQuirks capacity in the PPD"),
        "reversed-bits": Quirk(
            reversed_bits=True,
            source="HP NonStop SNMP agent and a building-management manual number the bits from the other end",
        ),
        "none": Quirk(source="read as RFC 3805 says, whatever the vendor"),
    },
)


def quirk(enterprise: int, names: Iterable[str] = ()) -> Quirk:
    """The quirk of a vendor, with those that the configuration names; "none" leaves the vendor's out."""
    chosen = list(names)
    found = Quirk() if "none" in chosen else BY_VENDOR.get(enterprise, Quirk())
    for name in chosen:
        other = BY_NAME[name]
        set_ones = {one.name: getattr(other, one.name) for one in fields(Quirk) if getattr(other, one.name)}
        found = replace(found, **set_ones)
    return found
