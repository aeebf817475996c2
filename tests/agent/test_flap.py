"""Flapping: the weighted share of changes, over looks and over slots of time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.flap import CHANGES, Flap, seen, share


def run(period_seconds: float, look_seconds: float, for_seconds: float, start: Flap | None = None) -> Flap:
    """A fault that comes and goes in this period, looked at in this rhythm."""
    flap, now = start or Flap(), 0.0
    while now < for_seconds:
        flap = seen(flap, stands=int(now * 2 // period_seconds) % 2 == 0, now=now)
        now += look_seconds
    return flap


def test_the_share_weighs_recent_changes_more() -> None:
    assert share(0) == 0.0
    assert share((1 << CHANGES) - 1) == pytest.approx(1.0)
    assert share(1) == pytest.approx(1.25 / CHANGES)
    assert share(1 << (CHANGES - 1)) == pytest.approx(0.75 / CHANGES)


def test_one_fault_and_its_end_are_no_flapping() -> None:
    flap = seen(seen(Flap(), stands=True, now=0), stands=False, now=30)
    assert not flap.flapping


def test_an_hour_long_fault_twice_in_an_afternoon_is_no_flapping() -> None:
    assert not run(7_200, 15, 14_400).flapping


@pytest.mark.parametrize("period_seconds", [4, 60, 300, 1_200, 1_800])
def test_what_comes_and_goes_is_found_out(period_seconds: float) -> None:
    assert run(period_seconds, min(15.0, period_seconds / 4), max(4 * period_seconds, 4_500)).flapping


def test_flapping_ends_when_it_has_been_still_for_a_while() -> None:
    flap = run(60, 15, 600)
    assert flap.flapping
    now = 600.0
    while flap.flapping:
        now += 15
        flap = seen(flap, stands=False, now=now)
    assert 600 < now < 3_600


def test_an_hour_of_stillness_ends_it_however_long_it_flapped() -> None:
    flap, now = run(1_200, 15, 36_000), 36_000.0
    assert flap.flapping
    while flap.flapping:
        now += 15
        flap = seen(flap, stands=flap.stands, now=now)
    assert now - 36_000 <= 4_200
    assert not seen(flap, stands=not flap.stands, now=now + 15).flapping


def test_the_count_tells_how_often_it_changed() -> None:
    flap = run(60, 15, 3_600)
    assert 100 < flap.count <= 121


def test_what_is_still_is_forgotten() -> None:
    flap = run(60, 15, 600)
    for step in range(400):
        flap = seen(flap, stands=False, now=600 + 60 * step)
    assert flap.quiet


@given(states=st.lists(st.booleans(), max_size=60), gaps=st.lists(st.floats(0, 4_000), min_size=60, max_size=60))
def test_the_last_state_is_always_right_and_what_is_kept_is_bounded(states: list[bool], gaps: list[float]) -> None:
    flap, now = Flap(), 0.0
    for state, gap in zip(states, gaps, strict=False):
        now += gap
        flap = seen(flap, stands=state, now=now)
        assert flap.stands is state
        assert max(flap.looks.bit_length(), flap.slots.bit_length()) <= CHANGES
