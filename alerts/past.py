"""From stretches of watching to what each device was when. Pure.

Where the PC's clock was put back, a moment was lived through twice: the later watching counts. What was watched
under a clock that could not be trusted counts as not watched.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from alerts.chronicle import Change, Stretch
from alerts.intervals import NEVER, Interval, Intervals, clip, intersection, subtraction, union
from alerts.roster import Roster, Service, read
from probes.reading import State

UP = frozenset({State.OK, State.ASLEEP})
DOWN = frozenset({State.FAILED, State.UNREACHABLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """When a device or a function was watched, fine, working with trouble, and down. The rest is unknown."""

    watched: Intervals = NEVER
    fine: Intervals = NEVER
    hindered: Intervals = NEVER
    down: Intervals = NEVER

    @property
    def up(self) -> Intervals:
        """It could be worked with."""
        return union(self.fine, self.hindered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A span of time. devices, functions: lives by id. rosters: what was watched, each with its first moment.

    watched: when the agent watched at all. untrusted: when it did under a clock that could not be trusted.
    """

    devices: Mapping[str, Life] = field(default_factory=lambda: MappingProxyType({}))
    functions: Mapping[str, Life] = field(default_factory=lambda: MappingProxyType({}))
    rosters: tuple[tuple[float, Roster], ...] = ()
    watched: Intervals = NEVER
    untrusted: Intervals = NEVER


def past(stretches: Sequence[Stretch], start: float, end: float) -> Past:
    """What was when, from start to end (UTC epoch seconds). stretches: in the order in which they were watched."""
    texts = {one.roster: read(one.roster) for one in stretches}
    pieces: dict[str, dict[str, list[Interval]]] = {}
    functions: dict[str, list[Life]] = {}
    covered: Intervals = NEVER
    for one in reversed([one for one in stretches if one.trusted]):
        free = subtraction(clip(union([(one.since, one.until)]), start, end), covered)
        lives = _lives(one, texts[one.roster], free)
        for name, life in lives.items():
            _gather(pieces.setdefault(name, {}), life)
        for service in texts[one.roster].services:
            functions.setdefault(service.id, []).append(_service(service, lives, free))
        covered = union(covered, free)
    return Past(
        devices={name: _joined(found) for name, found in pieces.items()},
        functions={name: _together(found) for name, found in functions.items()},
        rosters=_rosters(stretches, texts),
        watched=covered,
        untrusted=clip(union((one.since, one.until) for one in stretches if not one.trusted), start, end),
    )


def _rosters(stretches: Sequence[Stretch], texts: Mapping[str, Roster]) -> tuple[tuple[float, Roster], ...]:
    """Only where the configuration changed."""
    found: list[tuple[float, Roster]] = []
    for one in stretches:
        if not found or found[-1][1] != texts[one.roster]:
            found.append((one.since, texts[one.roster]))
    return tuple(found)


def _lives(stretch: Stretch, roster: Roster, free: Intervals) -> dict[str, Life]:
    changes: dict[str, list[Change]] = {}
    for one in stretch.changes:
        changes.setdefault(one.device, []).append(one)
    return {one.device.id: _life(changes.get(one.device.id, []), stretch, free) for one in roster.members}


def _life(changes: Sequence[Change], stretch: Stretch, free: Intervals) -> Life:
    """One device in one stretch. A moment out of order is moved to where it can have been."""
    fine: list[Interval] = []
    hindered: list[Interval] = []
    down: list[Interval] = []
    at, state = stretch.since, State.UNKNOWN
    kinds = {State.DEGRADED: hindered, **dict.fromkeys(UP, fine), **dict.fromkeys(DOWN, down)}
    for moment, after in [*((one.at, one.state) for one in changes), (stretch.until, State.UNKNOWN)]:
        then = min(max(moment, at), stretch.until)
        if state in kinds:
            kinds[state].append((at, then))
        at, state = then, after
    parts = (intersection(union(each), free) for each in (fine, hindered, down))
    return Life(watched=free, **dict(zip(("fine", "hindered", "down"), parts, strict=True)))


def _service(service: Service, lives: Mapping[str, Life], free: Intervals) -> Life:
    """A function: down with any of its needs, else unknown, else hindered with any (as agent.function judges)."""
    needs = [lives.get(need, Life()) for need in service.needs]
    down = union(*(one.down for one in needs))
    known = free if needs else NEVER
    for one in needs:
        known = intersection(known, union(one.up, one.down))
    up = subtraction(known, down)
    hindered = intersection(up, union(*(one.hindered for one in needs)))
    return Life(watched=free, fine=subtraction(up, hindered), hindered=hindered, down=intersection(down, free))


def _gather(into: dict[str, list[Interval]], life: Life) -> None:
    for name in ("watched", "fine", "hindered", "down"):
        into.setdefault(name, []).extend(getattr(life, name))


def _joined(found: Mapping[str, Iterable[Interval]]) -> Life:
    return Life(**{name: union(each) for name, each in found.items()})


def _together(lives: Iterable[Life]) -> Life:
    found: dict[str, list[Interval]] = {}
    for one in lives:
        _gather(found, one)
    return _joined(found)
