"""Writes a month of an office: true faults, and all that only looks like one. Seeded; knows nothing of the agent."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from tests.simulate.office import CLOSES, COUNTERS, DAY, DAYS, HOUR, MINUTE, NIGHT_OWL, OPENS, works
from tests.simulate.truth import Change, Month, Truth

_STATED = {
    "printer-resi": ("media-empty", "cover-open", "media-jam"),
    "printer-kartu": ("media-empty", "marker-supply-empty", "cover-open"),
    "antrean": ("media-jam", "toner-empty", "queue-stuck"),
    "antrean-2": ("media-jam", "toner-empty"),
    "printer-lantai": ("media-jam:tray 1", "media-empty:tray 2"),
    "pc": ("disk-full:/", "overheating"),
    "internet": ("service-down:siak", "tls-invalid:siak"),
}
_SLOTS = (8.1 * HOUR, 10.4 * HOUR, 12.7 * HOUR)
"""Stories begin within an hour of these, so that one ends before the next begins."""
_NIGHTLY_RATIO = 0.08


@dataclass(slots=True)
class _Pen:
    """What has been written so far. busy: until when a counter's device has a story."""

    chance: Random
    truths: list[Truth] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    off: list[tuple[int, float, float]] = field(default_factory=list)
    busy: dict[tuple[int, str], float] = field(default_factory=dict)
    noise: int = 0

    def change(self, counter: int, device: str, says: str, at: float) -> None:
        self.changes.append(Change(at=at, counter=counter, device=device, says=says))

    def fault(  # noqa: PLR0913 - a fault has as many sides
        self, counter: int, device: str, says: str, begins: float, ends: float, *, story: str
    ) -> None:
        """A true fault that one device shows."""
        self.change(counter, device, says, begins)
        self.change(counter, device, "fine", ends)
        self.truth(counter, {device}, says, begins, ends, story=story)

    def truth(  # noqa: PLR0913 - as above
        self, counter: int, devices: set[str], says: str, begins: float, ends: float, *, story: str
    ) -> None:
        """Write down what really happened, and keep these devices out of other stories."""
        code = says.partition(":")[0]
        made = Truth(counter=counter, devices=frozenset(devices), code=code, begins=begins, ends=ends, story=story)
        self.truths.append(made)
        self.hold(counter, devices, ends)

    def hold(self, counter: int, devices: set[str], until: float) -> None:
        for device in devices:
            self.busy[counter, device] = max(until + 30 * MINUTE, self.busy.get((counter, device), 0.0))

    def free(self, counter: int, at: float, *devices: str) -> bool:
        return all(self.busy.get((counter, device), 0.0) <= at for device in devices)


Story = Callable[[_Pen, int, float], bool]
"""Writes itself at a counter and a second; False when its devices are in another story."""


def write(seed: int, days: int = DAYS) -> Month:
    """The month of this seed."""
    pen = _Pen(chance=Random(seed))  # noqa: S311 - a script, no secret
    for day in filter(works, range(days)):
        for counter in range(len(COUNTERS)):
            for slot in _SLOTS:
                _slot(pen, counter, day * DAY + slot + pen.chance.random() * HOUR)
            _noise(pen, counter, day * DAY)
    for counter in range(len(COUNTERS)):
        _nights(pen, counter, days)
    changes = sorted(pen.changes, key=lambda one: one.at)
    return Month(truths=tuple(pen.truths), changes=tuple(changes), off=tuple(sorted(pen.off)), noise=pen.noise)


def _slot(pen: _Pen, counter: int, at: float) -> None:
    names, weights = zip(*_STORIES.items(), strict=True)
    for _ in range(5):
        (story,) = pen.chance.choices(names, weights)
        if story(pen, counter, at):
            return


def _stated(pen: _Pen, counter: int, at: float) -> bool:
    device = pen.chance.choice([name for name in _STATED if name in COUNTERS[counter]])
    if not pen.free(counter, at, device):
        return False
    ends = at + pen.chance.uniform(3, 75) * MINUTE
    if pen.chance.random() < _NIGHTLY_RATIO:
        ends = _next_morning(at)
    pen.fault(counter, device, pen.chance.choice(_STATED[device]), at, ends, story="stated")
    return True


def _next_morning(at: float) -> float:
    day = int(at // DAY) + 1
    while not works(day):
        day += 1
    return day * DAY + OPENS + 40 * MINUTE


def _unplugged(pen: _Pen, counter: int, at: float) -> bool:
    device = pen.chance.choice(("iris", "sidik-jari"))
    if not pen.free(counter, at, "iris", "sidik-jari"):
        return False
    pen.fault(counter, device, "not-connected", at, at + pen.chance.uniform(1, 60) * MINUTE, story="unplugged")
    return True


def _silent(pen: _Pen, counter: int, at: float) -> bool:
    if not pen.free(counter, at, "printer-lantai", "internet", "pc"):
        return False
    ends = at + pen.chance.uniform(5, 70) * MINUTE
    pen.fault(counter, "printer-lantai", "not-responding", at, ends, story="silent")
    return True


def _link(pen: _Pen, counter: int, at: float) -> bool:
    if not pen.free(counter, at, "internet", "printer-lantai"):
        return False
    code = pen.chance.choice(("cable-unplugged", "no-address", "gateway-down", "internet-down"))
    ends = at + pen.chance.uniform(2, 70) * MINUTE
    pen.fault(counter, "internet", code, at, ends, story=f"link: {code}")
    if code != "internet-down":
        _follow(pen, counter, {"printer-lantai": "not-responding"}, at, ends)
    return True


def _power(pen: _Pen, counter: int, at: float) -> bool:
    """The mains fail; the PC runs on, on its battery."""
    if not pen.free(counter, at, "pc", "internet", "printer-lantai", "printer-resi"):
        return False
    ends = at + pen.chance.uniform(3, 60) * MINUTE
    tell = {"pc", "ups"} & COUNTERS[counter].keys()
    for device in sorted(tell):
        pen.change(counter, device, "on-battery", at + pen.chance.uniform(0, 5))
        pen.change(counter, device, "fine", ends + pen.chance.uniform(0, 5))
    pen.truth(counter, tell, "on-battery", at, ends, story="power")
    gone = {"printer-lantai": "not-responding", "printer-resi": "not-connected", "internet": "gateway-down"}
    _follow(pen, counter, gone, at, ends)
    return True


def _went_off(pen: _Pen, counter: int, at: float) -> bool:
    """The mains fail, and the PC with them; when it is back, the rest of the office still starts."""
    devices = set(COUNTERS[counter])
    if not pen.free(counter, at, *devices):
        return False
    back = at + pen.chance.uniform(3, 40) * MINUTE
    pen.off.append((counter, at, back))
    pen.fault(counter, "pc", "reboot-unclean", back, back + 5 * MINUTE, story="went off")
    _follow(pen, counter, {"printer-lantai": "not-responding", "internet": "gateway-down"}, at, back)
    pen.hold(counter, devices, back + 10 * MINUTE)
    return True


def _hub(pen: _Pen, counter: int, at: float) -> bool:
    if not pen.free(counter, at, "iris", "sidik-jari"):
        return False
    ends = at + pen.chance.uniform(2, 60) * MINUTE
    for device in ("iris", "sidik-jari"):
        pen.change(counter, device, "not-connected", at + pen.chance.uniform(0, 2))
        pen.change(counter, device, "fine", ends + pen.chance.uniform(0, 2))
    pen.truth(counter, {"iris", "sidik-jari"}, "not-connected", at, ends, story="hub")
    return True


def _print_service(pen: _Pen, counter: int, at: float) -> bool:
    queues = {name for name in COUNTERS[counter] if name.startswith("antrean")}
    if not pen.free(counter, at, *queues):
        return False
    ends = at + pen.chance.uniform(2, 60) * MINUTE
    for device in sorted(queues):
        pen.change(counter, device, "service-failed:cups", at)
        pen.change(counter, device, "fine", ends)
    pen.truth(counter, queues, "service-failed:cups", at, ends, story="cups")
    return True


def _flapping(pen: _Pen, counter: int, at: float) -> bool:
    """A loose plug: one fault, however often it shows."""
    if not pen.free(counter, at, "iris", "sidik-jari"):
        return False
    period, device = pen.chance.choice((20.0, 120.0, 600.0, 1_200.0)), pen.chance.choice(("iris", "sidik-jari"))
    ends, now = at + pen.chance.uniform(30, 80) * MINUTE, at
    while now < ends:
        pen.change(counter, device, "not-connected", now)
        pen.change(counter, device, "fine", now + period / 2)
        now += period
    pen.truth(counter, {device}, "not-connected", at, now, story="flapping")
    pen.hold(counter, {"iris", "sidik-jari"}, now)
    return True


_STORIES: dict[Story, float] = {
    _stated: 52,
    _unplugged: 14,
    _silent: 8,
    _link: 10,
    _power: 5,
    _went_off: 3,
    _hub: 4,
    _print_service: 3,
    _flapping: 4,
}


def _follow(pen: _Pen, counter: int, symptoms: dict[str, str], begins: float, ends: float) -> None:
    """What falls and returns with something else."""
    for device, says in symptoms.items():
        pen.change(counter, device, says, begins + pen.chance.uniform(0, 20))
        pen.change(counter, device, "fine", ends + pen.chance.uniform(5, 75))
        pen.hold(counter, {device}, ends + 2 * MINUTE)


def _noise(pen: _Pen, counter: int, midnight: float) -> None:
    """What only looks like a fault, a few times a day."""
    for _ in range(pen.chance.randint(2, 5)):
        at = midnight + pen.chance.uniform(OPENS, CLOSES - HOUR)
        device = pen.chance.choice(list(COUNTERS[counter]))
        says, seconds = pen.chance.choice(
            (("asleep", 20 * MINUTE), ("blind", 13 * MINUTE), ("flicker", 0.5), ("hush", pen.chance.uniform(20, 45)))
        )
        if says == "flicker":
            says = "not-connected" if device in ("iris", "sidik-jari") else "cover-open"
        elif says == "hush":
            device, says = "printer-lantai", "not-responding"
        around = [other for other in ("internet", "pc") if says == "not-responding"]
        if not all(_still(pen, counter, one, at, seconds) for one in (device, *around)):
            continue
        pen.change(counter, device, says, at)
        pen.change(counter, device, "fine", at + seconds)
        pen.hold(counter, {device}, at + seconds)
        pen.noise += 1


def _still(pen: _Pen, counter: int, device: str, at: float, seconds: float) -> bool:
    """Whether no story has this device around this time."""
    margin = 30 * MINUTE
    return not any(
        one.counter == counter and one.device == device and at - margin <= one.at <= at + seconds + margin
        for one in pen.changes
    ) and not any(
        one.counter == counter and device in one.devices and one.begins - margin <= at <= one.ends + margin
        for one in pen.truths
    )


def _nights(pen: _Pen, counter: int, days: int) -> None:
    """Most PCs are off while the office is closed; at the one that is not, everything else is."""
    ends = 0.0
    for day in filter(works, range(days)):
        begins = day * DAY + OPENS - pen.chance.uniform(5, 25) * MINUTE
        if counter != NIGHT_OWL:
            pen.off.append((counter, ends, begins))
        elif day:
            _dark(pen, counter, ends, begins)
        ends = day * DAY + CLOSES + pen.chance.uniform(10, 60) * MINUTE
    if counter != NIGHT_OWL:
        pen.off.append((counter, ends, days * DAY))


def _dark(pen: _Pen, counter: int, begins: float, ends: float) -> None:
    """Printers and the switch are off from people's going to their coming."""
    for device, says in (("printer-lantai", "not-responding"), ("internet", "gateway-down"), ("iris", "not-connected")):
        if all(_still(pen, counter, device, begins + part * (ends - begins), 0.0) for part in (0.0, 0.5, 1.0)):
            pen.change(counter, device, says, begins - pen.chance.uniform(0, 20) * MINUTE)
            pen.change(counter, device, "fine", ends + pen.chance.uniform(0, 4) * MINUTE)
            pen.noise += 1
