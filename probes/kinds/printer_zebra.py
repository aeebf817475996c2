"""A Zebra label printer (or one that speaks ZPL): ~HS, ~HQES, and SGD variables for identity and odometer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from probes.printer import fault, worst
from probes.raw.printer import RawPrinter
from probes.reading import Actor, Fault, Metric, MetricType, ProbeError, Reading, Sample
from probes.text import SafeText, clean
from probes.wire import zebra
from probes.wire.stream import Exchange, Question
from probes.wire.zebra import HostErrors, HostStatus

FACTS_SECONDS = 3600.0
"""How often identity and odometer are asked."""

MEDIA_METERS = Metric(
    name="jagaloket_printer_media_meters_total",
    type=MetricType.COUNTER,
    help="Length of labels and paper moved in the printer's life, by its own odometer.",
)

# Zebra, ZPL II Programming Guide, ~HQES, tables "Error Flags" and "Warning Flags", group 1: bit, keyword, part.
_ERRORS = (
    (0x0000_0001, "media-empty", ""),
    (0x0000_0002, "marker-supply-empty", "ribbon"),
    (0x0000_0004, "cover-open", "print head"),
    (0x0000_0008, "media-jam", "cutter"),
    (0x0000_0010, "overheating", "print head"),
    (0x0000_0020, "overheating", "motor"),
    (0x0000_0040, "hardware-failure", "print head"),
    (0x0000_0080, "hardware-failure", "print head"),
    (0x0000_0200, "hardware-failure", "print head"),
    (0x0000_1000, "media-jam", "presenter"),
    (0x0000_4000, "media-jam", ""),
    (0x0000_8000, "media-jam", ""),
)
_KNOWN_ERRORS = sum(bit for bit, _, _ in _ERRORS)
_WARNINGS = (
    (0x0000_0002, "maintenance-due", "print head"),
    (0x0000_0004, "service-needed", "print head"),
    (0x0000_0008, "media-low", ""),
)
_STATUS = (
    ("paper_out", "media-empty", ""),
    ("ribbon_out", "marker-supply-empty", "ribbon"),
    ("head_open", "cover-open", "print head"),
    ("too_hot", "overheating", "print head"),
    ("memory_lost", "hardware-failure", "memory"),
    ("paused", "paused", ""),
)
_SILENCE = (
    "answers neither ~HS nor ~HQES while its port is open: out of labels or ribbon, head open, rewinder full or "
    "head too hot (Zebra ZPL guide, ~HS)"
)


@dataclass(kw_only=True)
class PrinterZebra(RawPrinter):
    """A label printer that speaks ZPL. Options as RawPrinter.

    A printer that answered before and falls silent with its port open needs attention: so Zebra's guide tells.
    """

    interval_seconds: ClassVar[float] = 30.0
    metrics: ClassVar[tuple[Metric, ...]] = (MEDIA_METERS,)

    _answered: bool = field(default=False, init=False, repr=False)
    _knows_errors: bool = field(default=True, init=False, repr=False)
    _facts: dict[str, SafeText] = field(default_factory=dict, init=False, repr=False)
    _facts_at: float | None = field(default=None, init=False, repr=False)
    _centimetres: int | None = field(default=None, init=False, repr=False)

    def questions(self) -> Sequence[Question]:
        """~HS, and ~HQES where the printer knows it."""
        return (zebra.HOST_STATUS, zebra.HOST_ERRORS) if self._knows_errors else (zebra.HOST_STATUS,)

    def judge(self, replies: Sequence[bytes]) -> Reading | None:
        """From the flags to a reading; None when neither question was answered."""
        status = zebra.host_status(replies[0]) if replies else None
        errors = zebra.host_errors(replies[1]) if len(replies) > 1 else None
        if status is None and errors is None:
            return None
        self._answered = True
        self._knows_errors = errors is not None or status is None
        reading = self._reading(tuple(worst((*_of_status(status), *_of_errors(errors)))))
        if not reading.faults and self._learn():
            return self._reading(())
        return reading

    def mute(self, exchange: Exchange) -> Reading:
        """Silence of a printer that is known to answer, without a word of why."""
        if not self._answered or exchange.closed or exchange.received_bytes:
            return super().mute(exchange)
        return replace(
            self._reading(()), faults=(fault("other", detail=clean(_SILENCE, 256), stops=True, actor=Actor.COUNTER),)
        )

    def _reading(self, faults: tuple[Fault, ...]) -> Reading:
        length = self._centimetres
        return Reading(
            reachable=True,
            faults=faults,
            samples=() if length is None else (Sample(metric=MEDIA_METERS, value=length / 100),),
            facts=self._facts,
            capabilities={
                "media": True,
                "cover": True,
                "ribbon": True,
                "cutter": self._knows_errors,
                "supplies": False,
                "odometer": length is not None,
            },
        )

    def _learn(self) -> bool:
        """Ask identity and odometer, once an hour and only a healthy printer; whether anything was asked."""
        now = self._clock()
        if self._facts_at is not None and now - self._facts_at < FACTS_SECONDS:
            return False
        self._facts_at = now
        names = (*zebra.VARIABLES.values(), zebra.ODOMETER)
        try:
            replies = self._exchange([zebra.getvar(name) for name in names]).replies
        except ProbeError:  # its status was told, and that counts
            return False
        self._facts = {"vendor": SafeText("Zebra"), **zebra.variables(replies)} if any(replies) else self._facts
        if len(replies) == len(names):
            self._centimetres = zebra.centimetres(zebra.value(replies[-1]))
        return True


def _of_status(status: HostStatus | None) -> Iterator[Fault]:
    if status is not None:
        for flag, keyword, part in _STATUS:
            if getattr(status, flag):
                yield fault(keyword, part=SafeText(part), detail=clean(str(status)))


def _of_errors(flags: HostErrors | None) -> Iterator[Fault]:
    if flags is None:
        return
    evidence = clean(str(flags))
    for bit, keyword, part in _ERRORS:
        if flags.errors & bit:
            yield fault(keyword, part=SafeText(part), detail=evidence, stops=True)
    if flags.errors & ~_KNOWN_ERRORS:
        yield fault("other", detail=evidence, stops=True)
    for bit, keyword, part in _WARNINGS:
        if flags.warnings & bit:
            yield fault(keyword, part=SafeText(part), detail=evidence, stops=False)
