"""From an IPP answer to a Reading: of a printer asked itself, and of a CUPS queue. Pure."""

from collections.abc import Iterator
from dataclasses import replace

from probes.ipp.answer import PROCESSING, Answer, understood
from probes.ipp.backlog import Standing
from probes.ipp.faults import asleep, printer_faults, queue_faults, sees_nobody
from probes.ipp.identity import identity
from probes.printer import OLDEST_JOB_SECONDS, PAGES_TOTAL, QUEUE_JOBS, TRAY_RATIO, fault, silent
from probes.reading import NO_TEXT, Fault, Reading, Sample, Severity
from probes.supply import supply_samples
from probes.text import SafeText, clean
from probes.wire.ipp import Group

UNREACHED_SECONDS = 60.0
"""For how long CUPS may try in vain before we ask whether its printer is there."""


def look_at_printer(group: Group, standing: Standing | None, *, stuck_seconds: float) -> Reading:
    """The reading of a printer that was asked itself.

    standing: how its jobs stand; None when it does not tell. stuck_seconds: for how long nothing may move.
    """
    printer = understood(group)
    return Reading(
        reachable=True,
        asleep=asleep(printer),
        faults=_with_stuck(printer_faults(printer), standing, stuck_seconds),
        samples=tuple(_samples(printer, standing)),
        facts=identity(group),
        capabilities=_capabilities(printer, standing, told="printer-state-reasons" in group.attributes),
    )


def look_through_cups(
    group: Group, standing: Standing | None, *, stuck_seconds: float, unreached: SafeText = NO_TEXT
) -> Reading:
    """The reading of a CUPS queue.

    unreached: what we ourselves found at its device's address, when its jobs do not move; the rest as for
    look_at_printer().
    """
    queue = understood(group)
    if not unreached and does_not_move(group, standing) and sees_nobody(queue):
        unreached = clean(f"CUPS does not reach it: {group.text('printer-state-message')}")
    facts, samples = identity(group), tuple(_samples(queue, standing))
    if unreached:
        return replace(silent(unreached), facts=facts, samples=samples)
    return Reading(
        reachable=True,
        faults=_with_stuck(queue_faults(queue), standing, stuck_seconds),
        samples=samples,
        facts=facts,
        capabilities=_capabilities(queue, standing, told=False),
    )


def does_not_move(queue: Group, standing: Standing | None) -> bool:
    """Whether CUPS has been trying in vain for so long that its printer may be gone."""
    return (
        standing is not None
        and standing.still_seconds > UNREACHED_SECONDS
        and queue.integer("printer-state") == PROCESSING
    )


def _with_stuck(faults: tuple[Fault, ...], standing: Standing | None, stuck_seconds: float) -> tuple[Fault, ...]:
    """The faults, and queue-stuck where nothing else explains why nothing comes out."""
    still = standing.still_seconds if standing else 0.0
    if still <= stuck_seconds or any(one.severity is Severity.BLOCKING for one in faults):
        return faults
    return (fault("queue-stuck", detail=clean(f"no job has moved for {still / 60:.0f} minutes")), *faults)


def _capabilities(answer: Answer, standing: Standing | None, *, told: bool) -> dict[str, bool]:
    return {
        "media": told,
        "cover": told,
        "supplies": bool(answer.markers),
        "trays": bool(answer.trays),
        "jobs": standing is not None,
    }


def _samples(answer: Answer, standing: Standing | None) -> Iterator[Sample]:
    yield from supply_samples(marker.supply for marker in answer.markers)
    for tray in answer.trays:
        if tray.left is not None:
            yield Sample(metric=TRAY_RATIO, value=tray.left, labels=(tray.name,))
    for metric, name in ((PAGES_TOTAL, "printer-impressions-completed"), (QUEUE_JOBS, "queued-job-count")):
        number = answer.group.integer(name)
        if number is not None and number >= 0:
            yield Sample(metric=metric, value=number)
    if standing is not None:
        yield Sample(metric=OLDEST_JOB_SECONDS, value=standing.oldest_seconds)
