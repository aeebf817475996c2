"""How long a supply lasts at the pace seen so far, and when it was replaced. Pure arithmetic on levels.

Levels are (UTC epoch seconds, share left 0 to 1), oldest first, one for each change that was seen. Figures that
the data do not carry are None: a wrong number of days is worse than none.
"""

from collections.abc import Sequence

Levels = Sequence[tuple[float, float]]

WEEK_SECONDS = 7 * 86_400.0
LEAST_DROPS = 3
REPLACED_RISE = 0.2
"""A rise of so much that stays is a new cartridge; less is a sensor's mood (LibreNMS logs every rise)."""
_COARSE = frozenset({1.0, 0.1, 0.01, 0.0})
"""Some printers (Canon LBP and MF) know these four levels only: steps of a warning, not a measurement."""


def replaced_at(levels: Levels) -> float | None:
    """When the supply was last replaced; None when no replacement was seen.

    A rise counts when the next level seen, if there is one, confirms it.
    """
    found = None
    for index in range(1, len(levels)):
        before, (at, level) = levels[index - 1][1], levels[index]
        rose = level - before >= REPLACED_RISE
        fell_back = index + 1 < len(levels) and levels[index + 1][1] - before < REPLACED_RISE / 2
        if rose and not fell_back:
            found = at
    return found


def days_left(levels: Levels, now: float) -> float | None:
    """Days until the supply is used up; None when the levels do not allow to say.

    Only whole weeks count, so that closed days weigh as they do in the week to come; at least three drops must
    have been seen in them, and the steps must be finer than a warning's.
    """
    start = replaced_at(levels)
    used = [one for one in levels if start is None or one[0] >= start]
    if len(used) < LEAST_DROPS + 1 or {round(level, 3) for _, level in used} <= _COARSE:
        return None
    weeks = int((now - used[0][0]) // WEEK_SECONDS)
    if weeks < 1:
        return None
    since = now - weeks * WEEK_SECONDS
    opening = [level for at, level in used if at <= since][-1]
    inside = [level for at, level in used if at > since]
    drops = sum(after < before for before, after in zip([opening, *inside], inside, strict=False))
    fallen = opening - used[-1][1]
    if drops < LEAST_DROPS or fallen <= 0:
        return None
    return used[-1][1] / fallen * weeks * 7
