"""root(): which standing fault is the cause, and which only a symptom of it. Pure: no clock, no store.

What explains what, all of it about faults that mean "it cannot be reached":
- the layers of one link: the lowest that failed explains those above it;
- a fallen link explains devices beyond it; a lost cable or address also those in the office's network;
- power that failed, or a PC that lost its power, explains what vanished within POWER_SECONDS; however many tell
  of it, the first is the fault;
- a stopped CUPS is one fault, however many of its queues say so;
- a hub that is gone explains what hangs on it; without a hub under watch, devices of one hub that vanish
  within HUB_SECONDS are one fault;
- what the configuration says with depends_on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agent.place import Place, Plan, Way
from probes.reading import NOT_RESPONDING, Severity

Key = tuple[str, str, str]
"""Device, the fault's code, its part."""

WINDOW_SECONDS = 90.0
"""A symptom seen this long before its cause still belongs to it: silence and link are not looked at in step."""
POWER_SECONDS = 90.0
HUB_SECONDS = 5.0
_CONTROLLER_DEVICES = 3
"""So many devices of one bus must vanish at once to blame the bus: two may be two hands."""

NOT_CONNECTED = "not-connected"
_LAYERS = (
    *("power-out", "cable-unplugged", "no-address", "gateway-down"),
    *("internet-down", "dns-failed", "captive-portal", "internet-filtered", "vpn-down", "service-down"),
)
"""From the wall outlet upwards, as probes/link asks them."""
_RANK = {code: rank for rank, code in enumerate(_LAYERS)}
_PASSING = frozenset({"tls-invalid", "service-slow", "high-loss", "high-latency"})
"""What a link says of its targets while a layer below is failing."""
_NEAR_LOST = frozenset({"power-out", "cable-unplugged", "no-address"})
_FAR_LOST = frozenset({*_NEAR_LOST, "gateway-down", "internet-down"})
_POWER = frozenset({"power-out", "on-battery", "reboot-unclean"})
POWERED = frozenset({NOT_RESPONDING, NOT_CONNECTED, "cable-unplugged", "no-address", "gateway-down", "internet-down"})
"""What a device or a line shows that lost its power."""
_PROGRAM = frozenset({"process-not-running", "service-failed", "port-not-listening", "file-stale"})
_GONE = frozenset({NOT_RESPONDING, NOT_CONNECTED, *_LAYERS, *_PASSING, *_PROGRAM})
"""What a device that others need can explain in them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One fault that stands.

    since: UTC epoch seconds of its first sign. order: the order in which faults were confirmed. cause: the fault on
    whose ticket it is noted, None when the ticket is its own. port: the USB port ("1-2.3"). interface: the network
    interface.
    """

    key: Key
    severity: Severity
    since: float
    order: int = 0
    cause: Key | None = None
    port: str = ""
    interface: str = ""

    @property
    def device(self) -> str:
        """Whose fault it is."""
        return self.key[0]

    @property
    def code(self) -> str:
        """Its keyword."""
        return self.key[1]

    @property
    def age(self) -> tuple[int, float, Key]:
        """Which of equals counts as first: the one whose ticket is there already."""
        return (self.order, self.since, self.key)


def root(effect: Standing, standing: Mapping[Key, Standing], plan: Plan) -> Key | None:
    """The fault that explains this one, and is explained by none itself; None when it is a root."""
    found: set[Key] = {effect.key}
    current = effect
    while True:
        causes = [one for one in standing.values() if one.key not in found and explains(one, current, standing, plan)]
        if not causes:
            return current.key if current.key != effect.key else None
        # What has a ticket of its own is asked first, then the deepest, then the oldest.
        current = min(causes, key=lambda one: (one.cause is not None, _RANK.get(one.code, len(_LAYERS)), one.age))
        found.add(current.key)
        if current.cause is not None and current.cause in standing and current.cause not in found:
            current = standing[current.cause]
            found.add(current.key)


def symptoms(cause: Standing, standing: Mapping[Key, Standing], plan: Plan) -> Iterable[Key]:
    """Which faults with tickets of their own this new one explains: those first seen shortly before it."""
    for one in standing.values():
        recent = abs(one.since - cause.since) <= WINDOW_SECONDS
        if one.cause is None and one.key != cause.key and recent and explains(cause, one, standing, plan):
            yield one.key


def explains(cause: Standing, effect: Standing, standing: Mapping[Key, Standing], plan: Plan) -> bool:
    """Whether one standing fault explains another."""
    if cause.key == effect.key:
        return False
    # Of two that could explain each other only the older does.
    if cause.device == effect.device:
        return _below(cause, effect) or (effect.code in _POWER and _power(cause, effect))
    return (
        _needed(cause, effect, plan)
        or _power(cause, effect)
        or _link(cause, effect, standing, plan)
        or _print_service(cause, effect)
        or _hub(cause, effect, standing)
    )


def _below(cause: Standing, effect: Standing) -> bool:
    """Two layers of one link; or the same device silent in two words."""
    if cause.code not in _RANK:
        return False
    if effect.code in _PASSING:
        return True
    return _RANK[cause.code] < _RANK.get(effect.code, -1)


def _needed(cause: Standing, effect: Standing, plan: Plan) -> bool:
    lost = cause.severity is Severity.BLOCKING or cause.code in _GONE
    return lost and effect.code in _GONE and plan.needs(effect.device, cause.device)


def _power(cause: Standing, effect: Standing) -> bool:
    """Power that failed, told by the PC, its UPS or the link; on battery alone is enough for what vanished with it.

    A PC that went off and came back finds the rest of the office still starting.
    """
    if cause.code not in _POWER or abs(effect.since - cause.since) > POWER_SECONDS:
        return False
    if effect.code in _POWER:
        return cause.age < effect.age
    return effect.code in POWERED


def _link(cause: Standing, effect: Standing, standing: Mapping[Key, Standing], plan: Plan) -> bool:
    place = plan.places.get(effect.device)
    if cause.device not in plan.links or place is None:
        return False
    if place.kind == "link":
        return _same_line(cause, effect)
    if effect.code != NOT_RESPONDING or place.way is Way.HERE:
        return False
    return _cut_off(place, cause, effect) and _no_way_left(place, standing, plan)


def _same_line(cause: Standing, effect: Standing) -> bool:
    """Two links over one interface fall together; the deeper layer explains, of one layer the older."""
    if not cause.interface or cause.interface != effect.interface or cause.code not in _RANK:
        return False
    mine, other = _RANK[cause.code], _RANK.get(effect.code, -1)
    return mine < other or effect.code in _PASSING or (mine == other and cause.age < effect.age)


def _cut_off(place: Place, cause: Standing, effect: Standing) -> bool:
    if place.way is Way.FAR:
        return cause.code in _FAR_LOST
    # A gateway is often the office's switch as well: what fell silent with it is taken as one fault.
    together = cause.code == "gateway-down" and abs(effect.since - cause.since) <= WINDOW_SECONDS
    return cause.code in _NEAR_LOST or together


def _no_way_left(place: Place, standing: Mapping[Key, Standing], plan: Plan) -> bool:
    """Where there are several links, one that still works means that this device is silent for itself."""
    lost = _FAR_LOST if place.way is Way.FAR else _NEAR_LOST | {"gateway-down"}
    fallen = {one.device for one in standing.values() if one.code in lost}
    return plan.links <= fallen


def _print_service(cause: Standing, effect: Standing) -> bool:
    return cause.key[1:] == effect.key[1:] == ("service-failed", "cups") and cause.age < effect.age


def _hub(cause: Standing, effect: Standing, standing: Mapping[Key, Standing]) -> bool:
    if cause.code != NOT_CONNECTED or effect.code != NOT_CONNECTED or not cause.port or not effect.port:
        return False
    if effect.port.startswith(f"{cause.port}."):
        return True
    if not cause.age < effect.age or abs(effect.since - cause.since) > HUB_SECONDS:
        return False
    shared = _parent(cause.port)
    if "-" in shared:
        return effect.port.startswith(f"{shared}.")
    bus = cause.port.partition("-")[0]
    together = [
        one
        for one in standing.values()
        if one.code == NOT_CONNECTED and one.port.startswith(f"{bus}-") and abs(one.since - cause.since) <= HUB_SECONDS
    ]
    return effect.port.startswith(f"{bus}-") and len(together) >= _CONTROLLER_DEVICES


def _parent(port: str) -> str:
    """The hub's own port: "1-2" for "1-2.3"; the bus, "1", for "1-2"."""
    hub, dot, _ = port.rpartition(".")
    return hub if dot else port.partition("-")[0]
