"""What the office keeps in stock: how much is left, and for how many working days. Pure; [stock.ID]'s options.

Figures that the counts do not carry are None: a wrong number of days is worse than none.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from types import MappingProxyType

from alerts.office import Office
from probes.reading import NO_TEXT, Actor
from probes.text import SafeText

PACE_DAYS = 90
LEAST_DROPS = 3
LEAST_WORKING_DAYS = 5
TAKES = ("cards", "pages", "cuts", "meters", "replaced")
"""What a device shows to have taken one from stock: a card or page printed, a cut, a metre, a supply replaced."""
_SATURDAY = 5
_MOST_DELIVERY_DAYS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing in stock.

    id: its name. label, unit: as people call it ("Blangko KTP-el", "lembar"). low: at so few it must be ordered.
    delivery_days: working days from an order to its arrival. takes: what devices take from it, by device. device,
    supply: instead of counting by hand, this supply's level as that device tells it, in percent. actor: who orders.
    """

    id: str = ""
    label: SafeText = NO_TEXT
    unit: SafeText = NO_TEXT
    low: float = 0.0
    delivery_days: float = 0.0
    takes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    device: str = ""
    supply: str = ""
    actor: Actor = Actor.COUNTER

    def __post_init__(self) -> None:
        if self.low < 0:
            msg = "low: must be 0 or more"
            raise ValueError(msg)
        if not 0 <= self.delivery_days <= _MOST_DELIVERY_DAYS:
            msg = f"delivery_days: must be 0 to {_MOST_DELIVERY_DAYS}"
            raise ValueError(msg)
        for what in self.takes.values():
            if what not in TAKES:
                msg = f"takes: {what!r} cannot be seen; there are: {', '.join(TAKES)}"
                raise ValueError(msg)
        if bool(self.device) is not bool(self.supply):
            msg = "supply: belongs to device; write both or none"
            raise ValueError(msg)
        if self.device and self.takes:
            msg = "takes: stands beside device; what a device tells is not counted by hand"
            raise ValueError(msg)

    def is_of(self, supply: Sequence[str]) -> bool:
        """Whether it is this supply of a device: device, and the supply's name, colour and type."""
        return supply[0] == self.device and self.supply.lower() in {part.lower() for part in supply[1:]}

    @property
    def name(self) -> str:
        """What to call it."""
        return self.label or self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How much there was from a moment on (UTC epoch seconds), and who said so."""

    at: float
    amount: float
    who: SafeText = NO_TEXT
    note: SafeText = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How an item stands. amount None: nobody has counted it yet. days_left: working days; counted: when last."""

    amount: float | None = None
    days_left: float | None = None
    counted: float | None = None
    low: bool = False


def level(item: Item, counts: Sequence[Count], office: Office, now: float) -> Level:
    """How an item stands. counts: oldest first."""
    if not counts:
        return Level()
    amount = counts[-1].amount
    pace = daily_use(counts, office, now)
    days = None if pace is None else amount / pace
    low = amount <= item.low or (days is not None and days <= item.delivery_days)
    return Level(amount=amount, days_left=days, counted=counts[-1].at, low=low)


def daily_use(counts: Sequence[Count], office: Office, now: float) -> float | None:
    """How much a working day takes, by the last PACE_DAYS; None while too little was seen. What came in is no use."""
    seen = [one for one in counts if now - PACE_DAYS * 86_400 <= one.at <= now]
    drops = [max(0.0, before.amount - after.amount) for before, after in pairwise(seen)]
    if sum(drop > 0 for drop in drops) < LEAST_DROPS:
        return None
    days = working_days(office, office.local(seen[0].at).date(), office.local(now).date())
    return sum(drops) / days if days >= LEAST_WORKING_DAYS else None


def working_days(office: Office, first: date, last: date) -> int:
    """On how many days the office opens, from the first to the last, both included; without hours Monday to Friday."""
    days = (first + timedelta(days=step) for step in range((last - first).days + 1))
    return sum(bool(office.times(day)) if office.hours else day.weekday() < _SATURDAY for day in days)


def was_filled(counts: Sequence[Count], since: float) -> bool:
    """Whether something came in since a moment."""
    return any(after.at >= since and after.amount > before.amount for before, after in pairwise(counts))


_DETAIL = re.compile(r"amount=(\S+) days=(\S*) delivery=(\S+) unit=(.*)")


def detail(item: Item, known: Level) -> str:
    """How an item stands, as its ticket keeps it; numbers that every language can tell."""
    days = "" if known.days_left is None else f"{known.days_left:.0f}"
    unit = "%" if item.device else item.unit
    return f"amount={known.amount or 0:g} days={days} delivery={item.delivery_days:g} unit={unit}"


def from_detail(text: str) -> tuple[str, str, str, str] | None:
    """Amount, days left ("" unknown), delivery days and unit of what detail() wrote; None for anything else."""
    match = _DETAIL.fullmatch(text)
    return None if match is None else (match[1], match[2], match[3], match[4])
