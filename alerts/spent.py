"""What supplies were used up in a month, from the levels that were seen. Pure."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alerts.levels import Supply
from alerts.pace import REPLACED_RISE, days_left
from probes.text import clean

_MONTH_AHEAD_DAYS = 31.0
LOW_RATIO = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """One supply. used: shares of a full one that were used (1.5: one and a half); replaced: how often it was.

    left: share at the end. days_left: None where the levels do not allow to say.
    """

    supply: Supply
    used: float
    replaced: int
    left: float
    days_left: float | None

    @property
    def runs_out(self) -> bool:
        """Whether it is likely to run out in the month after: buy one."""
        if self.days_left is not None:
            return self.days_left <= _MONTH_AHEAD_DAYS
        return self.left <= LOW_RATIO


def spent(
    levels: Mapping[Supply, Sequence[tuple[float, float]]], ids: Mapping[str, str], start: float, end: float
) -> tuple[Spent, ...]:
    """What was used from start to end (UTC epoch seconds). ids: a device's last id by each that it had."""
    found = [
        _spent((clean(ids[supply[0]]), *supply[1:]), seen, start, end)
        for supply, seen in levels.items()
        if supply[0] in ids and any(at < end for at, _ in seen)
    ]
    return tuple(sorted(found, key=lambda one: one.supply))


def _spent(supply: Supply, seen: Sequence[tuple[float, float]], start: float, end: float) -> Spent:
    until = [one for one in seen if one[0] < end]
    before = [level for at, level in until if at < start]
    steps = before[-1:] + [level for at, level in until if at >= start]
    changes = [after - now for now, after in itertools.pairwise(steps)]
    return Spent(
        supply=supply,
        used=-sum(change for change in changes if change < 0),
        replaced=sum(1 for change in changes if change >= REPLACED_RISE),
        left=until[-1][1],
        days_left=days_left(until, end),
    )
