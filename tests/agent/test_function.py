"""Service functions: what citizens can come for now."""

import pytest

from agent.config import Function
from agent.function import FunctionState, function_state
from probes.reading import State
from probes.text import clean

PEREKAMAN = Function(id="perekaman", label=clean("Perekaman"), needs=("sidik-jari", "internet"))


@pytest.mark.parametrize(
    ("scanner", "internet", "expected"),
    [
        (State.OK, State.OK, FunctionState.UP),
        (State.OK, State.ASLEEP, FunctionState.UP),
        (State.OK, State.DEGRADED, FunctionState.DEGRADED),
        (State.FAILED, State.OK, FunctionState.DOWN),
        (State.UNREACHABLE, State.UNKNOWN, FunctionState.DOWN),
        (State.OK, State.UNKNOWN, FunctionState.UNKNOWN),
        (State.DEGRADED, State.UNKNOWN, FunctionState.UNKNOWN),
    ],
)
def test_a_function_is_judged_by_its_needs(scanner: State, internet: State, expected: FunctionState) -> None:
    assert function_state(PEREKAMAN, {"sidik-jari": scanner, "internet": internet}) is expected


def test_a_need_never_seen_makes_the_function_unknown() -> None:
    assert function_state(PEREKAMAN, {"internet": State.OK}) is FunctionState.UNKNOWN


def test_a_function_without_needs_cannot_be_told() -> None:
    assert function_state(Function(id="x", label=clean("x"), needs=()), {}) is FunctionState.UNKNOWN
