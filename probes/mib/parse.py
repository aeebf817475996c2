"""From SNMP rows to named properties. Pure; decides nothing, and believes no type: what is odd counts as absent."""

import re
from collections.abc import Mapping
from enum import IntEnum
from typing import TypeVar

from probes.mib import oids
from probes.mib.charset import Text
from probes.mib.model import Alert, Bit, DeviceStatus, PrinterMib, PrinterStatus, Status, SupplyRow, Tray
from probes.supply import supply_colour, supply_name
from probes.supply_quirks import VENDORS
from probes.text import SafeText, clean
from probes.wire.snmp_value import Oid, Value

Rows = Mapping[Oid, Value]
Row = Mapping[str, Value]
_Named = TypeVar("_Named", bound=IntEnum)

MAX_ROWS = 64
"""Trays, covers, alerts and lines beyond it are dropped: no printer has more."""

_PERCENT = 19  # PrtMarkerSuppliesSupplyUnitTC, PrtCapacityUnitTC
_RECEPTACLE = 4  # PrtMarkerSuppliesClassTC receptacleThatIsFilled
_PAGE_UNITS = {7, 8}  # PrtMarkerCounterUnitTC impressions, sheets; a printer without the column counts pages too
_MOST_BIT_OCTETS = 4  # longer ones were text
_ENTERPRISES = (1, 3, 6, 1, 4, 1)
_GENERIC = re.compile(r"generic|^(hp )?ethernet", re.IGNORECASE)
_HP_PID = re.compile(r"\bPID:([^,;]+)")
_AFTER_MODEL = re.compile(r"[;,]| /")
_MAC_BYTES = 6


def parse(rows: Rows) -> PrinterMib:
    """Everything a full look tells. Never raises, whatever the rows hold."""
    devices, printers = _table(rows, oids.DEVICE), _table(rows, oids.PRINTER)
    index = _printer_index(devices, printers)
    general = _of(_table(rows, oids.GENERAL), index)
    text = Text(_charset(rows, general, index))
    device, printer = devices.get((index,), {}), printers.get((index,), {})
    colours = {key: row.get("value") for key, row in _mine(rows, oids.COLORANT, index).items()}
    return PrinterMib(
        index=index,
        status=status(device.get("status"), printer.get("status"), printer.get("bits")),
        alerts=tuple(_alert(row, text) for _, row in sorted(_mine(rows, oids.ALERT, index).items())),
        covers={
            key: (text(row.get("name")), _number(row.get("status")))
            for key, row in _mine(rows, oids.COVER, index).items()
        },
        inputs={key: _input(row, text) for key, row in _mine(rows, oids.INPUT, index).items()},
        outputs={key: _output(row, text) for key, row in _mine(rows, oids.OUTPUT, index).items()},
        supplies={key: _supply(row, text, colours) for key, row in _mine(rows, oids.SUPPLY, index).items()},
        console=tuple(
            line for _, row in sorted(_mine(rows, oids.CONSOLE, index).items()) if (line := text(row["text"]))
        ),
        pages=_pages(_mine(rows, oids.MARKER, index)),
        facts=_facts(rows, device, general, text),
        enterprise=_enterprise(rows.get(oids.SYS_OBJECT_ID)),
    )


def status(device: Value, printer: Value, bits: Value) -> Status:
    """The status triple from its three variables."""
    return Status(device=_named(DeviceStatus, device), printer=_named(PrinterStatus, printer), bits=_bits(bits))


def _named(kind: type[_Named], value: Value) -> _Named | None:
    return kind(value) if isinstance(value, int) and value in set(kind) else None


def _number(value: Value) -> int | None:
    return value if isinstance(value, int) else None


def _bits(value: Value) -> Bit | None:
    # Raw octets only: 0x20 and 0x41 are printable, and every text formatter breaks them. Empty says nothing.
    if not isinstance(value, bytes) or not 0 < len(value) <= _MOST_BIT_OCTETS:
        return None
    return Bit(int.from_bytes(value[:2].ljust(2, b"\0")))


def _table(rows: Rows, columns: oids.Columns) -> dict[Oid, dict[str, Value]]:
    found: dict[Oid, dict[str, Value]] = {}
    for name, column in columns.items():
        for oid, value in rows.items():
            index = oid[len(column) :]
            if oid[: len(column)] == column and index and (index in found or len(found) < MAX_ROWS):
                found.setdefault(index, {})[name] = value
    return found


def _mine(rows: Rows, columns: oids.Columns, index: int) -> dict[int, dict[str, Value]]:
    """A Printer-MIB table's rows of one printer by their last index; of all where none is marked as its own (HP: 0)."""
    found = _table(rows, columns)
    own = {key: row for key, row in found.items() if key[0] == index} or found
    return {key[-1]: row for key, row in own.items()}


def _of(found: dict[Oid, dict[str, Value]], index: int) -> Row:
    return found.get((index,)) or next(iter(found.values()), {})


def _printer_index(devices: dict[Oid, dict[str, Value]], printers: dict[Oid, dict[str, Value]]) -> int:
    typed = [key for key, row in devices.items() if row.get("type") == oids.HR_DEVICE_PRINTER]
    both = [key for key in typed if key in printers]
    return next(iter([*both, *typed, *printers, (1,)]))[-1]


def _charset(rows: Rows, general: Row, index: int) -> int | None:
    sets = _mine(rows, oids.LOCALIZATION, index)
    current = _number(general.get("localization"))
    row = sets.get(current or 0) or next(iter(sets.values()), {})
    return _number(row.get("charset"))


def _alert(row: Row, text: Text) -> Alert:
    names = ("severity", "training", "group", "place", "code")
    return Alert(**{name: _number(row.get(name)) for name in names}, text=text(row.get("text")))


def _input(row: Row, text: Text) -> Tray:
    return Tray(
        name=text(row.get("name")) or text(row.get("description")),
        maximum=_number(row.get("maximum")),
        level=_number(row.get("level")),
        percent=row.get("unit") == _PERCENT,
    )


def _output(row: Row, text: Text) -> Tray:
    return Tray(
        name=text(row.get("name")) or text(row.get("description")),
        maximum=_number(row.get("maximum")),
        level=_number(row.get("remaining")),
    )


def _supply(row: Row, text: Text, colours: Mapping[int, Value]) -> SupplyRow:
    name = supply_name(text(row.get("name")))
    return SupplyRow(
        name=name,
        colour=supply_colour(text(colours.get(_number(row.get("colorant")) or 0)), name),
        type=_number(row.get("type")),
        receptacle=row.get("kind") == _RECEPTACLE,
        percent=row.get("unit") == _PERCENT,
        maximum=_number(row.get("maximum")),
        level=_number(row.get("level")),
    )


def _pages(markers: Mapping[int, Row]) -> int | None:
    counts = [
        life
        for row in markers.values()
        if (life := _number(row.get("life"))) is not None and life >= 0 and row.get("unit", 7) in _PAGE_UNITS
    ]
    return sum(counts) if counts else None


def _enterprise(value: Value) -> int:
    arcs = value if isinstance(value, tuple) else ()
    return arcs[6] if arcs[:6] == _ENTERPRISES and len(arcs) > len(_ENTERPRISES) else 0


def _facts(rows: Rows, device: Row, general: Row, text: Text) -> dict[str, SafeText]:
    described = text(rows.get(oids.SYS_DESCR))
    model = text(device.get("name"))
    if not model or _GENERIC.search(model):
        model = _model_in(described) or model
    first = model.partition(" ")[0]
    vendor = VENDORS.get(_enterprise(rows.get(oids.SYS_OBJECT_ID)), "") or (first if first.isalpha() else "")
    facts = {
        "vendor": clean(vendor),
        "model": model,
        "serial": text(general.get("serial")),
        "name": text(general.get("name")),
        "mac": _mac(rows),
        "description": described,
    }
    return {name: value for name, value in facts.items() if value}


def _model_in(described: SafeText) -> SafeText:
    """The model in a sysDescr that goes on with versions; HP names it as PID."""
    found = _HP_PID.search(described)
    if found:
        return clean(found[1])
    return SafeText("") if _GENERIC.search(described) else clean(_AFTER_MODEL.split(described, maxsplit=1)[0])


def _mac(rows: Rows) -> SafeText:
    for row in _table(rows, oids.INTERFACE).values():
        octets = row["mac"]
        if isinstance(octets, bytes) and len(octets) == _MAC_BYTES and any(octets):
            return SafeText(octets.hex(":"))
    return SafeText("")
