"""A laser or office printer asked in PJL over port 9100, for those without SNMP and IPP. Codes, not display text."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from probes.printer import PAGES_TOTAL, fault
from probes.raw.printer import RawPrinter
from probes.reading import Actor, Fault, Metric, ProbeError, Reading, Sample
from probes.text import SafeText, clean
from probes.wire import pjl
from probes.wire.pjl import Status
from probes.wire.stream import Question

FACTS_SECONDS = 3600.0
"""How often model and page counter are asked."""

_HEALTHY, _SLEEP = "", "asleep"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the codes from first to last mean. keyword: of probes.printer.CAUSES, "" healthy, "asleep" sleeping.

    stops: as in probes.printer.fault(); None: as ONLINE says.
    """

    first: int
    last: int
    keyword: str
    stops: bool | None = None
    part: str = ""
    actor: Actor | None = None


MEANINGS = (
    # HP, Printer Job Language Technical Reference, appendix "PJL Status Codes", and its Addendum; Lexmark,
    # Technical Reference, tables 3-12 to 3-14 (marked L). The first row that fits counts.
    Meaning(10002, 10002, "offline"),
    Meaning(10006, 10006, "toner-low", stops=False),  # L: also drum and fuser
    Meaning(10000, 10999, _HEALTHY),  # ready, warming up, printing, self test
    Meaning(11000, 11999, "media-empty", stops=False),  # one source is empty, printing goes on from another
    Meaning(12000, 12999, _HEALTHY),  # a tray is open or lifts; printing goes on
    Meaning(15000, 15999, "output-area-full"),  # goes offline when it is full
    Meaning(30000, 30999, "other"),  # continues by itself, where the printer is set so
    Meaning(32000, 32999, _HEALTHY),  # a command of the file system failed: a program's business
    Meaning(35078, 35078, _SLEEP),  # "Power Saver", as Xerox printers answer
    Meaning(35000, 35999, "service-needed", stops=False),  # prints on, with less
    Meaning(40000, 40000, _SLEEP),  # HP "sleep mode"; Brother HL-1110 and HL-L2360D answer so
    Meaning(40010, 40010, "marker-supply-missing", stops=True),
    Meaning(40019, 40019, "output-area-full", stops=True),
    Meaning(40021, 40021, "cover-open", stops=True),
    Meaning(40022, 40022, "media-jam", stops=True),
    Meaning(40026, 40027, "input-tray-missing", stops=True),
    Meaning(40028, 40028, "input-tray-missing", stops=True, part="envelope feeder"),  # L
    Meaning(40029, 40029, "output-tray-missing", stops=True),  # L
    Meaning(40038, 40038, "toner-low"),
    Meaning(40039, 40039, "toner-empty", stops=True),  # L
    Meaning(40050, 40078, "hardware-failure", stops=True),  # 50 to 72: fuser, laser, motors, memory
    Meaning(40079, 40079, "offline"),  # by hand, at the panel
    Meaning(40093, 40093, "media-jam", stops=True, part="duplexer"),
    Meaning(40119, 40119, "media-jam", stops=True),
    Meaning(40128, 40129, "opc-life-over", stops=True),
    Meaning(40130, 40130, "opc-near-eol"),
    Meaning(40131, 40132, "service-needed", part="transfer kit"),
    Meaning(40141, 40141, "marker-waste-full", stops=True),
    Meaning(40142, 40142, "marker-supply-missing", stops=True, part="drum"),
    Meaning(40000, 40999, "other", stops=True, actor=Actor.COUNTER),  # operator intervention required
    Meaning(41000, 41999, "media-empty", stops=True),  # nothing loaded that fits the job
    Meaning(42000, 42999, "media-jam", stops=True),
    Meaning(43000, 43999, "service-needed", stops=True, part="paper handling device"),
    Meaning(44000, 44999, "media-jam", stops=True),
    Meaning(50000, 50999, "hardware-failure", stops=True),
    Meaning(55000, 55999, "other"),  # a personality could not be entered
)


@dataclass(kw_only=True)
class PrinterPjl(RawPrinter):
    """A printer that answers PJL. Options as RawPrinter."""

    interval_seconds: ClassVar[float] = 60.0
    metrics: ClassVar[tuple[Metric, ...]] = (PAGES_TOTAL,)

    _facts: dict[str, SafeText] = field(default_factory=dict, init=False, repr=False)
    _pages: int | None = field(default=None, init=False, repr=False)
    _facts_at: float | None = field(default=None, init=False, repr=False)

    def questions(self) -> Sequence[Question]:
        """INFO STATUS; once an hour INFO ID and INFO PAGECOUNT as well."""
        status = pjl.question("STATUS")
        if self._facts_at is not None and self._clock() - self._facts_at < FACTS_SECONDS:
            return (status,)
        return (status, pjl.question("ID", optional=True), pjl.question("PAGECOUNT", optional=True))

    def judge(self, replies: Sequence[bytes]) -> Reading | None:
        """From code to reading; None without one. Raises ProbeError when the printer did not understand."""
        status = pjl.status(replies[0]) if replies else None
        if status is None:
            return None
        if len(replies) > 1:
            self._learn(replies[1:])
        meaning = meant(status)
        return Reading(
            reachable=True,
            asleep=meaning.keyword == _SLEEP,
            faults=tuple(_faults(status, meaning)),
            samples=() if self._pages is None else (Sample(metric=PAGES_TOTAL, value=self._pages),),
            facts=self._facts,
            # One code at a time: what a graver one hides is not told, and toner only as low or not.
            capabilities={"media": True, "cover": True, "supplies": False, "pages": self._pages is not None},
        )

    def _learn(self, replies: Sequence[bytes]) -> None:
        self._facts_at = self._clock()
        model = pjl.identity(replies[0])
        self._facts = {"model": model} if model else self._facts
        if len(replies) > 1:
            self._pages = pjl.pages(replies[1])


def meant(status: Status) -> Meaning:
    """The row of MEANINGS for a status. Raises ProbeError for a code that says nothing about the printer."""
    row = next((row for row in MEANINGS if row.first <= status.code <= row.last), None)
    if row is None:
        msg = f"{status} is no code of a printer's state; update its firmware, or ask it by SNMP or IPP"
        raise ProbeError(clean(msg, 300))
    return row


def _faults(status: Status, meaning: Meaning) -> Sequence[Fault]:
    if meaning.keyword in (_HEALTHY, _SLEEP):
        return ()
    stops = meaning.stops
    if stops is None and status.online is not None:
        stops = not status.online
    return (
        fault(
            meaning.keyword,
            part=SafeText(meaning.part),
            detail=clean(str(status)),
            stops=stops,
            actor=meaning.actor,
        ),
    )
