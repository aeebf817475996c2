"""Rows of prtAlertTable as faults: IANA-PRINTER-MIB's codes and groups, by standard keyword."""

from probes.mib.model import Alert, DeviceStatus, PrinterMib
from probes.printer import fault
from probes.reading import NO_TEXT, Actor, Fault
from probes.supply import is_waste
from probes.text import SafeText, clean

# PrtAlertSeverityLevelTC. other(1) is no fault; a row without the column is one that may print on.
_OTHER, _CRITICAL = 1, 3
# PrtAlertGroupTC.
_COVER, _INPUT, _OUTPUT, _MARKER, _SUPPLIES = 6, 8, 9, 10, 11

BY_CODE: dict[int, str] = {
    # PrtAlertCodeTC, where the code alone says what is wrong.
    3: "cover-open",
    5: "interlock-open",
    8: "media-jam",
    18: "cover-open",
    22: "offline",
    29: "hardware-failure",
    30: "hardware-failure",
    31: "hardware-failure",
    32: "hardware-failure",
    33: "hardware-failure",
    35: "fuser-under-temp",
    36: "fuser-over-temp",
    37: "hardware-failure",
    38: "hardware-failure",
    501: "door-open",
    801: "input-tray-missing",
    807: "media-low",
    808: "media-empty",
    809: "media-needed",
    810: "media-needed",
    811: "hardware-failure",
    812: "hardware-failure",
    813: "media-needed",
    901: "output-tray-missing",
    902: "output-area-almost-full",
    903: "output-area-full",
    904: "hardware-failure",
    1001: "fuser-under-temp",
    1002: "fuser-over-temp",
    1003: "hardware-failure",
    1004: "hardware-failure",
    1101: "toner-empty",
    1102: "marker-supply-empty",
    1103: "marker-supply-empty",
    1104: "toner-low",
    1105: "marker-supply-low",
    1106: "marker-supply-low",
    1107: "marker-waste-almost-full",
    1108: "marker-waste-almost-full",
    1109: "marker-waste-full",
    1110: "marker-waste-full",
    1111: "opc-near-eol",
    1112: "opc-life-over",
    1113: "marker-supply-low",
    1114: "marker-supply-empty",
    1115: "marker-supply-missing",
    1301: "output-tray-missing",
    1302: "output-area-almost-full",
    1303: "output-area-full",
}
BY_GROUP: dict[int, dict[int, str]] = {
    # Codes that any sub-unit may state (10-15, 9 missing, 26 removed): what they mean depends on the group.
    _INPUT: {9: "input-tray-missing", 26: "input-tray-missing", 12: "media-low", 13: "media-empty"},
    _OUTPUT: {
        9: "output-tray-missing",
        26: "output-tray-missing",
        14: "output-area-almost-full",
        15: "output-area-full",
    },
    _MARKER: {
        9: "marker-supply-missing",
        10: "maintenance-due",
        11: "service-needed",
        12: "marker-supply-low",
        13: "marker-supply-empty",
        14: "marker-waste-almost-full",
        15: "marker-waste-full",
    },
    _SUPPLIES: {
        9: "marker-supply-missing",
        26: "marker-supply-missing",
        10: "marker-supply-low",
        11: "marker-supply-empty",
        12: "marker-supply-low",
        13: "marker-supply-empty",
        14: "marker-waste-almost-full",
        15: "marker-waste-full",
    },
}
_BY_SUPPLY_TYPE: dict[tuple[str, int], str] = {
    # A sharper keyword where the supply's own row says what it is (toner 3, 21; opc 9).
    ("marker-supply-low", 3): "toner-low",
    ("marker-supply-low", 21): "toner-low",
    ("marker-supply-empty", 3): "toner-empty",
    ("marker-supply-empty", 21): "toner-empty",
    ("marker-supply-low", 9): "opc-near-eol",
    ("marker-supply-empty", 9): "opc-life-over",
}
SILENT_CODES = frozenset(
    {4, 6, 7, 19, 20, 23, 24, 25, 27, 28, 34, 502, 503, 504, 505, 506, 507, *range(802, 807), 1005}
)
"""Events, not faults: closed, added, changed, power saver, warming up, ready. So are 1304 and above (interpreters)."""
POWER_SAVER = 23
_UNNAMED = frozenset({None, -1, 0, 1, 2})
_FIRST_INTERPRETER_CODE = 1304

_ACTORS = {3: Actor.COUNTER, 5: Actor.VENDOR, 6: Actor.TECHNICIAN}
"""PrtAlertTrainingLevelTC untrained, fieldService, management; trained and the rest leave it to the cause."""


def code(alert: Alert, mib: PrinterMib) -> str | None:
    """The keyword of what an alert states: None where it is no fault, "other" where it is one without a name."""
    if alert.severity == _OTHER or alert.code in SILENT_CODES or (alert.code or 0) >= _FIRST_INTERPRETER_CODE:
        return None
    if alert.code in _UNNAMED:
        return "other" if alert.text else None  # a row of zeros without words is no alarm
    keyword = BY_CODE.get(alert.code or 0) or BY_GROUP.get(alert.group or 0, {}).get(alert.code or 0, "other")
    supply = mib.supplies.get(alert.place or 0) if alert.group == _SUPPLIES else None
    if (
        supply is not None
        and keyword.startswith("marker-waste")
        and not (supply.receptacle or is_waste("", supply.name))
    ):
        return "other"
    return _BY_SUPPLY_TYPE.get((keyword, supply.type or 0), keyword) if supply is not None else keyword


def is_critical(alert: Alert, mib: PrinterMib) -> bool:
    """Whether an alert stops printing.

    One without a name is believed only of a printer that says it is not well: idle HP plotters keep a critical
    "Ready" (for-glpi#1698).
    """
    named = code(alert, mib)
    running = mib.status.device in {DeviceStatus.RUNNING, None}
    return alert.severity == _CRITICAL and named is not None and not (named == "other" and running)


def alert_faults(mib: PrinterMib) -> list[Fault]:
    """Every alert that states something by name, and the unnamed ones that stop printing."""
    found = []
    for alert in mib.alerts:
        keyword = code(alert, mib)
        stops = is_critical(alert, mib)
        if keyword is None or (keyword == "other" and not stops):
            continue
        detail = clean(f"prtAlert code {alert.code}, group {alert.group}: {alert.text}")
        found.append(
            fault(keyword, part=part(alert, mib), detail=detail, stops=stops, actor=_ACTORS.get(alert.training or 0)),
        )
    return found


def unnamed_text(mib: PrinterMib) -> SafeText:
    """The words of the first alert that states a fault without naming it."""
    return next((alert.text for alert in mib.alerts if code(alert, mib) == "other"), NO_TEXT)


def part(alert: Alert, mib: PrinterMib) -> SafeText:
    """Which cover, tray, bin or supply an alert is about; empty where it does not say."""
    place = alert.place or 0
    if place <= 0:
        return NO_TEXT
    match alert.group:
        case 6:
            return mib.covers.get(place, (NO_TEXT, None))[0] or clean(f"cover {place}")
        case 8:
            return (tray.name if (tray := mib.inputs.get(place)) else NO_TEXT) or clean(f"tray {place}")
        case 9:
            return (tray.name if (tray := mib.outputs.get(place)) else NO_TEXT) or clean(f"output {place}")
        case 11:
            return (row.name if (row := mib.supplies.get(place)) else NO_TEXT) or clean(f"supply {place}")
    return NO_TEXT
