"""A full look at a printer as a Reading: verdict, samples, identity, and what it can tell at all."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from probes.mib.causes import tray_share
from probes.mib.charset import Text
from probes.mib.model import PrinterMib
from probes.mib.supplies import real_levels, supplies, turned
from probes.mib.verdict import Says, Verdict, judge
from probes.printer import CAUSES, PAGES_TOTAL, TRAY_RATIO
from probes.reading import NOT_RESPONDING, Reading, Sample
from probes.supply import Supply, supply_samples
from probes.supply_quirks import Quirk
from probes.text import SafeText, clean
from probes.wire.snmp_value import Oid, Value

_COVER_STATES = frozenset({3, 4, 5, 6})  # PrtCoverStatusTC but other(1) and unknown(2)
_STATED = frozenset(CAUSES) - {NOT_RESPONDING}


def reading(mib: PrinterMib, quirk: Quirk, private: Mapping[Oid, Value] = MappingProxyType({})) -> Reading:
    """What one full look found. private: the rows of the vendor's own columns that the quirk names."""
    if quirk.reversed_bits and mib.status.bits is not None:
        mib = replace(mib, status=replace(mib.status, bits=turned(mib.status.bits)))
    found = supplies(mib.supplies, quirk, real_levels(private, quirk, Text()))
    verdict = judge(mib, found)
    untold = verdict.says in {Says.HOLD, Says.UNKNOWN}
    return Reading(
        reachable=True,
        asleep=verdict.asleep,
        faults=verdict.faults,
        samples=(*supply_samples(found), *_trays(mib), *_pages(mib)),
        facts=_facts(mib),
        capabilities=_capabilities(mib, found, verdict),
        skipped=_STATED - {one.code for one in verdict.faults} if untold else frozenset(),
    )


def _trays(mib: PrinterMib) -> Iterator[Sample]:
    names: set[SafeText] = set()
    for place, tray in mib.inputs.items():
        share = tray_share(tray)
        name = clean(tray.name, limit=64) or clean(f"tray {place}")
        if name in names:
            name = clean(f"{name} {place}", limit=72)
        names.add(name)
        if share is not None:
            yield Sample(metric=TRAY_RATIO, value=share, labels=(name,))


def _pages(mib: PrinterMib) -> Iterator[Sample]:
    if mib.pages is not None:
        yield Sample(metric=PAGES_TOTAL, value=float(mib.pages))


def _facts(mib: PrinterMib) -> dict[str, SafeText]:
    display = clean(" / ".join(mib.console))
    return {**mib.facts, "display": display} if display else dict(mib.facts)


def _capabilities(mib: PrinterMib, found: tuple[Supply, ...], verdict: Verdict) -> dict[str, bool]:
    trays = any(tray_share(tray) is not None for tray in mib.inputs.values())
    return {
        "status": verdict.says is not Says.UNKNOWN,
        "media": trays or mib.status.bits is not None,
        "supplies": any(supply.left is not None for supply in found),
        "cover": any(state in _COVER_STATES for _, state in mib.covers.values()),
        "pages": mib.pages is not None,
    }
