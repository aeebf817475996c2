"""A receipt printer that speaks ESC/POS: paper, cover, cutter and head, asked over TCP, serial or /dev/usb/lp*."""

import contextlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from probes.printer import fault
from probes.raw.printer import RawPrinter
from probes.reading import Fault, Metric, MetricType, ProbeError, Reading, Sample
from probes.text import SafeText, clean
from probes.wire import escpos
from probes.wire.escpos import Counter, Status
from probes.wire.stream import Question

COUNT_SECONDS = 3600.0
"""How often the maintenance counters are read; while it sends one, a printer tells no status."""

_SINCE = ("since",)
LINE_FEEDS = Metric(
    name="jagaloket_printer_line_feeds_total",
    type=MetricType.COUNTER,
    help="Lines fed, since the printer was new or since its last service.",
    labels=_SINCE,
)
HEAD_ENERGIZINGS = Metric(
    name="jagaloket_printer_head_energizings_total",
    type=MetricType.COUNTER,
    help="Times the print head was energized, since the printer was new or since its last service.",
    labels=_SINCE,
)
CUTS = Metric(
    name="jagaloket_printer_cuts_total",
    type=MetricType.COUNTER,
    help="Cuts of the autocutter, since the printer was new or since its last service.",
    labels=_SINCE,
)
OPERATING_SECONDS = Metric(
    name="jagaloket_printer_operating_seconds_total",
    type=MetricType.COUNTER,
    help="Time the printer was switched on, in steps of an hour, since it was new or since its last service.",
    labels=_SINCE,
)
_COUNTERS = {
    "line_feeds": (LINE_FEEDS, 1),
    "head_energizings": (HEAD_ENERGIZINGS, 1),
    "cuts": (CUTS, 1),
    "hours": (OPERATING_SECONDS, 3600),
}


@dataclass(kw_only=True)
class PrinterEscpos(RawPrinter):
    """A receipt printer. Options as RawPrinter, and one more.

    maintenance_counters: also read Epson's maintenance counters, once an hour while the printer is healthy. Only
    for printers whose manual has the command GS g 2: others may print it.
    """

    interval_seconds: ClassVar[float] = 30.0
    metrics: ClassVar[tuple[Metric, ...]] = (LINE_FEEDS, HEAD_ENERGIZINGS, CUTS, OPERATING_SECONDS)

    maintenance_counters: bool = False

    _near_end_seen: bool = field(default=False, init=False, repr=False)
    _counted_at: float | None = field(default=None, init=False, repr=False)
    _counts: dict[Counter, int] = field(default_factory=dict, init=False, repr=False)

    def questions(self) -> Sequence[Question]:
        """DLE EOT 1 to 4."""
        return tuple(escpos.status_questions())

    def judge(self, replies: Sequence[bytes]) -> Reading | None:
        """From the status bytes to a reading; None when none was valid."""
        status = escpos.status(replies)
        if status is None:
            return None
        self._near_end_seen = self._near_end_seen or status.paper_near_end
        reading = Reading(
            reachable=True,
            faults=tuple(faults(status)),
            capabilities={
                "media": status.paper is not None or status.cause is not None,
                # Without the sensor, which is an option, the bits are always 0.
                "media_low": self._near_end_seen,
                "cover": status.cause is not None,
                "errors": status.error is not None,
                "supplies": False,
                "counters": bool(self._counts),
            },
        )
        return self._with_counters(reading)

    def _with_counters(self, reading: Reading) -> Reading:
        if not self.maintenance_counters:
            return reading
        now = self._clock()
        due = self._counted_at is None or now - self._counted_at >= COUNT_SECONDS
        if due and not reading.faults:
            with contextlib.suppress(ProbeError):
                self._counts = escpos.counts(self._exchange(tuple(escpos.counter_questions())).replies)
            # One that does not answer is not asked again: it may have printed the question.
            self._counted_at = now if self._counts else math.inf
        return replace(
            reading,
            samples=tuple(_samples(self._counts)),
            capabilities={**reading.capabilities, "counters": bool(self._counts)},
        )


def faults(status: Status) -> Iterator[Fault]:
    """What the status bytes state. The bit that says why stands before the bit that only says that."""
    evidence = clean(str(status))
    found = list(_named(status, evidence))
    yield from found
    if found and any(one.code != "media-low" for one in found):
        return
    if status.failed:
        yield fault("other", detail=evidence, stops=True)
    elif status.offline and not status.feeding:
        yield fault("offline", detail=evidence)


def _named(status: Status, evidence: SafeText) -> Iterator[Fault]:
    if status.paper_out:
        yield fault("media-empty", detail=evidence)
    elif status.paper_near_end:
        yield fault("media-low", detail=evidence)
    if status.cover_open:
        yield fault("cover-open", detail=evidence)
    if status.cutter_stuck:
        yield fault("media-jam", part=SafeText("cutter"), detail=evidence)
    if status.jammed:
        yield fault("media-jam", detail=evidence)
    if status.broken:
        yield fault("hardware-failure", detail=evidence)
    # The same bit is on while the cover is open in the middle of a receipt.
    if status.overheated and not status.cover_open:
        yield fault("overheating", part=SafeText("print head"), detail=evidence)


def _samples(counts: dict[Counter, int]) -> Iterator[Sample]:
    for counter, value in counts.items():
        metric, unit = _COUNTERS[counter.name]
        since = SafeText("new" if counter.life else "service")
        yield Sample(metric=metric, value=float(value * unit), labels=(since,))
