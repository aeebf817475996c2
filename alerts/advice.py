"""What to buy, repair or settle in the month after, from a month's figures. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from alerts.figures import LEAST_FAILURES
from alerts.reportparts import DeviceLine, Report, StockLine
from alerts.spent import Spent
from probes.reading import Actor, Device

POOR_AVAILABILITY = 0.95
MUCH_SECONDS = 4 * 3_600.0
"""So much downtime in a month that others caused is worth a letter to them."""


class Kind(StrEnum):
    """What to do."""

    BUY = "buy"
    RESTOCK = "restock"
    REPAIR = "repair"
    CLAIM = "claim"
    FINISH = "finish"
    OBSERVE = "observe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One thing to do. Of supply, stock, line, actor and count those are given that the kind is about."""

    kind: Kind
    device: Device | None = None
    supply: Spent | None = None
    stock: StockLine | None = None
    line: DeviceLine | None = None
    actor: Actor | None = None
    seconds: float = 0.0
    count: int = 0


def advice(report: Report) -> tuple[Advice, ...]:
    """The most urgent first: what is used up, what fails, what others owe, what is left to do."""
    return (*_buy(report), *_repair(report), *_claim(report), *_rest(report))


def _buy(report: Report) -> Iterator[Advice]:
    devices = {one.known.member.device.id: one.known.member.device for one in report.devices}
    for one in report.stock:
        if one.is_low:
            yield Advice(kind=Kind.RESTOCK, stock=one)
    for supply in report.spent:
        if supply.runs_out:
            yield Advice(kind=Kind.BUY, supply=supply, device=devices.get(supply.supply[0]))


def _repair(report: Report) -> Iterator[Advice]:
    """Devices that failed often or long by themselves; what a root elsewhere stopped is not theirs."""
    own = {one.device: 0.0 for one in report.causes}
    for one in report.causes:
        own[one.device] += one.seconds if one.actor in (Actor.COUNTER, Actor.TECHNICIAN, Actor.VENDOR) else 0.0
    for line in report.devices:
        device, figures = line.known.member.device, line.figures
        often = len(figures.failures) >= LEAST_FAILURES
        poor = figures.availability is not None and figures.availability < POOR_AVAILABILITY
        if (often or poor) and own.get(device.id, 0.0) > 0:
            yield Advice(kind=Kind.REPAIR, device=device, line=line)


def _claim(report: Report) -> Iterator[Advice]:
    for actor in (Actor.PROVIDER, Actor.CENTRAL, Actor.POWER):
        seconds = sum(one.seconds for one in report.causes if one.actor is actor)
        if seconds >= MUCH_SECONDS:
            yield Advice(kind=Kind.CLAIM, actor=actor, seconds=seconds)


def _rest(report: Report) -> Iterator[Advice]:
    if report.work.left:
        yield Advice(kind=Kind.FINISH, count=len(report.work.left))
    if report.service and report.watched < report.service / 2:
        yield Advice(kind=Kind.OBSERVE, seconds=report.service - report.watched)
