"""Service functions: what citizens come for, judged from the devices it needs. Pure."""

from collections.abc import Mapping
from enum import StrEnum

from agent.config import Function
from probes.reading import State


class FunctionState(StrEnum):
    """up: all needs work; degraded: they work with trouble; down: one does not; unknown: cannot be told."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    UNKNOWN = "unknown"


_DOWN = frozenset({State.FAILED, State.UNREACHABLE})
_UP = frozenset({State.OK, State.ASLEEP})


def function_state(function: Function, states: Mapping[str, State]) -> FunctionState:
    """What a function can do now. A need that is down decides, then one that is unknown."""
    needs = [states.get(need, State.UNKNOWN) for need in function.needs]
    if any(state in _DOWN for state in needs):
        return FunctionState.DOWN
    if not needs or State.UNKNOWN in needs:
        return FunctionState.UNKNOWN
    return FunctionState.UP if all(state in _UP for state in needs) else FunctionState.DEGRADED
