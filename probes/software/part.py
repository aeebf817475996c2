"""What looking at one side of a program gives."""

from dataclasses import dataclass
from typing import Protocol

from probes.reading import Actor, Fault, Metric, MetricType, Sample, Severity
from probes.text import clean

UP = Metric(
    name="jagaloket_software_up",
    type=MetricType.GAUGE,
    help="Whether a program's process, unit, port or output is as it should be.",
    labels=("check",),
)
NOT_RUNNING = "process-not-running"
UNIT_FAILED = "service-failed"
NOT_LISTENING = "port-not-listening"
STALE = "file-stale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Whether it is as it should be; None: that cannot be told now. fault: why not. samples: beside UP."""

    up: bool | None
    fault: Fault | None = None
    samples: tuple[Sample, ...] = ()


class Check(Protocol):
    """One side of a program. name: the value of UP's label. codes: the faults it can state."""

    name: str
    codes: tuple[str, ...]

    def look(self) -> Found:
        """Look once. Raises ProbeError where this PC does not tell."""


def wrong(code: str, actor: Actor, detail: str, severity: Severity = Severity.BLOCKING) -> Found:
    """It is not as it should be."""
    return Found(up=False, fault=Fault(code=code, severity=severity, actor=actor, detail=clean(detail, 200)))
