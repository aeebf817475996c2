"""Whose fault it was: every second of downtime is given to one cause. Pure.

Where incidents overlap, the graver counts, then the older; a symptom is its root's. So the parts add up to the whole.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from alerts.incident import Incident
from alerts.intervals import Intervals, intersection, subtraction, total
from probes.reading import NOT_RESPONDING, Actor, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What stopped devices. device, code: of the root; "" where nothing was written down. actor: who mends it.

    seconds: of downtime in service time, over all devices. incidents: how many roots of this kind stood.
    """

    device: str
    code: str
    actor: Actor | None
    seconds: float
    incidents: int


_NOBODY = ("", "", None)


def causes(down: Mapping[str, Intervals], incidents: Sequence[Incident]) -> tuple[Cause, ...]:
    """What caused this downtime (by device), the worst first."""
    known = {one.id: one for one in incidents}
    seconds: dict[tuple[str, str, Actor | None], float] = {}
    roots: dict[tuple[str, str, Actor | None], set[int]] = {}
    for device, lost in down.items():
        rest = lost
        for one in _gravest(incidents, device):
            stood = intersection(rest, ((one.started, one.ended if one.ended is not None else float("inf")),))
            if stood:
                root = known.get(one.cause, one) if one.cause is not None else one
                key = (root.device, root.code, root.actor)
                seconds[key] = seconds.get(key, 0.0) + total(stood)
                roots.setdefault(key, set()).add(root.id)
                rest = subtraction(rest, stood)
        if rest:
            seconds[_NOBODY] = seconds.get(_NOBODY, 0.0) + total(rest)
    found = [
        Cause(device=key[0], code=key[1], actor=key[2], seconds=lost, incidents=len(roots.get(key, ())))
        for key, lost in seconds.items()
    ]
    return tuple(sorted(found, key=lambda one: -one.seconds))


def by_actor(found: Iterable[Cause]) -> Mapping[Actor | None, float]:
    """Seconds of downtime by who mends it, the most first."""
    summed: dict[Actor | None, float] = {}
    for one in found:
        summed[one.actor] = summed.get(one.actor, 0.0) + one.seconds
    return dict(sorted(summed.items(), key=lambda pair: -pair[1]))


def _gravest(incidents: Iterable[Incident], device: str) -> list[Incident]:
    mine = [one for one in incidents if one.device == device and (one.ended is None or one.started < one.ended)]
    return sorted(mine, key=lambda one: (-_rank(one), one.started, one.id))


def _rank(one: Incident) -> int:
    return Severity.BLOCKING.rank if one.code == NOT_RESPONDING else one.severity.rank
