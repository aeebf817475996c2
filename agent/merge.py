"""One printer found in several ways is one device; its print queue is another thing, that fails on its own."""

from collections.abc import Iterable
from dataclasses import replace

from probes.probe import Candidate
from probes.text import clean

_TELLS_MOST = ("printer_snmp", "printer_ipp", "printer_usb")
"""Kinds that can ask a printer itself; the first tells most."""


def merge(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The candidates without doubles: of those that share an identity the one that tells most stays.

    A print queue stays beside its printer: the printer can be well while its queue has stopped. Its note then
    says whose queue it is, and its role is the printer's.
    """
    found = list(candidates)
    printers: list[Candidate] = []
    for candidate in sorted((one for one in found if not _is_queue(one)), key=_rank):
        if not any(candidate.identity & known.identity for known in printers):
            printers.append(candidate)
    kept = {id(one) for one in printers}
    return [_explained(one, printers) for one in found if _is_queue(one) or id(one) in kept]


def _is_queue(candidate: Candidate) -> bool:
    return candidate.kind == "printer_ipp" and "queue" in candidate.options


def _rank(candidate: Candidate) -> int:
    return _TELLS_MOST.index(candidate.kind) if candidate.kind in _TELLS_MOST else len(_TELLS_MOST)


def _explained(candidate: Candidate, printers: Iterable[Candidate]) -> Candidate:
    if not _is_queue(candidate):
        return candidate
    owner = next((printer for printer in printers if printer.identity & candidate.identity), None)
    if owner is None:
        return candidate
    return replace(candidate, role=owner.role, note=clean(f"print queue of: {owner.label}", 200))
