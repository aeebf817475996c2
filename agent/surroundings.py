"""What is known around a fault from the configuration: causes, functions, and who else sees it. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from agent.config import Config, Function
from agent.function import impact
from agent.hours import OPENING_SECONDS, IsOpen, may_be_off
from agent.place import Plan
from agent.trust import believed
from alerts.incident import Context, Key
from alerts.season import Window
from probes.reading import Device, Fault, State
from probes.text import SafeText, clean

_SHARED = frozenset(
    {
        *("internet-down", "dns-failed", "captive-portal", "internet-filtered"),
        *("vpn-down", "service-down", "tls-invalid"),
    }
)
"""What all counters of a site see, for they share one way out."""
_KEY_BYTES = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """All devices together.

    site: the office's code or name; "" where neither was given. is_open: the office's hours. opening_seconds: so
    long after opening things may still be off. always_on: devices that never are. windows: the maintenance under way
    at a moment.
    """

    plan: Plan = field(default_factory=Plan)
    functions: tuple[Function, ...] = ()
    site: str = ""
    is_open: IsOpen = lambda _: None
    opening_seconds: float = OPENING_SECONDS
    always_on: frozenset[str] = frozenset()
    windows: Callable[[float], tuple[Window, ...]] = lambda _: ()

    @classmethod
    def of(cls, config: Config) -> "Surroundings":
        """As the configuration tells them."""
        site = config.office.code or config.office.name
        return cls(
            plan=Plan.of(config.watched),
            functions=config.functions,
            site=site,
            is_open=believed(config.office.is_open),
            opening_seconds=config.office.warmup_minutes * 60,
            always_on=frozenset(item.device.id for item in config.watched if item.always_on),
            windows=config.office.windows,
        )

    def is_quiet(self, device: str, code: str, wall: float) -> bool:
        """Whether this fault is no news yet: the thing may be off now, or somebody works on it."""
        if any(window.concerns(device) for window in self.windows(wall)):
            return True
        return device not in self.always_on and may_be_off(code, wall, self.is_open, self.opening_seconds)

    def context(
        self,
        device: Device,
        fault: Fault,
        cause: Key | None,
        states: Mapping[str, State],
        facts: Mapping[str, SafeText],
    ) -> Context:
        """What a ticket keeps of the moment in which its fault began."""
        return Context(
            cause=cause,
            impact=impact(self.functions, states, device.id, fault),
            shared_key=self._shared_key(device, fault, facts),
        )

    def _shared_key(self, device: Device, fault: Fault, facts: Mapping[str, SafeText]) -> str:
        """The same at all counters that see the same fault of the same thing; "" where that cannot be told."""
        if device.id in self.plan.links:
            who = "internet" if fault.code in _SHARED else ""
        else:
            who = device.asset.get("serial") or facts.get("serial") or ""
        return clean(f"{self.site}/{who}/{fault.code}/{fault.part}", _KEY_BYTES) if self.site and who else ""
