"""The simulated office: four counters, thirty devices, its days and nights."""

from datetime import UTC, datetime, timedelta

from agent.place import Place, Way

DAY, HOUR, MINUTE = 86_400.0, 3_600.0, 60.0
DAYS = 31
FIRST = datetime(2027, 3, 1, tzinfo=UTC) - timedelta(hours=7)
"""1 March 2027, 0.00 WIB, a Monday."""
HOLIDAYS = frozenset({8, 9, 10, 11, 25})
"""Days of the month, from 0, on which nobody comes."""
OPENS, CLOSES = 7.5 * HOUR, 16 * HOUR

_COMMON = {
    "internet": Place(kind="link"),
    "pc": Place(kind="host"),
    "sidik-jari": Place(kind="usb"),
    "iris": Place(kind="usb"),
    "printer-resi": Place(kind="printer_usb"),
    "printer-lantai": Place(kind="printer_snmp", way=Way.NEAR),
    "antrean": Place(kind="printer_ipp"),
}
COUNTERS = (
    {**_COMMON, "printer-kartu": Place(kind="printer_usb")},
    {**_COMMON, "antrean-2": Place(kind="printer_ipp")},
    dict(_COMMON),
    {**_COMMON, "ups": Place(kind="ups")},
)
NIGHT_OWL = 3
"""The one PC that nobody switches off."""
PORTS = {"sidik-jari": "1-2.1", "iris": "1-2.2"}
"""Both hang on one hub."""


def works(day: int) -> bool:
    """Whether the office opens on a day of the month."""
    return (FIRST + timedelta(days=day, hours=7)).weekday() < 5 and day not in HOLIDAYS


def is_open(second: float) -> bool:
    """Whether it serves people at a second of the month."""
    day, time = divmod(second, DAY)
    return works(int(day)) and OPENS <= time < CLOSES
