"""Which faults an IPP answer states: of a printer asked itself, and of a CUPS queue, which knows far less. Pure."""

import re
from collections.abc import Iterator

from probes.ipp.answer import IDLE, PROCESSING, STOPPED, Answer
from probes.ipp.reasons import Grade, Kind, Reason
from probes.printer import fault, worst
from probes.reading import NO_TEXT, Fault, Severity
from probes.text import SafeText, clean

_UNREACHED = "may not exist or is unavailable"  # CUPS gives no keyword for it; cups/backend/ipp.c
_SLEEP = re.compile(r"\b(?:sleep|standby|power sav|energy sav|energiespar)", re.IGNORECASE)
_LOW = ("toner-low", "marker-supply-low")
_EMPTY = ("toner-empty", "marker-supply-empty")


def asleep(printer: Answer) -> bool:
    """Whether the printer says that it saves power; Kyocera's only word for it is its display's "Sleeping..."."""
    if printer.told(Kind.ASLEEP):
        return True
    if printer.state != IDLE:
        return False
    texts = (*printer.group.texts("printer-state-message")[:1], *printer.group.texts("printer-alert-description")[:16])
    return any(_SLEEP.search(text) for text in texts)


def printer_faults(printer: Answer) -> tuple[Fault, ...]:
    """What a printer that was asked itself says is wrong.

    A reason stops printing when it says so (-error), or when the printer has stopped and the reason has no
    grade: many printers leave it out. Else the keyword decides (probes.printer.CAUSES).
    """
    stopped = printer.state == STOPPED
    found = list(_stated(printer, stopped=stopped))
    if printer.told(Kind.PAUSED):
        found.append(fault("paused", detail=_detail(printer)))
    if stopped and not asleep(printer) and not any(one.severity is Severity.BLOCKING for one in found):
        found.append(fault("stopped", detail=_detail(printer)))
    return worst(found)


def queue_faults(queue: Answer) -> tuple[Fault, ...]:
    """What CUPS can know: that its queue is stopped or takes no jobs, and while a job prints what the printer says.

    At other times CUPS only repeats what it heard during the last job, so that is not believed.
    """
    found = []
    if queue.state == PROCESSING:
        found = [one for one in _stated(queue, stopped=False) if one.code != "offline"]
    if queue.state == STOPPED or queue.told(Kind.PAUSED):
        found.append(fault("queue-stopped", detail=_detail(queue)))
    elif queue.group.boolean("printer-is-accepting-jobs") is False:
        found.append(fault("queue-stopped", detail=clean(f"takes no jobs: {_detail(queue)}")))
    return worst(found)


def sees_nobody(queue: Answer) -> bool:
    """Whether CUPS says that it does not reach the printer."""
    if queue.told(Kind.CONNECTING) or any(reason.code == "offline" for reason in queue.reasons):
        return True
    return _UNREACHED in queue.group.text("printer-state-message", 256)


def _stated(printer: Answer, *, stopped: bool) -> Iterator[Fault]:
    for reason in printer.reasons:
        if reason.kind is not Kind.FAULT:
            continue
        stops: bool | None = None
        if reason.grade is Grade.ERROR or (stopped and reason.grade is Grade.BARE):
            stops = True
        elif reason.unit or (reason.code == "media-empty" and any(tray.has_paper for tray in printer.trays)):
            stops = False  # a finisher, or one tray of several
        for part in _parts(reason, printer):
            yield fault(reason.code, part=part, detail=reason.raw, stops=stops)


def _parts(reason: Reason, printer: Answer) -> list[SafeText]:
    """Which supplies or trays a reason is about, by their levels; one nameless part where that cannot be told."""
    parts: list[SafeText] = []
    if reason.unit:
        parts = [reason.unit]
    elif reason.code in _LOW:
        parts = [marker.supply.name for marker in printer.markers if marker.is_low]
    elif reason.code in _EMPTY:
        parts = [marker.supply.name for marker in printer.markers if marker.is_empty]
    elif reason.code == "media-empty":
        parts = [tray.name for tray in printer.trays if tray.level == 0 and not tray.bypass]
    return parts or [NO_TEXT]


def _detail(printer: Answer) -> SafeText:
    words = [printer.group.text("printer-state-message")]
    words += [reason.raw for reason in printer.reasons if reason.kind is not Kind.NOTHING]
    return clean("; ".join(word for word in words if word))
