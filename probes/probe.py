"""What a kind of probe is. A new kind is one file in probes/kinds/ with one subclass of Probe."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar

from probes.reading import NO_TEXT, Metric, Reading
from probes.text import SafeText


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm:
    """How many looks make a fault and how many end it.

    looks: looks in a row that must state a fault before it stands.
    misses: silent looks in a row before "not-responding" stands.
    good: looks in a row without the fault before it has ended.
    relook_seconds: how soon the next look comes while a stated fault is not yet decided either way;
    silence is decided by the ordinary rounds.
    blind_seconds: how long looking may be impossible before "not-observable" stands.
    """

    looks: int = 2
    misses: int = 3
    good: int = 2
    relook_seconds: float = 1.0
    blind_seconds: float = 900.0

    def __post_init__(self) -> None:
        for name in ("looks", "misses", "good"):
            if getattr(self, name) < 1:
                msg = f"{name}: must be 1 or more looks"
                raise ValueError(msg)
        if self.relook_seconds <= 0 or self.blind_seconds <= 0:
            msg = "relook_seconds: this and blind_seconds must be above 0"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A device that discovery found, ready to be written into a configuration.

    id: a short name for the table, [a-z0-9-]+; discovery makes it unique.
    options: the probe's options as TOML values, without kind, role and label.
    identity: what tells this very piece of equipment from others of its model ("serial:J5RK012345",
    "host:192.0.2.21", "uuid:...", "mac:..."); two candidates that share one are the same equipment.
    """

    id: str
    kind: str
    label: SafeText
    role: str = ""
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    note: SafeText = NO_TEXT
    identity: frozenset[str] = frozenset()


@dataclass(kw_only=True)
class Probe(ABC):
    """One configured look at one device.

    A subclass is a dataclass: its init fields are its options in the configuration, with their types and
    defaults; __post_init__ raises ValueError("option: what is wrong; what to write instead") on a bad value.
    Fields with init=False hold what a probe keeps between looks (sockets, last counters). The watch never
    runs two looks of one probe at once, and gives each look a thread of its own, so read() may block up to
    deadline_seconds; beyond that the look counts as failed, and what cannot be interrupted must run in a
    child process (probes.wire.child).
    """

    interval_seconds: ClassVar[float] = 15.0
    deadline_seconds: ClassVar[float] = 10.0
    confirm: ClassVar[Confirm] = Confirm()
    metrics: ClassVar[tuple[Metric, ...]] = ()
    tells_power: ClassVar[bool] = False
    """Whether it knows of the mains: then it is asked at once when another device vanishes."""

    @abstractmethod
    def read(self) -> Reading:
        """Look once. Raises ProbeError when looking itself was impossible."""

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None] | None:
        """Call wake() from any thread when a look is due at once (a hotplug event); return how to stop.

        None, the default: this probe is looked at by the clock alone.
        """
        del wake
        return None

    @classmethod
    def discover(cls) -> Iterator[Candidate]:
        """Find devices of this kind on this PC, without touching them. The default finds none."""
        yield from ()

    def close(self) -> None:  # noqa: B027 - most probes keep nothing open
        """Give back sockets and handles; called when the agent stops or reloads its configuration."""
