"""Exact arithmetic on stretches of time. Pure; what every figure of a report is made of.

A set of moments is a tuple of (start, end) in UTC epoch seconds, end not included: sorted, apart from each other,
none empty. union() makes such a tuple from anything; the others expect them and return them.
"""

from collections.abc import Iterable, Sequence

Interval = tuple[float, float]
Intervals = tuple[Interval, ...]

NEVER: Intervals = ()


def union(*sets: Iterable[Interval]) -> Intervals:
    """Every moment that lies in at least one of the sets; they may overlap, be out of order or hold empty stretches."""
    found: list[Interval] = []
    for start, end in sorted(one for each in sets for one in each if one[0] < one[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def intersection(one: Intervals, other: Intervals) -> Intervals:
    """Every moment that lies in both."""
    found: list[Interval] = []
    mine, theirs = 0, 0
    while mine < len(one) and theirs < len(other):
        start, end = max(one[mine][0], other[theirs][0]), min(one[mine][1], other[theirs][1])
        if start < end:
            found.append((start, end))
        if one[mine][1] < other[theirs][1]:
            mine += 1
        else:
            theirs += 1
    return tuple(found)


def subtraction(one: Intervals, other: Intervals) -> Intervals:
    """Every moment of the first that does not lie in the second."""
    found: list[Interval] = []
    at = 0
    for start, end in one:
        while at < len(other) and other[at][1] <= start:
            at += 1
        rest, index = start, at
        while index < len(other) and other[index][0] < end:
            if rest < other[index][0]:
                found.append((rest, other[index][0]))
            rest = max(rest, other[index][1])
            index += 1
        if rest < end:
            found.append((rest, end))
    return tuple(found)


def clip(one: Intervals, start: float, end: float) -> Intervals:
    """Every moment from start on and before end."""
    return intersection(one, ((start, end),)) if start < end else NEVER


def total(one: Iterable[Interval]) -> float:
    """How long they last together, in seconds."""
    return sum(end - start for start, end in one)


def holds(one: Sequence[Interval], moment: float) -> bool:
    """Whether a moment lies in it."""
    return any(start <= moment < end for start, end in one)
