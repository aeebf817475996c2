"""What a printer says by SNMP, as named properties (probes.mib.parse reads them from the numbered columns).

Sources: RFC 3805 (Printer-MIB), RFC 2790 (Host Resources), IANA-PRINTER-MIB for the enumerations.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Flag, IntEnum

from probes.reading import NO_TEXT
from probes.text import SafeText


class DeviceStatus(IntEnum):
    """hrDeviceStatus (RFC 2790)."""

    UNKNOWN = 1
    RUNNING = 2
    WARNING = 3
    TESTING = 4
    DOWN = 5


class PrinterStatus(IntEnum):
    """hrPrinterStatus (RFC 2790; the numbers in RFC 1514's prose are a known slip)."""

    OTHER = 1
    UNKNOWN = 2
    IDLE = 3
    PRINTING = 4
    WARMUP = 5


class Bit(Flag):
    """hrPrinterDetectedErrorState (RFC 3805 section 4): bit 0 is the most significant of the first octet."""

    NONE = 0
    LOW_PAPER = 0x8000
    NO_PAPER = 0x4000
    LOW_TONER = 0x2000
    NO_TONER = 0x1000
    DOOR_OPEN = 0x0800
    JAMMED = 0x0400
    OFFLINE = 0x0200
    SERVICE_REQUESTED = 0x0100
    INPUT_TRAY_MISSING = 0x0080
    OUTPUT_TRAY_MISSING = 0x0040
    MARKER_SUPPLY_MISSING = 0x0020
    OUTPUT_NEAR_FULL = 0x0010
    OUTPUT_FULL = 0x0008
    INPUT_TRAY_EMPTY = 0x0004
    OVERDUE_MAINTENANCE = 0x0002
    RESERVED = 0x0001


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The status triple. None: the printer does not tell. bits None: no row, or one that is no bit string."""

    device: DeviceStatus | None = None
    printer: PrinterStatus | None = None
    bits: Bit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One row of prtAlertTable. place: the row of the group's table it is about, or None."""

    severity: int | None = None
    training: int | None = None
    group: int | None = None
    place: int | None = None
    code: int | None = None
    text: SafeText = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Tray:
    """An input tray; for an output bin level is prtOutputRemainingCapacity, what still fits."""

    name: SafeText = NO_TEXT
    maximum: int | None = None
    level: int | None = None
    percent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyRow:
    """One row of prtMarkerSuppliesTable, as it stands. receptacle: it fills (class receptacleThatIsFilled)."""

    name: SafeText = NO_TEXT
    colour: SafeText = NO_TEXT
    type: int | None = None
    receptacle: bool = False
    percent: bool = False
    maximum: int | None = None
    level: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterMib:
    """All that one full look read. Rows by their index in their table.

    index: the printer's hrDeviceIndex, never assumed to be 1. covers: name and prtCoverStatus.
    pages: prtMarkerLifeCount where its unit is impressions or sheets. enterprise: the vendor's number in sysObjectID.
    """

    index: int = 1
    status: Status = Status()
    alerts: tuple[Alert, ...] = ()
    covers: Mapping[int, tuple[SafeText, int | None]] = field(default_factory=dict)
    inputs: Mapping[int, Tray] = field(default_factory=dict)
    outputs: Mapping[int, Tray] = field(default_factory=dict)
    supplies: Mapping[int, SupplyRow] = field(default_factory=dict)
    console: tuple[SafeText, ...] = ()
    pages: int | None = None
    enterprise: int = 0
    facts: Mapping[str, SafeText] = field(default_factory=dict)
