"""The catalogue of metric names: the agent's own, and those that the kinds of probe declare."""

from dataclasses import replace
from functools import lru_cache

from agent import exposition
from probes import shelf
from probes.printer import SUPPLY_LABELS
from probes.probe import Probe
from probes.reading import Metric, MetricType


def _gauge(name: str, text: str, *labels: str) -> Metric:
    return Metric(name=name, type=MetricType.GAUGE, help=text, labels=labels)


def _counter(name: str, text: str, *labels: str) -> Metric:
    return Metric(name=name, type=MetricType.COUNTER, help=text, labels=labels)


BUILD_INFO = _gauge("jagaloket_build_info", "The running version; always 1.", "version")
DEVICE_INFO = _gauge(
    "jagaloket_device_info", "What a device is; always 1.", "device", "kind", "role", "label", "vendor", "model"
)
DEVICE_STATE = _gauge("jagaloket_device_state", "1 for the state a device is in, 0 for others.", "device", "state")
DEVICE_FAULT = _gauge(
    "jagaloket_device_fault", "1 while a confirmed fault stands.", "device", "fault", "severity", "actor"
)
LAST_SEEN = _gauge("jagaloket_device_last_seen_timestamp_seconds", "When a device last answered.", "device")
STATE_SINCE = _gauge("jagaloket_device_state_since_timestamp_seconds", "When the present state began.", "device")
PROBE_SUCCESS = _gauge("jagaloket_probe_success", "Whether the last look was possible, whatever it saw.", "device")
PROBE_DURATION = _gauge("jagaloket_probe_duration_seconds", "How long the last look took.", "device")
PROBES = _counter("jagaloket_probes_total", "Looks at a device, by how they ended.", "device", "outcome")
LOOKS = _counter("jagaloket_looks_total", "Looks at all devices together, however they ended.")
DEVICES = _gauge(
    "jagaloket_devices", "How many devices are ok (asleep, too), troubled (any other known state), or unknown.", "state"
)
FUNCTION_UP = _gauge(
    "jagaloket_function_up", "Whether citizens can be served; absent when it cannot be told.", "function"
)
TICKETS = _gauge("jagaloket_tickets", "Tickets by status and severity.", "status", "severity")
OUTBOX_MESSAGES = _gauge("jagaloket_outbox_messages", "Messages waiting or dead.", "channel", "state")
OUTBOX_OLDEST = _gauge(
    "jagaloket_outbox_oldest_seconds", "Age of the oldest message that waits; 0 when none does.", "channel"
)
OUTBOX_SENT = _counter("jagaloket_outbox_sent_total", "Messages sent since the store exists.", "channel")
OUTBOX_DEAD = _counter("jagaloket_outbox_dead_total", "Messages given up since the store exists.", "channel")
SUPPLY_DAYS_LEFT = _gauge(
    "jagaloket_printer_supply_days_left",
    "Days until a supply is used up at the pace seen so far; absent when the data do not allow it.",
    "device",
    *SUPPLY_LABELS,
)
SUPPLY_REPLACED = _gauge(
    "jagaloket_printer_supply_replaced_timestamp_seconds", "When a supply was last replaced.", "device", *SUPPLY_LABELS
)
OUTAGE_SECONDS = _counter(
    "jagaloket_outage_seconds_total",
    "How long faults that stop a link were seen to stand, by cause; counted once a minute.",
    *("device", "cause"),
)
MAINTENANCE_DUE = _gauge(
    "jagaloket_maintenance_due_timestamp_seconds",
    "When a regular task is next due, at the first of its devices; in the past: it is overdue.",
    "task",
)
STOCK_AMOUNT = _gauge(
    "jagaloket_stock_amount", "How much of an item is in stock, in its own unit; absent before the first count.", "item"
)
STOCK_LOW = _gauge(
    "jagaloket_stock_low", "1 while an item must be ordered, 0 while there is enough; absent before a count.", "item"
)
STOCK_DAYS_LEFT = _gauge(
    "jagaloket_stock_days_left",
    "Working days until an item is used up at the pace seen so far; absent when the counts do not allow it.",
    "item",
)
OFFICE_OPEN = _gauge("jagaloket_office_open", "Whether the office is open now.")
TIME = _gauge("jagaloket_time_seconds", "The PC's clock at this scrape, in UTC seconds since 1970.")
OFFICE_OPENS = _gauge(
    "jagaloket_office_opens_timestamp_seconds",
    "When the present (0) and the next stretches of opening time begin.",
    "stretch",
)
OFFICE_CLOSES = _gauge(
    "jagaloket_office_closes_timestamp_seconds", "When these stretches of opening time end.", "stretch"
)
BRIDGE_WEBHOOKS = _counter(
    "jagaloket_bridge_webhooks_total", "Alertmanager's calls: accepted, refused, or failed at the store.", "outcome"
)
BRIDGE_ALERTS = _counter("jagaloket_bridge_alerts_total", "Alerts in these calls, by what became of them.", "outcome")
BRIDGE_TRUNCATED = _counter("jagaloket_bridge_truncated_alerts_total", "Alerts that Alertmanager left out.")
SOURCE_DOWN = _gauge("jagaloket_metrics_source_down", "1 while this part of the page cannot be read.", "source")

PROCESS = (
    _counter("process_cpu_seconds_total", "Total user and system CPU time spent in seconds."),
    _gauge("process_resident_memory_bytes", "Resident memory size in bytes."),
    _gauge("process_open_fds", "Number of open file descriptors."),
    _gauge("process_start_time_seconds", "Start time of the process since unix epoch in seconds."),
)

_OWN = (
    BUILD_INFO,
    DEVICE_INFO,
    DEVICE_STATE,
    DEVICE_FAULT,
    LAST_SEEN,
    STATE_SINCE,
    PROBE_SUCCESS,
    PROBE_DURATION,
    PROBES,
    LOOKS,
    DEVICES,
    FUNCTION_UP,
    TICKETS,
    OUTBOX_MESSAGES,
    OUTBOX_OLDEST,
    OUTBOX_SENT,
    OUTBOX_DEAD,
    SUPPLY_DAYS_LEFT,
    SUPPLY_REPLACED,
    OUTAGE_SECONDS,
    MAINTENANCE_DUE,
    STOCK_AMOUNT,
    STOCK_LOW,
    STOCK_DAYS_LEFT,
    OFFICE_OPEN,
    TIME,
    OFFICE_OPENS,
    OFFICE_CLOSES,
    BRIDGE_WEBHOOKS,
    BRIDGE_ALERTS,
    BRIDGE_TRUNCATED,
    SOURCE_DOWN,
    exposition.DROPPED,
)


def catalogue() -> tuple[Metric, ...]:
    """Every metric the agent may expose, as it is exposed: its own and those of every kind of probe."""
    kinds = (shelf.find("probes.kinds", name, Probe) for name in shelf.names("probes.kinds"))
    return (*_OWN, *PROCESS, *dict.fromkeys(of_device(metric) for kind in kinds for metric in kind.metrics))


@lru_cache(maxsize=512)
def of_device(metric: Metric) -> Metric:
    """A probe's metric as it is exposed: with the device as its first label."""
    return replace(metric, labels=("device", *metric.labels))
