"""Which device is which over a month: renamed in the configuration, or replaced by another. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alerts.intervals import Interval, Intervals, union
from alerts.past import Life
from alerts.roster import Member, Roster
from probes.text import SafeText

Rosters = Sequence[tuple[float, Roster]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A device over a span. ids: all it had, the last one last. labels, serials: each once, in order.

    present: when it was in the configuration.
    """

    member: Member
    ids: tuple[str, ...]
    labels: tuple[SafeText, ...]
    serials: tuple[SafeText, ...]
    present: Intervals


def known(rosters: Rosters, start: float, end: float) -> tuple[Known, ...]:
    """The devices of a span, in the order of the last configuration; those that left follow.

    Two ids that never stood beside each other and have the same serial number, or the same asset numbers, are one
    device that was renamed. What the first roster names is taken to have been there from the start.
    """
    heirs = _heirs(rosters)
    members: dict[str, list[Member]] = {}
    present: dict[str, list[Interval]] = {}
    edges = [start, *(max(start, at) for at, _ in rosters[1:]), end]
    for index, (_, roster) in enumerate(rosters):
        for one in roster.members:
            name = heirs.get(one.device.id, one.device.id)
            members.setdefault(name, []).append(one)
            present.setdefault(name, []).append((edges[index], edges[index + 1]))
    last = [one.device.id for one in rosters[-1][1].members] if rosters else []
    order = [name for name in last if name in members] + [name for name in members if name not in last]
    return tuple(_known(members[name], union(present[name])) for name in order)


def joined(lives: Mapping[str, Life], ids: Sequence[str]) -> Life:
    """The life of a device under all its ids."""
    found = [lives[name] for name in ids if name in lives]
    if len(found) == 1:
        return found[0]
    return Life(
        **{name: union(*(getattr(one, name) for one in found)) for name in ("watched", "fine", "hindered", "down")}
    )


def _known(members: Sequence[Member], present: Intervals) -> Known:
    return Known(
        member=members[-1],
        ids=tuple(dict.fromkeys(one.device.id for one in members)),
        labels=tuple(dict.fromkeys(one.device.label for one in members)),
        serials=tuple(dict.fromkeys(one.serial for one in members if one.serial)),
        present=present,
    )


def _heirs(rosters: Rosters) -> Mapping[str, str]:
    """Old ids and the ids under which these devices go on."""
    together: set[tuple[str, str]] = set()
    seen: dict[str, Member] = {}
    for _, roster in rosters:
        names = [one.device.id for one in roster.members]
        together |= {(one, other) for one in names for other in names}
        for one in roster.members:
            seen[one.device.id] = one if one.serial or one.device.id not in seen else seen[one.device.id]
    heirs: dict[str, str] = {}
    names = list(seen)
    for index, old in enumerate(names):
        new = next(
            (one for one in names[index + 1 :] if (old, one) not in together and _same(seen[old], seen[one])), ""
        )
        if new:
            heirs[old] = new
    return {old: _last(heirs, old) for old in heirs}


def _last(heirs: Mapping[str, str], name: str) -> str:
    while name in heirs:
        name = heirs[name]
    return name


def _same(one: Member, other: Member) -> bool:
    if one.device.kind != other.device.kind:
        return False
    if one.serial and other.serial:
        return one.serial == other.serial
    assets = [tuple(member.device.asset.get(key, "") for key in ("code", "register", "nup")) for member in (one, other)]
    return assets[0] == assets[1] and bool(assets[0][1] or assets[0][2])
