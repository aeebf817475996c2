"""Service functions: what citizens come for, judged from the devices it needs. Pure."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from agent.config import Function
from alerts.incident import Impact
from probes.reading import NOT_RESPONDING, Fault, Severity, State


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


def impact(functions: Iterable[Function], states: Mapping[str, State], device: str, fault: Fault) -> Impact:
    """What a fault that begins now stops or hinders, and what citizens can still come for.

    states: of all devices, this one's as it was before. A notice hinders nothing.
    """
    if fault.severity is Severity.NOTICE:
        return Impact()
    blocking = fault.severity is Severity.BLOCKING or fault.code == NOT_RESPONDING
    after = {**states, device: State.FAILED if blocking else State.DEGRADED}
    hit = [item for item in functions if device in item.needs]
    down = tuple(item.label for item in hit if function_state(item, after) is FunctionState.DOWN)
    others = [item for item in functions if device not in item.needs]
    able = (FunctionState.UP, FunctionState.DEGRADED)
    return Impact(
        down=down,
        degraded=tuple(item.label for item in hit if item.label not in down),
        working=tuple(item.label for item in others if function_state(item, states) in able) if hit else (),
    )
