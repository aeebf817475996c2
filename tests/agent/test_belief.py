"""Whether the PC's clock may decide that work is due."""

import pytest

from agent.belief import LATEST_EPOCH_SECONDS, LEAP_SECONDS, STEADY_SECONDS, Belief
from probes.wire.clock import RELEASE_EPOCH_SECONDS

NOW = 1_795_484_700.0


def test_an_ordinary_day_is_believed() -> None:
    assert Belief().holds(NOW, 0.0, known=NOW - 86_400, synchronised=False)
    assert Belief().holds(NOW, 0.0, known=None, synchronised=False)


@pytest.mark.parametrize("wall", [0.0, RELEASE_EPOCH_SECONDS - 1.0, LATEST_EPOCH_SECONDS + 1.0, 4_076_000_000.0, 1e18])
def test_an_impossible_day_is_never_believed_whoever_says_so(wall: float) -> None:
    belief = Belief()
    assert not any(belief.holds(wall, hours * 3_600.0, known=None, synchronised=True) for hours in range(200))


def test_a_leap_needs_a_time_service_or_a_day_of_standing() -> None:
    belief, leapt = Belief(), NOW + LEAP_SECONDS + 60
    assert not belief.holds(leapt, 0.0, known=NOW, synchronised=False)
    assert not belief.holds(leapt + STEADY_SECONDS - 1, STEADY_SECONDS - 1, known=NOW, synchronised=False)
    assert belief.holds(leapt + STEADY_SECONDS, STEADY_SECONDS, known=NOW, synchronised=False)
    assert Belief().holds(leapt, 0.0, known=NOW, synchronised=True)


def test_a_leap_that_was_taken_back_begins_anew() -> None:
    belief, leapt = Belief(), NOW + LEAP_SECONDS + 60
    belief.holds(leapt, 0.0, known=NOW, synchronised=False)
    belief.holds(NOW, 60.0, known=NOW, synchronised=False)
    assert not belief.holds(leapt, STEADY_SECONDS + 30, known=NOW, synchronised=False)


def test_a_clock_that_goes_back_a_little_is_believed() -> None:
    assert Belief().holds(NOW - 3_600, 0.0, known=NOW, synchronised=False)
