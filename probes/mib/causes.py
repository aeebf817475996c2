"""From a printer's own words to faults: alert rows first, then error bits, then what covers, trays and levels show."""

from collections.abc import Iterator
from dataclasses import replace

from probes.mib.alerts import alert_faults, unnamed_text
from probes.mib.model import Bit, DeviceStatus, PrinterMib, Tray
from probes.printer import fault, worst
from probes.reading import Actor, Fault, Severity
from probes.supply import Supply, share_left
from probes.text import SafeText, clean

HARD = (
    Bit.NO_PAPER | Bit.NO_TONER | Bit.DOOR_OPEN | Bit.JAMMED | Bit.OFFLINE | Bit.MARKER_SUPPLY_MISSING | Bit.OUTPUT_FULL
)
"""Bits that stop printing where the status agrees (RFC 3805; the class of the second octet's is our reading)."""

BY_BIT: dict[Bit, str] = {
    Bit.JAMMED: "media-jam",
    Bit.DOOR_OPEN: "cover-open",
    Bit.NO_PAPER: "media-empty",
    Bit.NO_TONER: "toner-empty",
    Bit.MARKER_SUPPLY_MISSING: "marker-supply-missing",
    Bit.OUTPUT_FULL: "output-area-full",
    Bit.INPUT_TRAY_MISSING: "input-tray-missing",
    Bit.OUTPUT_TRAY_MISSING: "output-tray-missing",
    Bit.OFFLINE: "offline",
    Bit.LOW_PAPER: "media-low",
    Bit.LOW_TONER: "toner-low",
    Bit.OUTPUT_NEAR_FULL: "output-area-almost-full",
    Bit.SERVICE_REQUESTED: "service-needed",
    Bit.OVERDUE_MAINTENANCE: "maintenance-due",
    # INPUT_TRAY_EMPTY is no cause by itself: an empty manual tray is normal. See _trays().
}

LOW_SHARE, LOW_SHARE_WHEN_WARNING = 0.05, 0.10
"""A supply at or below it is low; of a printer that warns without saying why it is believed a little earlier."""

_TONER = frozenset({"toner", "toner-cartridge"})
_OPEN_COVERS = {3: "cover-open", 5: "interlock-open"}  # PrtCoverStatusTC coverOpen, interlockOpen
_BYPASS = ("bypass", "manual", "mp tray", "multi", "mf1", "auto select")
_EMPTY_OF = {"toner-low": "toner-empty", "marker-supply-low": "marker-supply-empty", "media-low": "media-empty"}


def causes(mib: PrinterMib, supplies: tuple[Supply, ...], *, stopped: bool, warns: bool) -> tuple[Fault, ...]:
    """Everything that is wrong, worst first.

    stopped: the printer says that it cannot print: then there is at least one blocking fault.
    warns: it says that something is wrong, and prints on: then there is at least a notice.
    """
    found = alert_faults(mib)
    stated = {one.code for one in found}
    found += [one for one in _bits(mib, supplies, stopped=stopped) if one.code not in stated]
    found += _covers(mib, stopped=stopped)
    found += _trays(mib, only_cause=stopped and not _blocks(found))
    found += _low(supplies, LOW_SHARE_WHEN_WARNING if warns and not found else LOW_SHARE, {one.part for one in found})
    if stopped and not _blocks(found):
        detail = _words(mib) or clean("it needs attention; look at its display")
        found.append(fault("other", detail=detail, stops=True, actor=Actor.COUNTER))
    if warns and not found:
        found.append(_warning(mib, supplies))
    return worst(_sharpest(found))


def _warning(mib: PrinterMib, supplies: tuple[Supply, ...]) -> Fault:
    """What a printer that warns without a cause is given: a notice, unless it is down in part or has words for it."""
    notice = fault("other", detail=_words(mib) or clean(f"it warns without saying why{_lowest(supplies)}"))
    serious = mib.status.device is DeviceStatus.DOWN or unnamed_text(mib)
    return replace(notice, severity=Severity.DEGRADED) if serious else notice


def _blocks(faults: list[Fault]) -> bool:
    return any(one.severity is Severity.BLOCKING for one in faults)


def _bits(mib: PrinterMib, supplies: tuple[Supply, ...], *, stopped: bool) -> Iterator[Fault]:
    bits = mib.status.bits or Bit.NONE
    others = bits & ~(Bit.SERVICE_REQUESTED | Bit.OFFLINE | Bit.RESERVED)
    ink = bool(supplies) and not any(supply.type in _TONER for supply in supplies)
    for bit, keyword in BY_BIT.items():
        if bit not in bits:
            continue
        if bit is Bit.SERVICE_REQUESTED and (stopped or others):
            continue  # set for a jam, an open cover and an empty tray alike: alone it says nothing
        if bit is Bit.OFFLINE and others & HARD:
            continue  # the consequence, not the cause
        code = keyword.replace("toner", "marker-supply") if ink and bit in Bit.LOW_TONER | Bit.NO_TONER else keyword
        yield fault(code, detail=_bit_detail(bit, supplies), stops=stopped and bit in HARD)


def _bit_detail(bit: Bit, supplies: tuple[Supply, ...]) -> SafeText:
    text = f"hrPrinterDetectedErrorState {(bit.name or '').lower().replace('_', '-')}"
    return clean(text + (_lowest(supplies) if bit in Bit.LOW_TONER | Bit.NO_TONER else ""))


def _lowest(supplies: tuple[Supply, ...]) -> str:
    told = [(supply.left, supply.name) for supply in supplies if supply.left is not None and not supply.waste]
    if not told:
        return ""
    left, name = min(told)
    return f"; lowest: {name} {left:.0%}"


def _covers(mib: PrinterMib, *, stopped: bool) -> Iterator[Fault]:
    for place, (name, state) in mib.covers.items():
        if state in _OPEN_COVERS:
            part = name or clean(f"cover {place}")
            yield fault(_OPEN_COVERS[state], part=part, detail=clean(f"prtCoverStatus {state}"), stops=stopped)


def _trays(mib: PrinterMib, *, only_cause: bool) -> Iterator[Fault]:
    """An empty tray is a fault only where the printer asks for it: manual trays are empty most of the time."""
    ordinary = {place: tray for place, tray in mib.inputs.items() if not _is_bypass(tray)}
    empty = {place: tray for place, tray in ordinary.items() if tray.level == 0}
    if only_cause and empty and len(empty) == len(ordinary):
        yield fault("media-empty", detail=clean("every tray is at level 0"), stops=True)
    elif mib.status.bits and Bit.INPUT_TRAY_EMPTY in mib.status.bits:
        for place, tray in empty.items():
            detail = clean("hrPrinterDetectedErrorState input-tray-empty")
            yield fault("media-empty", part=tray.name or clean(f"tray {place}"), detail=detail, stops=False)


def _is_bypass(tray: Tray) -> bool:
    return any(word in tray.name.lower() for word in _BYPASS)


def _low(supplies: tuple[Supply, ...], share: float, stated_parts: set[SafeText]) -> Iterator[Fault]:
    for supply in supplies:
        if supply.left is None or supply.waste or supply.left > share or supply.name in stated_parts:
            continue
        code = "toner-low" if supply.type in _TONER else "opc-near-eol" if supply.type == "opc" else "marker-supply-low"
        yield fault(code, part=supply.name, detail=clean(f"{supply.left:.0%} left"), stops=False)


def _sharpest(faults: list[Fault]) -> Iterator[Fault]:
    """Leaves out "low" where the same thing is known to be empty, and what names no part where another does."""
    keys = {one.key for one in faults}
    named = {one.code for one in faults if one.part}
    for one in faults:
        empty = _EMPTY_OF.get(one.code, "")
        if (empty, one.part) in keys or (empty, "") in keys:
            continue
        if not one.part and one.code in named and one.severity is not Severity.BLOCKING:
            continue
        yield one


def _words(mib: PrinterMib) -> SafeText:
    """The printer's own text, to show and not to decide by: its language and its cut are its own."""
    return unnamed_text(mib) or clean(" / ".join(mib.console))


def tray_share(tray: Tray) -> float | None:
    """How full an input tray is, 0..1; None where the printer cannot tell."""
    return share_left(tray.level, tray.maximum, percent=tray.percent)
