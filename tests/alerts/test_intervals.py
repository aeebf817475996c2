"""Arithmetic on stretches of time, against sets of single seconds."""

from hypothesis import given
from hypothesis import strategies as st

from alerts.intervals import Intervals, clip, holds, intersection, subtraction, total, union

MOST = 60
PIECES = st.lists(
    st.tuples(st.integers(0, MOST), st.integers(0, MOST)).map(lambda pair: (float(pair[0]), float(pair[1])))
)


def seconds(one: Intervals) -> set[int]:
    return {second for start, end in one for second in range(int(start), int(end))}


def is_sound(one: Intervals) -> bool:
    edges = [edge for piece in one for edge in piece]
    return edges == sorted(set(edges))


@given(PIECES, PIECES)
def test_each_operation_is_what_it_is_for_sets_of_seconds(
    first: list[tuple[float, float]], second: list[tuple[float, float]]
) -> None:
    one, other = union(first), union(second)
    for found, wanted in (
        (union(one, other), seconds(one) | seconds(other)),
        (intersection(one, other), seconds(one) & seconds(other)),
        (subtraction(one, other), seconds(one) - seconds(other)),
    ):
        assert seconds(found) == wanted
        assert is_sound(found)
        assert total(found) == len(wanted)


@given(PIECES)
def test_a_union_of_any_pieces_is_sound(pieces: list[tuple[float, float]]) -> None:
    found = union(pieces)
    assert is_sound(found)
    assert seconds(found) == {second for start, end in pieces for second in range(int(start), int(end))}


@given(PIECES, st.integers(0, MOST), st.integers(0, MOST))
def test_clipping_keeps_what_lies_within(pieces: list[tuple[float, float]], start: int, end: int) -> None:
    found = clip(union(pieces), start, end)
    assert seconds(found) == seconds(union(pieces)) & set(range(start, end))
    assert all(holds(union(pieces), second) for second in seconds(found))


@given(PIECES, PIECES)
def test_parts_and_rest_make_the_whole(first: list[tuple[float, float]], second: list[tuple[float, float]]) -> None:
    one, other = union(first), union(second)
    assert total(intersection(one, other)) + total(subtraction(one, other)) == total(one)


def test_fractions_of_seconds_are_kept() -> None:
    assert subtraction(((0.25, 2.5),), ((0.5, 1.0),)) == ((0.25, 0.5), (1.0, 2.5))
