"""Which SNMP variables tell about a printer: RFC 3805 (Printer-MIB), RFC 2790 (Host Resources), RFC 3418, RFC 2863."""

from probes.wire.snmp_value import Oid, oid

_MIB2 = oid("1.3.6.1.2.1")
_PRINTER = (*_MIB2, 43)

Columns = dict[str, Oid]


def _table(entry: Oid, **columns: int) -> Columns:
    return {name: (*entry, number) for name, number in columns.items()}


SYS_DESCR = (*_MIB2, 1, 1, 0)
SYS_OBJECT_ID = (*_MIB2, 1, 2, 0)
SYS_UP_TIME = (*_MIB2, 1, 3, 0)
SCALARS = (SYS_DESCR, SYS_OBJECT_ID)

INTERFACE = _table((*_MIB2, 2, 2, 1), mac=6)
DEVICE = _table((*_MIB2, 25, 3, 2, 1), type=2, name=3, status=5)
PRINTER = _table((*_MIB2, 25, 3, 5, 1), status=1, bits=2)
GENERAL = _table((*_PRINTER, 5, 1, 1), localization=2, name=16, serial=17, critical_events=18, all_events=19)
COVER = _table((*_PRINTER, 6, 1, 1), name=2, status=3)
LOCALIZATION = _table((*_PRINTER, 7, 1, 1), charset=4)
INPUT = _table((*_PRINTER, 8, 2, 1), maximum=9, level=10, status=11, name=13, description=18, unit=8)
OUTPUT = _table((*_PRINTER, 9, 2, 1), maximum=4, remaining=5, name=7, description=12)
MARKER = _table((*_PRINTER, 10, 2, 1), unit=3, life=4)
SUPPLY = _table((*_PRINTER, 11, 1, 1), colorant=3, kind=4, type=5, name=6, unit=7, maximum=8, level=9)
COLORANT = _table((*_PRINTER, 12, 1, 1), value=4)
CONSOLE = _table((*_PRINTER, 16, 5, 1), text=2)
ALERT = _table((*_PRINTER, 18, 1, 1), severity=2, training=3, group=4, place=5, code=7, text=8)

GROUPS: tuple[tuple[Oid, ...], ...] = tuple(
    # Asked together: columns of about the same length, so that little is read beyond a table's end.
    tuple(column for table in tables for column in table.values())
    for tables in (
        (DEVICE, PRINTER, GENERAL, MARKER, LOCALIZATION),
        (COVER, COLORANT, CONSOLE, INTERFACE),
        (INPUT,),
        (OUTPUT,),
        (SUPPLY,),
        (ALERT,),
    )
)

HR_DEVICE_PRINTER = (*_MIB2, 25, 3, 1, 5)
"""hrDeviceType's value for a printer (hrDevicePrinter)."""


def pulse(index: int) -> tuple[Oid, ...]:
    """What one request tells of the printer with this hrDeviceIndex: whether anything has changed."""
    return (
        (*DEVICE["status"], index),
        (*PRINTER["status"], index),
        (*PRINTER["bits"], index),
        (*GENERAL["critical_events"], index),
        (*GENERAL["all_events"], index),
        SYS_UP_TIME,
    )
