"""Which faults an IPP answer states: of a printer asked itself, and of a CUPS queue, which knows far less. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from probes.ipp import answer
from probes.ipp.answer import PROCESSING, STOPPED, Marker, Tray, markers, says_asleep, trays
from probes.ipp.backlog import Standing
from probes.ipp.reasons import Grade, Kind, Reason, understand
from probes.printer import OLDEST_JOB_SECONDS, QUEUE_JOBS, fault, silent, worst
from probes.reading import NO_TEXT, Fault, Reading, Sample, Severity
from probes.supply import supply_samples
from probes.text import SafeText, clean
from probes.wire.ipp import Group

MAX_REASONS = 64
UNREACHED_SECONDS = 60.0
"""For how long CUPS may try in vain before we ask whether its printer is there."""

_UNREACHED = "may not exist or is unavailable"  # CUPS gives no keyword for it; cups/backend/ipp.c
_LOW = ("toner-low", "marker-supply-low")
_EMPTY = ("toner-empty", "marker-supply-empty")


def look_at_printer(printer: Group, standing: Standing | None, *, stuck_seconds: float) -> Reading:
    """The reading of a printer that was asked itself.

    standing: how its jobs stand; None when it does not tell. stuck_seconds: for how long nothing may move.
    """
    told = "printer-state-reasons" in printer.attributes
    return Reading(
        reachable=True,
        asleep=asleep(printer),
        faults=_with_stuck(printer_faults(printer), standing, stuck_seconds),
        samples=tuple(_samples(printer, standing)),
        facts=answer.identity(printer),
        capabilities=_capabilities(printer, standing, told=told),
    )


def look_through_cups(
    queue: Group, standing: Standing | None, *, stuck_seconds: float, unreached: SafeText = NO_TEXT
) -> Reading:
    """The reading of a CUPS queue.

    unreached: what we ourselves found at its device's address, when its jobs do not move; the rest as for
    look_at_printer().
    """
    facts, samples = answer.identity(queue), tuple(_samples(queue, standing))
    if not unreached and does_not_move(queue, standing) and sees_nobody(queue):
        unreached = clean(f"CUPS does not reach it: {queue.text('printer-state-message')}")
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


def reasons(printer: Group) -> list[Reason]:
    """The answer's printer-state-reasons, understood."""
    return [understand(raw) for raw in printer.octets("printer-state-reasons")[:MAX_REASONS]]


def asleep(printer: Group) -> bool:
    """Whether the printer says that it saves power."""
    return any(reason.kind is Kind.ASLEEP for reason in reasons(printer)) or says_asleep(printer)


def printer_faults(printer: Group) -> tuple[Fault, ...]:
    """What a printer that was asked itself says is wrong.

    A reason stops printing when it says so (-error), or when the printer has stopped and the reason has no
    grade: many printers leave it out. Else the keyword decides (probes.printer.CAUSES).
    """
    stopped = printer.integer("printer-state") == STOPPED
    given = reasons(printer)
    found = list(_stated(printer, given, stopped=stopped))
    if any(reason.kind is Kind.PAUSED for reason in given):
        found.append(fault("paused", detail=_detail(printer, given)))
    if stopped and not found and not asleep(printer):
        found.append(fault("stopped", detail=_detail(printer, given)))
    return worst(found)


def queue_faults(queue: Group) -> tuple[Fault, ...]:
    """What CUPS can know: that its queue is stopped or takes no jobs, and while a job prints what the printer says.

    At other times CUPS only repeats what it heard during the last job, so that is not believed.
    """
    given = reasons(queue)
    found = []
    if queue.integer("printer-state") == PROCESSING:
        found = [one for one in _stated(queue, given, stopped=False) if one.code != "offline"]
    if queue.integer("printer-state") == STOPPED or any(reason.kind is Kind.PAUSED for reason in given):
        found.append(fault("queue-stopped", detail=_detail(queue, given)))
    elif queue.boolean("printer-is-accepting-jobs") is False:
        found.append(fault("queue-stopped", detail=clean(f"takes no jobs: {_detail(queue, given)}")))
    return worst(found)


def sees_nobody(queue: Group) -> bool:
    """Whether CUPS says that it does not reach the printer."""
    return any(
        reason.kind is Kind.CONNECTING or (reason.kind is Kind.FAULT and reason.code == "offline")
        for reason in reasons(queue)
    ) or _UNREACHED in queue.text("printer-state-message", 256)


def _stated(printer: Group, given: Sequence[Reason], *, stopped: bool) -> Iterator[Fault]:
    supplies, paper = markers(printer), trays(printer)
    for reason in given:
        if reason.kind is not Kind.FAULT:
            continue
        stops: bool | None = None
        if reason.grade is Grade.ERROR or (stopped and reason.grade is Grade.BARE):
            stops = True
        elif reason.unit or (reason.code == "media-empty" and any(tray.has_paper for tray in paper)):
            stops = False  # a finisher, or one tray of several
        for part in _parts(reason, supplies, paper):
            yield fault(reason.code, part=part, detail=reason.raw, stops=stops)


def _parts(reason: Reason, supplies: Sequence[Marker], paper: Sequence[Tray]) -> list[SafeText]:
    """Which supplies or trays a reason is about, by their levels; one nameless part where that cannot be told."""
    parts: list[SafeText] = []
    if reason.unit:
        parts = [reason.unit]
    elif reason.code in _LOW:
        parts = [marker.supply.name for marker in supplies if marker.is_low]
    elif reason.code in _EMPTY:
        parts = [marker.supply.name for marker in supplies if marker.is_empty]
    elif reason.code == "media-empty":
        parts = [tray.name for tray in paper if tray.level == 0 and not tray.bypass]
    return parts or [NO_TEXT]


def _detail(printer: Group, given: Sequence[Reason]) -> SafeText:
    words = [printer.text("printer-state-message")]
    words += [reason.raw for reason in given if reason.kind is not Kind.NOTHING]
    return clean("; ".join(word for word in words if word))


def _with_stuck(faults: tuple[Fault, ...], standing: Standing | None, stuck_seconds: float) -> tuple[Fault, ...]:
    """The faults, and queue-stuck where nothing else explains why nothing comes out."""
    still = standing.still_seconds if standing else 0.0
    if still <= stuck_seconds or any(one.severity is Severity.BLOCKING for one in faults):
        return faults
    return (fault("queue-stuck", detail=clean(f"no job has moved for {still / 60:.0f} minutes")), *faults)


def _capabilities(group: Group, standing: Standing | None, *, told: bool) -> dict[str, bool]:
    return {
        "media": told,
        "cover": told,
        "supplies": bool(markers(group)),
        "trays": bool(trays(group)),
        "jobs": standing is not None,
    }


def _samples(group: Group, standing: Standing | None) -> Iterator[Sample]:
    yield from supply_samples(marker.supply for marker in markers(group))
    yield from answer.samples(group)
    jobs = group.integer("queued-job-count")
    if jobs is not None and jobs >= 0:
        yield Sample(metric=QUEUE_JOBS, value=jobs)
    if standing is not None:
        yield Sample(metric=OLDEST_JOB_SECONDS, value=standing.oldest_seconds)
