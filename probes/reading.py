"""The words every room shares: what a look at a device found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from probes.text import SafeText

NO_TEXT = SafeText("")
NOT_RESPONDING = "not-responding"
"""The one fault code that means silence; every other fault is stated by a device or by the kernel."""
NOT_OBSERVABLE = "not-observable"
"""The agent's own notice that it could not look at a device for long: unknown is not OK, and not silent."""


class Severity(StrEnum):
    """How much a fault hinders the counter. Ordered by rank."""

    NOTICE = "notice"
    DEGRADED = "degraded"
    BLOCKING = "blocking"

    @property
    def rank(self) -> int:
        """0 for notice, 1 for degraded, 2 for blocking."""
        return list(Severity).index(self)


class Actor(StrEnum):
    """Who can mend a fault."""

    COUNTER = "counter"
    TECHNICIAN = "technician"
    VENDOR = "vendor"
    PROVIDER = "provider"
    CENTRAL = "central"
    POWER = "power"


class State(StrEnum):
    """One word for a device, as metrics, pages and the command line show it."""

    OK = "ok"
    DEGRADED = "degraded"
    FAILED = "failed"
    ASLEEP = "asleep"
    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"


class MetricType(StrEnum):
    """Prometheus' metric types that the agent uses."""

    GAUGE = "gauge"
    COUNTER = "counter"


class ProbeError(Exception):
    """Looking itself was impossible: it makes a device's health unknown, never failed.

    The message says what, where and what to do next, and is already clean.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One piece of equipment as the office knows it."""

    id: str
    kind: str
    label: SafeText
    role: str = ""
    responsible: str = ""
    asset: Mapping[str, SafeText] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong with a device.

    code: the standard's own keyword (PWG 5100.9, RFC 8011 printer-state-reasons, interface.md's list).
    part: which tray, supply, layer or target, where there are several; with code it is the fault's key.
    detail: the evidence, for a technician. certain: a second look could not tell otherwise, so one is enough.
    """

    code: str
    severity: Severity
    actor: Actor
    part: SafeText = NO_TEXT
    detail: SafeText = NO_TEXT
    certain: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """What makes two looks' faults the same fault: code and part."""
        return (self.code, self.part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric family, declared beside the probe that fills it.

    name: as exposed, base units, a counter's with its _total (prometheus.io naming rules).
    labels: the label names after "device", which the exporter adds itself.
    """

    name: str
    type: MetricType
    help: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One value of a metric; values of labels stand in the order of metric.labels."""

    metric: Metric
    value: float
    labels: tuple[SafeText, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All that one look found. Reachable, status and capability are three things, never one.

    reachable: the device answered (for USB: it is on the bus).
    asleep: it says that it saves power; that is healthy.
    facts: identity: vendor, model, serial, firmware, and what else a kind names.
    capabilities: what this device can tell at all; False is "cannot tell", never "fine". One that cannot tell its
    "status" is unknown as long as it states no fault.
    skipped: fault codes this look could not judge (a layer behind the failing one): a standing fault
    among them neither ends nor is confirmed by this look. skipped_parts: the same for one part only (code and part).
    """

    reachable: bool
    asleep: bool = False
    faults: tuple[Fault, ...] = ()
    samples: tuple[Sample, ...] = ()
    facts: Mapping[str, SafeText] = field(default_factory=lambda: MappingProxyType({}))
    capabilities: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    skipped: frozenset[str] = frozenset()
    skipped_parts: frozenset[tuple[str, str]] = frozenset()

    def judged(self, code: str, part: str) -> bool:
        """Whether this look could tell of that fault: then its absence means something."""
        return code not in self.skipped and (code, part) not in self.skipped_parts

    @property
    def state(self) -> State:
        """What this one look says, before any debouncing."""
        if not self.reachable:
            return State.UNREACHABLE
        worst = max((fault.severity.rank for fault in self.faults), default=-1)
        if worst >= Severity.BLOCKING.rank:
            return State.FAILED
        if worst >= Severity.DEGRADED.rank:
            return State.DEGRADED
        if self.capabilities.get("status") is False:
            return State.UNKNOWN  # it answers, but does not tell how it is: unknown is never OK
        return State.ASLEEP if self.asleep else State.OK
