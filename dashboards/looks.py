"""Units, colours and words for values: the same state has the same colour on every board."""

from dataclasses import dataclass, replace

from dashboards.words import codes

GREEN, YELLOW, ORANGE, RED, BLUE, GREY = "green", "yellow", "orange", "red", "blue", "#8e8e8e"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """unit: Grafana's id of it. steps: the colour from a value on, rising, the first from anywhere.

    words: for a value, its key in the language file and its colour. top: the end of the scale; least: as far as an
    axis goes at least, since Grafana draws one of zeros alone up to 100. loud: in tables the colour is
    behind the word, not in it.
    """

    unit: str
    steps: tuple[tuple[float, str], ...] = ((0, BLUE),)
    words: tuple[tuple[int | str, str, str], ...] = ()
    top: float | None = None
    least: float | None = None
    decimals: int | None = None
    loud: bool = False


STATE_CODES = {"ok": 0, "asleep": 1, "degraded": 2, "unknown": 3, "unreachable": 4, "failed": 5}
"""The number that stands for a device's state on state timelines, the gravest highest."""
_STATE_COLOURS = {
    "ok": GREEN,
    "asleep": BLUE,
    "degraded": YELLOW,
    "unknown": GREY,
    "unreachable": ORANGE,
    "failed": RED,
}

STATE = Look(
    unit="none", words=tuple((code, f"state.{name}", _STATE_COLOURS[name]) for name, code in STATE_CODES.items())
)
SITUATION = Look(
    unit="none",
    words=((0, "state.ok", GREEN), (1, "state.degraded", YELLOW), (2, "state.failed", RED), (3, "state.silent", GREY)),
)
"""An office or a counter as a whole."""
WORKS = Look(unit="none", words=((0, "value.down", RED), (1, "value.up", GREEN)))
OPEN = Look(unit="none", words=((0, "value.closed", GREY), (1, "value.open", GREEN)))
YES = Look(unit="none", words=((0, "value.no", RED), (1, "value.yes", GREEN)))

_TEXT = ((0.0, "text"),)
"""As plain text: blue would look like a link."""
SEVERITY = Look(
    unit="string",
    loud=True,
    words=(
        ("notice", "severity.notice", BLUE),
        ("degraded", "severity.degraded", YELLOW),
        ("blocking", "severity.blocking", RED),
    ),
)
ACTOR = Look(
    unit="string",
    steps=_TEXT,
    words=tuple(
        (actor, f"actor.{actor}", "text")
        for actor in ("counter", "technician", "vendor", "provider", "central", "power")
    ),
)
STATUS = Look(
    unit="string",
    words=(
        ("new", "status.new", RED),
        ("open", "status.open", ORANGE),
        ("taken", "status.taken", BLUE),
        ("recovered", "status.recovered", GREEN),
        ("closed", "status.closed", GREY),
    ),
)
FAULT, ROLE, TASK = (
    Look(unit="string", steps=_TEXT, words=tuple((code, f"{kind}.{code}", "text") for code in codes(kind)))
    for kind in ("fault", "role", "task")
)
COLOUR = Look(
    unit="string",
    steps=_TEXT,
    words=tuple(
        (colour, f"colour.{colour}", "text")
        for colour in ("black", "cyan", "magenta", "yellow", "white", "clear", "multi")
    ),
)

PLAIN = Look(unit="short", least=4, decimals=0)
GOOD_COUNT = Look(unit="short", steps=((0, GREEN),), decimals=0)
TROUBLE = Look(unit="short", steps=((0, GREEN), (1, RED)), decimals=0)
WAITING = Look(unit="short", steps=((0, GREEN), (1, YELLOW), (20, RED)), decimals=0)
AVAILABLE = Look(unit="percentunit", steps=((0, RED), (0.95, YELLOW), (0.99, GREEN)), top=1, decimals=2)
LOSS = Look(unit="percentunit", steps=((0, GREEN), (0.02, YELLOW), (0.1, RED)), least=0.1, decimals=1)
LATENCY = Look(unit="s", steps=((0, GREEN), (0.2, YELLOW), (0.5, RED)), least=0.1)
SUPPLY = Look(unit="percentunit", steps=((0, RED), (0.1, YELLOW), (0.25, GREEN)), top=1, decimals=0)
DAYS_LEFT = Look(unit="suffix:unit.days", steps=((0, RED), (7, YELLOW), (21, GREEN)), decimals=0)
DAYS_IF_KNOWN = replace(DAYS_LEFT, words=(("Infinity", "state.unknown", GREY),))
"""Of queries that write Inf where nobody can tell: so what is unknown comes after what is urgent, and says so."""
USED = Look(unit="percentunit", steps=((0, GREEN), (0.8, YELLOW), (0.95, RED)), top=1, decimals=0)
SECONDS = Look(unit="s", least=1)
DURATION = Look(unit="s", decimals=0)
AGE = Look(unit="s", steps=((0, GREEN), (900, YELLOW), (86400, RED)), decimals=0)
WHEN = Look(unit="dateTimeFromNow", steps=_TEXT)
CELSIUS = Look(unit="celsius", steps=((0, GREEN), (80, YELLOW), (95, RED)))
BYTES = Look(unit="bytes")
BITS = Look(unit="bps")
PER_DAY = Look(unit="suffix:unit.per_day", least=4, decimals=0)
