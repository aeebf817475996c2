"""depends_on: what is wrong with what devices say of each other."""

from collections.abc import Collection, Mapping

from agent.options import Mistakes
from agent.tables import device_is_there


def check(wanted: Mapping[str, tuple[str, ...]], known: Collection[str], mistakes: Mistakes) -> None:
    """Every device named must be there, and none may depend on itself, however long the way round.

    wanted: for each device those that it depends on; known: every device of the configuration.
    """
    for name, needs in wanted.items():
        for index, need in enumerate(needs):
            device_is_there(need, known, ("device", name, "depends_on", index), mistakes)
    told: set[str] = set()
    for name in wanted:
        round_trip = _circle(name, wanted)
        if round_trip and told.isdisjoint(round_trip):
            told.update(round_trip)
            message = f"goes in a circle ({' -> '.join((*round_trip, name))}); take one of these out"
            mistakes.add(("device", name, "depends_on"), message)


def _circle(start: str, wanted: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The way from a device back to itself; empty when there is none."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    while ways:
        way = ways.pop()
        for need in wanted.get(way[-1], ()):
            if need == start:
                return way
            if need not in seen:
                seen.add(need)
                ways.append((*way, need))
    return ()
