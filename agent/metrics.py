"""Where the metrics' values come from. A view only: evaluated at scrape, it stores nothing."""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import chain, product
from types import MappingProxyType

from prometheus_client import PROCESS_COLLECTOR

import agent
from agent import names
from agent.exposition import Exposition
from agent.formats import negotiate
from agent.names import catalogue, of_device
from agent.view import DeviceView, Panel
from alerts.incident import Status
from alerts.ledger import Ledger
from probes.reading import NO_TEXT, Fault, Sample, Severity, State
from probes.text import SafeText, clean

__all__ = ["Exporter", "Source", "catalogue"]

log = logging.getLogger(__name__)

_SUMMED = {State.OK: "ok", State.ASLEEP: "ok", State.UNKNOWN: "unknown"}
"""How devices are counted together; the other states are "troubled"."""

Source = Callable[[], Iterable[Sample]]
"""Yields samples with all their labels, "device" included where there is one. May raise; it is then left out."""


class Exporter:
    """The metrics page. Each part is read at scrape; a part that cannot be read is absent and says so."""

    def __init__(
        self,
        *,
        panel: Panel,
        ledger: Callable[[], Ledger],
        functions: Callable[[], Mapping[str, bool | None]],
        office_open: Callable[[], bool | None],
        more: Mapping[str, Source] = MappingProxyType({}),
    ) -> None:
        self._exposition = Exposition()
        self._broken: set[str] = set()
        self._sources: dict[str, Source] = {
            "devices": lambda: _devices(panel.views()),
            "functions": lambda: _functions(functions()),
            "store": lambda: _store(ledger()),
            "office": lambda: _office(office_open()),
            "process": _process,
            **more,
        }

    def render(self, accept: str = "", only: Collection[str] = ()) -> tuple[bytes, str]:
        """The page and its content type, as an Accept header wants it.

        only: show the metrics of these names; all where it is empty.
        """
        form = negotiate(accept)
        samples = (sample for sample in self._samples() if not only or sample.metric.name in only)
        return self._exposition.page(samples, form), form.content_type

    def _samples(self) -> Iterator[Sample]:
        yield Sample(metric=names.BUILD_INFO, value=1, labels=(SafeText(agent.__version__),))
        for name, source in self._sources.items():
            samples = self._read(name, source)
            if samples is None:
                yield Sample(metric=names.SOURCE_DOWN, value=1, labels=(SafeText(name),))
            else:
                yield from samples

    def _read(self, name: str, source: Source) -> tuple[Sample, ...] | None:
        """One part; None where it cannot be read, which is logged once until it can again."""
        try:
            samples = tuple(source())
        except Exception as error:  # noqa: BLE001 - one part's trouble must not take the page away
            if name not in self._broken:
                log.warning("metrics: %s cannot be read, its metrics are absent: %s", name, clean(str(error)))
            self._broken.add(name)
            return None
        self._broken.discard(name)
        return samples


def _devices(views: Collection[DeviceView]) -> Iterator[Sample]:
    """Every device, and what a fleet asks of all together: added up here, not for a thousand PCs at the centre."""
    yield from chain.from_iterable(map(_device, views))
    if views:
        yield Sample(metric=names.LOOKS, value=sum(sum(view.outcomes.values()) for view in views))
    counts = Counter(_SUMMED.get(view.state, "troubled") for view in views)
    for state in ("ok", "troubled", "unknown"):
        yield Sample(metric=names.DEVICES, value=counts[state], labels=(SafeText(state),))


def _device(view: DeviceView) -> Iterator[Sample]:
    """One device. What its last look could not tell is absent: an old value is not a value."""
    device, reading = SafeText(view.device.id), view.reading
    facts = reading.facts if reading else {}
    about = (SafeText(view.device.kind), SafeText(view.device.role), view.device.label)
    identity = (facts.get("vendor", NO_TEXT), facts.get("model", NO_TEXT))
    yield Sample(metric=names.DEVICE_INFO, value=1, labels=(device, *about, *identity))
    for state in State:
        yield Sample(metric=names.DEVICE_STATE, value=view.state is state, labels=(device, SafeText(state)))
    yield Sample(metric=names.STATE_SINCE, value=view.since, labels=(device,))
    if view.last_seen is not None:
        yield Sample(metric=names.LAST_SEEN, value=view.last_seen, labels=(device,))
    for fault in _worst(view.standing):
        labels = (device, clean(fault.code), SafeText(fault.severity), SafeText(fault.actor))
        yield Sample(metric=names.DEVICE_FAULT, value=1, labels=labels)
    yield from _look(view, device)
    if reading and view.success:
        for sample in reading.samples:
            yield Sample(metric=of_device(sample.metric), value=sample.value, labels=(device, *sample.labels))


def _look(view: DeviceView, device: SafeText) -> Iterator[Sample]:
    """How looking at one device goes."""
    if view.success is not None:
        yield Sample(metric=names.PROBE_SUCCESS, value=view.success, labels=(device,))
    if view.duration_seconds is not None:
        yield Sample(metric=names.PROBE_DURATION, value=view.duration_seconds, labels=(device,))
    for outcome, count in view.outcomes.items():
        yield Sample(metric=names.PROBES, value=count, labels=(device, SafeText(outcome)))


def _worst(faults: Iterable[Fault]) -> Iterable[Fault]:
    """One fault per code: the gravest of its parts, so that a fault is one series."""
    worst: dict[str, Fault] = {}
    for fault in faults:
        known = worst.get(fault.code)
        if known is None or fault.severity.rank > known.severity.rank:
            worst[fault.code] = fault
    return worst.values()


def _functions(functions: Mapping[str, bool | None]) -> Iterator[Sample]:
    for name, up in functions.items():
        if up is not None:
            yield Sample(metric=names.FUNCTION_UP, value=up, labels=(SafeText(name),))


def _office(is_open: bool | None) -> Iterator[Sample]:  # noqa: FBT001 - a value that is read, not a switch
    if is_open is not None:
        yield Sample(metric=names.OFFICE_OPEN, value=is_open)


def _process() -> Iterator[Sample]:
    """The agent's own cost, as the library reads it from /proc."""
    wanted = {metric.name: metric for metric in names.PROCESS}
    for family in PROCESS_COLLECTOR.collect():
        for value in family.samples:
            if value.name in wanted:
                yield Sample(metric=wanted[value.name], value=value.value)


def _store(ledger: Ledger) -> Iterator[Sample]:
    """Tickets and outbox. Every pair of status and severity is shown, so that a rule can tell none from unknown."""
    tickets = ledger.ticket_counts()
    for status, severity in product(Status, Severity):
        labels = (SafeText(status), SafeText(severity))
        yield Sample(metric=names.TICKETS, value=tickets.get((status, severity), 0), labels=labels)
    messages, oldest = ledger.notices.counts(), ledger.notices.oldest()
    for (channel, state), count in messages.items():
        yield Sample(metric=names.OUTBOX_MESSAGES, value=count, labels=(SafeText(channel), SafeText(state)))
    for channel in sorted({channel for channel, _ in messages}):
        yield Sample(metric=names.OUTBOX_OLDEST, value=oldest.get(channel, 0), labels=(SafeText(channel),))
    for (channel, outcome), count in ledger.notices.totals().items():
        metric = names.OUTBOX_SENT if outcome == "sent" else names.OUTBOX_DEAD
        yield Sample(metric=metric, value=count, labels=(SafeText(channel),))
