"""What looking at one part of the PC gives, and how its metrics are declared."""

from dataclasses import dataclass, field

from probes.reading import Fault, Metric, MetricType, Sample
from probes.text import SafeText, clean


@dataclass(slots=True, kw_only=True)
class Found:
    """What the parts found so far. told: which of them this PC can tell about at all.

    skipped: code and part of what could not be judged this time.
    """

    faults: list[Fault] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    told: dict[str, bool] = field(default_factory=dict)
    skipped: set[tuple[str, SafeText]] = field(default_factory=set)

    def sample(self, metric: Metric, value: float, *labels: str) -> None:
        """Add one value."""
        self.samples.append(Sample(metric=metric, value=value, labels=tuple(SafeText(clean(x)) for x in labels)))


def gauge(name: str, text: str, *labels: str) -> Metric:
    """A gauge jagaloket_host_NAME."""
    return Metric(name=f"jagaloket_host_{name}", type=MetricType.GAUGE, help=text, labels=labels)
