"""How long a supply lasts: a number only where the levels carry one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.pace import WEEK_SECONDS, days_left, replaced_at

DAY = 86_400.0


def falling(days: int, per_day: float, start: float = 1.0) -> list[tuple[float, float]]:
    """One level a day, falling evenly."""
    return [(day * DAY, start - day * per_day) for day in range(days + 1)]


def test_an_even_pace_gives_the_days_that_are_left() -> None:
    assert days_left(falling(14, 0.02), 14 * DAY) == pytest.approx(36, abs=0.5)


def test_less_than_a_week_gives_none() -> None:
    assert days_left(falling(6, 0.02), 6.9 * DAY) is None


def test_fewer_than_three_drops_give_none() -> None:
    assert days_left([(0, 1.0), (3 * DAY, 0.9), (5 * DAY, 0.8)], 8 * DAY) is None


def test_warning_steps_are_no_measurement() -> None:
    assert days_left([(0, 1.0), (5 * DAY, 0.1), (9 * DAY, 0.01), (12 * DAY, 0.0)], 15 * DAY) is None


def test_a_level_that_does_not_fall_gives_none() -> None:
    assert days_left([(day * DAY, 0.5 + (day % 2) / 100) for day in range(15)], 14 * DAY) is None


def test_a_weekend_counts_as_it_will_in_the_week_to_come() -> None:
    levels = [(0.0, 1.0)]
    for day in range(1, 15):
        if day % 7 < 5:
            levels.append((day * DAY, levels[-1][1] - 0.02))
    assert days_left(levels, 14 * DAY) == pytest.approx(levels[-1][1] / (0.02 * 5 / 7), rel=0.15)


def test_after_a_replacement_only_the_new_cartridge_counts() -> None:
    levels = [*falling(20, 0.04, 0.9), (21 * DAY, 1.0), (22 * DAY, 0.99)]
    assert replaced_at(levels) == 21 * DAY
    assert days_left(levels, 23 * DAY) is None


def test_a_rise_that_falls_back_is_a_sensors_mood() -> None:
    assert replaced_at([(0, 0.3), (1, 0.9), (2, 0.31)]) is None


def test_a_small_rise_is_no_replacement() -> None:
    assert replaced_at([(0, 0.3), (1, 0.45), (2, 0.44)]) is None


def test_no_levels_tell_nothing() -> None:
    assert (days_left([], 0), replaced_at([])) == (None, None)


@given(
    st.lists(st.tuples(st.floats(0, 60 * DAY), st.floats(0, 1)), max_size=60).map(sorted),
    st.floats(0, 4 * WEEK_SECONDS),
)
def test_days_left_are_never_negative_and_never_an_error(levels: list[tuple[float, float]], later: float) -> None:
    now = (levels[-1][0] if levels else 0) + later
    days = days_left(levels, now)
    assert days is None or days >= 0
