"""How a state looks on the board: a colour and a shape together, so that nobody needs to see colours."""

from agent.function import FunctionState
from alerts.markup import Html, tag
from probes.reading import State

LOOKS = {
    State.OK: ("good", "good"),
    State.ASLEEP: ("calm", "calm"),
    State.DEGRADED: ("warn", "warn"),
    State.FAILED: ("bad", "bad"),
    State.UNREACHABLE: ("bad", "gone"),
    State.UNKNOWN: ("blank", "blank"),
}
"""The tone (a class of pages/board.html) and the shape (a symbol there) of each state."""
SERVICE_LOOKS = {
    FunctionState.UP: LOOKS[State.OK],
    FunctionState.DEGRADED: LOOKS[State.DEGRADED],
    FunctionState.DOWN: LOOKS[State.FAILED],
    FunctionState.UNKNOWN: LOOKS[State.UNKNOWN],
}


def symbol(shape: str) -> Html:
    """A shape of the page's own set; the words beside it say the same."""
    return tag("svg", tag("use", href=f"#{shape}"), aria_hidden="true")
