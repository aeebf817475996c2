"""A device whose answers the test writes."""

from collections.abc import Callable
from dataclasses import dataclass, field

from agent.watched import Watched
from probes.probe import Confirm, Probe
from probes.reading import Device, Reading
from probes.text import clean


@dataclass(kw_only=True)
class Scripted(Probe):
    """Answers with what say is: a Reading, or an exception to raise. on_read: called before each answer."""

    say: Reading | Exception = field(default_factory=lambda: Reading(reachable=True))
    on_read: Callable[[], None] = lambda: None
    reads: int = 0
    closed: int = 0
    wake: Callable[[], None] | None = None

    def read(self) -> Reading:
        self.reads += 1
        self.on_read()
        if isinstance(self.say, Exception):
            raise self.say
        return self.say

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None]:
        self.wake = wake

        def forget() -> None:
            self.wake = None

        return forget

    def close(self) -> None:
        self.closed += 1


def watched(
    name: str, probe: Probe, *, interval: float = 15.0, deadline: float = 10.0, confirm: Confirm | None = None
) -> Watched:
    """A Watched around a scripted device."""
    return Watched(
        device=Device(id=name, kind="scripted", label=clean(name)),
        probe=probe,
        interval_seconds=interval,
        deadline_seconds=deadline,
        confirm=confirm or Confirm(),
        source={"name": name, "interval": interval},
    )
