"""The metrics of a link. All are absent, not 0, while nothing answered."""

from collections.abc import Iterable

from probes.reading import Metric, MetricType, Sample

LAYER_UP = Metric(
    name="jagaloket_link_layer_up",
    type=MetricType.GAUGE,
    help="Whether a layer of the link works; absent when it cannot be told or a layer below is down.",
    labels=("layer",),
)
RTT = Metric(
    name="jagaloket_link_rtt_seconds",
    type=MetricType.GAUGE,
    help="Round-trip time to a target: an echo for the gateway, a TCP handshake for the others.",
    labels=("target",),
)
DNS_SECONDS = Metric(
    name="jagaloket_link_dns_seconds",
    type=MetricType.GAUGE,
    help="Time to a name server's answer.",
    labels=("target",),
)
SERVICE_UP = Metric(
    name="jagaloket_link_service_up",
    type=MetricType.GAUGE,
    help="Whether a service lets us in.",
    labels=("target",),
)
TLS_SECONDS = Metric(
    name="jagaloket_link_tls_seconds",
    type=MetricType.GAUGE,
    help="Time of a TLS handshake with a service or a control host.",
    labels=("target",),
)
FIRST_BYTE_SECONDS = Metric(
    name="jagaloket_link_first_byte_seconds",
    type=MetricType.GAUGE,
    help="Time from an HTTP request to the first byte of the answer.",
    labels=("target",),
)
TLS_EXPIRY = Metric(
    name="jagaloket_link_tls_expiry_timestamp_seconds",
    type=MetricType.GAUGE,
    help="When a service's certificate ends.",
    labels=("target",),
)

INTERFACE_ERRORS = Metric(
    name="jagaloket_link_interface_errors_total",
    type=MetricType.COUNTER,
    help="Frames that the interface received or sent with errors.",
)
INTERFACE_BYTES = Metric(
    name="jagaloket_link_interface_bytes_total",
    type=MetricType.COUNTER,
    help="Bytes over the interface.",
    labels=("direction",),
)
CARRIER_CHANGES = Metric(
    name="jagaloket_link_carrier_changes_total",
    type=MetricType.COUNTER,
    help="How often the cable lost or found its partner.",
)
SPEED = Metric(
    name="jagaloket_link_speed_bits_per_second",
    type=MetricType.GAUGE,
    help="What the network card and its partner agreed on.",
)

LOSS = Metric(
    name="jagaloket_link_loss_ratio",
    type=MetricType.GAUGE,
    help="Share of echoes that did not come back, over the last bursts.",
    labels=("target",),
)
JITTER = Metric(
    name="jagaloket_link_jitter_seconds",
    type=MetricType.GAUGE,
    help="Mean difference between the round trips of neighbouring echoes, over the last bursts.",
    labels=("target",),
)
RTT_MEDIAN = Metric(
    name="jagaloket_link_rtt_median_seconds",
    type=MetricType.GAUGE,
    help="Median round trip of the last bursts of echoes.",
    labels=("target",),
)
RTT_P95 = Metric(
    name="jagaloket_link_rtt_p95_seconds",
    type=MetricType.GAUGE,
    help="Round trip that 95 per cent of the echoes of the last bursts did not exceed.",
    labels=("target",),
)
DNS_INTERCEPTED = Metric(
    name="jagaloket_link_dns_intercepted",
    type=MetricType.GAUGE,
    help="Whether somebody answers DNS queries that were sent to an address where nobody lives.",
)
SHARING = Metric(
    name="jagaloket_link_sharing_counters",
    type=MetricType.GAUGE,
    help="Other counters of the office that take turns with this one at services of others.",
)

ALL = (
    *(LAYER_UP, RTT, DNS_SECONDS, SERVICE_UP, TLS_SECONDS, FIRST_BYTE_SECONDS, TLS_EXPIRY),
    *(INTERFACE_ERRORS, INTERFACE_BYTES, CARRIER_CHANGES, SPEED),
    *(LOSS, JITTER, RTT_MEDIAN, RTT_P95, DNS_INTERCEPTED, SHARING),
)


def lowest(samples: Iterable[Sample]) -> tuple[Sample, ...]:
    """Each series once: where two layers tell of the same one (control hosts and services of TLS), the lower counts."""
    found: dict[tuple[str, tuple[str, ...]], Sample] = {}
    for sample in samples:
        key = (sample.metric.name, sample.labels)
        if key not in found or sample.value < found[key].value:
            found[key] = sample
    return tuple(found.values())
