"""Turns samples into a page that Prometheus reads, whatever the samples are.

prometheus_client writes every line; what two pages have in common (a family's head, a line's name and labels) is
kept, so that a scrape costs one number per line.
"""

import math
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from agent.formats import OPENMETRICS, TEXT, Format
from probes.reading import Metric, MetricType, Sample
from probes.text import SafeText

DROPPED = Metric(
    name="jagaloket_samples_dropped_total",
    type=MetricType.COUNTER,
    help="Samples left out because the page would not be valid with them.",
    labels=("reason",),
)
DECLARATION = "declaration"
DUPLICATE = "duplicate"
VALUE = "value"

_STEMS_LIMIT = 2048
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_TOTAL = "_total"
_RESERVED = (_TOTAL, "_created", "_bucket", "_count", "_sum")


@dataclass(frozen=True, slots=True)
class _Registry(Collector):
    """What the library's encoders take: something that yields families."""

    family: Family

    def collect(self) -> Iterator[Family]:
        """The family as it is."""
        yield self.family


def fits(metric: Metric) -> bool:
    """Whether a page stays valid with this metric on it (prometheus.io naming rules, OpenMetrics 1.0)."""
    if metric.type is MetricType.COUNTER:
        name_fits = metric.name.endswith(_TOTAL)
    else:
        name_fits = not metric.name.endswith(_RESERVED)
    return (
        name_fits
        and all(_NAME.fullmatch(name) for name in (metric.name, *metric.labels))
        and len(set(metric.labels)) == len(metric.labels)
    )


class _Writer:
    """One metric's heads and line beginnings, as the library wrote them once."""

    def __init__(self, metric: Metric) -> None:
        self.metric = metric
        self._heads: dict[str, str] = {}
        self._stems: dict[tuple[SafeText, ...], str] = {}

    def head(self, form: Format) -> str:
        """The HELP and TYPE lines."""
        if form.content_type not in self._heads:
            page = form.encode(_Registry(self._family())).decode()
            self._heads[form.content_type] = page.removesuffix(form.end)
        return self._heads[form.content_type]

    def stem(self, labels: tuple[SafeText, ...]) -> str:
        """A line up to its value. Raises ValueError where a label is no text that UTF-8 can hold."""
        stem = self._stems.get(labels)
        if stem is None:
            family = self._family()
            family.add_metric(labels, 0)
            line = TEXT.encode(_Registry(family)).decode()
            stem = line.removeprefix(self.head(TEXT)).removesuffix("0.0\n")
            if len(self._stems) >= _STEMS_LIMIT:
                self._stems.clear()
            self._stems[labels] = stem
        return stem

    def _family(self) -> CounterMetricFamily | GaugeMetricFamily:
        make = CounterMetricFamily if self.metric.type is MetricType.COUNTER else GaugeMetricFamily
        return make(self.metric.name, self.metric.help, labels=self.metric.labels)


class Exposition:
    """Writes pages. What a page cannot hold is left out and counted; it never breaks the page.

    First come, first served: a metric that shares its name with an earlier one of the page and says something
    else about it is left out.
    """

    def __init__(self) -> None:
        self._writers: dict[Metric, _Writer] = {}
        self._dropped: Counter[str] = Counter({DECLARATION: 0, DUPLICATE: 0, VALUE: 0})
        self._lock = threading.Lock()

    def page(self, samples: Iterable[Sample], form: Format) -> bytes:
        """One page of these samples, and of what was ever left out."""
        draft = _Draft(self._writer)
        dropped = Counter(filter(None, map(draft.put, samples)))
        with self._lock:
            self._dropped.update(dropped)
            totals = dict(self._dropped)
        for reason, count in totals.items():
            draft.put(Sample(metric=DROPPED, value=count, labels=(SafeText(reason),)))
        return draft.text(form).encode()

    def _writer(self, metric: Metric) -> _Writer:
        """The kept writer of a metric. Raises ValueError where no page can hold it."""
        writer = self._writers.get(metric)
        if writer is None:
            if not fits(metric):
                raise ValueError(metric.name)
            writer = self._writers[metric] = _Writer(metric)
        return writer


class _Draft:
    """One page in the making: families in the order in which they came, each with its lines."""

    def __init__(self, writer: Callable[[Metric], _Writer]) -> None:
        self._writer = writer
        self._families: dict[str, tuple[_Writer, dict[str, str]]] = {}

    def put(self, sample: Sample) -> str:
        """Take one sample; return the reason why it cannot be taken, or ""."""
        try:
            writer, lines = self._families.get(sample.metric.name) or self._opened(sample.metric)
        except ValueError:
            return DECLARATION
        known = writer.metric
        if (sample.metric is not known and sample.metric != known) or len(sample.labels) != len(known.labels):
            return DECLARATION
        try:
            stem, value = writer.stem(sample.labels), _written(sample)
        except (ValueError, TypeError, OverflowError):
            return VALUE
        if stem in lines:
            return DUPLICATE
        lines[stem] = value
        return ""

    def _opened(self, metric: Metric) -> tuple[_Writer, dict[str, str]]:
        """A new family. Raises ValueError where the page cannot hold it."""
        counter = metric.type is MetricType.COUNTER
        twin = metric.name.removesuffix(_TOTAL) if counter else metric.name + _TOTAL
        if twin in self._families:
            raise ValueError(metric.name)
        writer = self._writer(metric)
        for form in (TEXT, OPENMETRICS):
            writer.head(form)
        return self._families.setdefault(metric.name, (writer, {}))

    def text(self, form: Format) -> str:
        """The page."""
        parts: list[str] = []
        for writer, lines in self._families.values():
            parts.append(writer.head(form))
            parts += [f"{stem}{value}\n" for stem, value in lines.items()]
        return "".join(parts) + form.end


def _written(sample: Sample) -> str:
    """The value as the formats write it. Raises ValueError where a counter would go backwards or nowhere."""
    value = float(sample.value)
    if sample.metric.type is MetricType.COUNTER and not 0 <= value < math.inf:
        raise ValueError(sample.metric.name)
    return str(floatToGoString(value))  # type: ignore[no-untyped-call] # the library types only its classes
