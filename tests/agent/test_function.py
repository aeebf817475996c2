"""Service functions: what citizens can come for now."""

from dataclasses import replace

import pytest

from agent.config import Function
from agent.function import FunctionState, function_state, impact
from probes.reading import Actor, Fault, Severity, State
from probes.text import SafeText, clean

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


def test_a_fault_that_blocks_a_need_stops_the_function_and_names_what_still_works() -> None:
    functions = [
        Function(id="perekaman", label=SafeText("Perekaman"), needs=("iris", "internet")),
        Function(id="resi", label=SafeText("Cetak resi"), needs=("printer",)),
        Function(id="kartu", label=SafeText("Cetak kartu"), needs=("kartu",)),
    ]
    states = {"iris": State.OK, "internet": State.OK, "printer": State.ASLEEP, "kartu": State.FAILED}
    gone = Fault(code="not-connected", severity=Severity.BLOCKING, actor=Actor.COUNTER)
    found = impact(functions, states, "iris", gone)
    assert (found.down, found.degraded, found.working) == (("Perekaman",), (), ("Cetak resi",))
    slow = impact(functions, states, "iris", replace(gone, severity=Severity.DEGRADED))
    assert (slow.down, slow.degraded) == ((), ("Perekaman",))
    assert not impact(functions, states, "iris", replace(gone, severity=Severity.NOTICE))
    assert not impact(functions, states, "ups", gone)
