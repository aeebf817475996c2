"""What a monthly report is made of, and what it is: figures without words. What is not known is None or empty."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from alerts.archive import Order
from alerts.blame import Cause
from alerts.figures import LEAST_FAILURES, Figures
from alerts.identity import Known
from alerts.incident import Incident, Ticket
from alerts.levels import Supply
from alerts.office import Office
from alerts.outages import Outage
from alerts.past import Past
from alerts.roster import Roster
from alerts.spent import Spent
from probes.reading import NO_TEXT
from probes.text import SafeText


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLine:
    """One thing in the cupboard. left: of unit; days_left: working days it lasts; None where it cannot be told."""

    item: SafeText
    left: float
    unit: SafeText = NO_TEXT
    days_left: float | None = None
    is_low: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a report is made of. start, end: of the month; made: now; all UTC epoch seconds.

    present: what is watched now, for a month of which nothing else is known. levels: (time, share left) by supply.
    used: what counters counted, by device and counter. outages: of the link, also those that began before.
    """

    office: Office
    start: float
    end: float
    made: float
    past: Past
    present: Roster
    levels: Mapping[Supply, Sequence[tuple[float, float]]]
    used: Mapping[tuple[str, str], float]
    incidents: Sequence[Incident] = ()
    orders: Sequence[Order] = ()
    outages: Sequence[Outage] = ()
    stock: Sequence[StockLine] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceLine:
    """One device. pages: printed in the month; None where it does not count them."""

    known: Known
    figures: Figures
    pages: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLine:
    """One service function."""

    id: str
    label: SafeText
    figures: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of the month, all devices together, in seconds of service time."""

    day: date
    service: float
    down: float
    unknown: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """The work orders. opened: faults of the month; closed: mended; left: not yet; untaken: nobody did anything.

    acknowledged: seconds of service time from a fault's first sign until a person did something, each.
    planned: regular work, unlike all the others.
    """

    opened: int
    closed: int
    left: tuple[Ticket, ...]
    untaken: int
    acknowledged: tuple[float, ...]
    planned: tuple[Ticket, ...]

    @property
    def mtta(self) -> float | None:
        """Mean time to acknowledge in seconds of service time; None: not enough data."""
        return sum(self.acknowledged) / len(self.acknowledged) if len(self.acknowledged) >= LEAST_FAILURES else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The month. end: of what can be told: the month's end, or now. service, watched, untrusted: seconds of it."""

    office: Office
    start: float
    end: float
    made: float
    whole: bool
    service: float
    watched: float
    untrusted: float
    planned: float
    devices: tuple[DeviceLine, ...]
    functions: tuple[ServiceLine, ...]
    causes: tuple[Cause, ...]
    outages: tuple[Outage, ...]
    work: Work
    spent: tuple[Spent, ...]
    stock: tuple[StockLine, ...]
    days: tuple[Day, ...]
