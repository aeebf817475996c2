"""The way to the services, for talks with the provider: how good is it, and where does it break?"""

from dashboards import looks
from dashboards.boards.common import CHOOSE_COUNTER, CHOOSE_ONE_OFFICE, bars, lines, stat, timeline
from dashboards.select import COUNTER, of, open_ratio
from dashboards.spec import Board, Panel

_NAMED = "{{target}} · {{counter}} · {{office}}"


def _target(key: str, name: str, look: looks.Look) -> Panel:
    """A measure of each target, over opening hours."""
    expr = f"max by (office, counter, target) ({of(name, COUNTER)})"
    return lines(key, expr, _NAMED, look, scope=COUNTER)


def _hourly(key: str, name: str) -> Panel:
    """How often it happened to each counter in an hour."""
    expr = f"sum by (office, counter) (increase({of(name, COUNTER)}[1h]))"
    return lines(key, expr, "{{counter}} · {{office}}", looks.PLAIN, width=8)


_BYTES = f"8 * sum by (direction) (rate({of('jagaloket_link_interface_bytes_total', COUNTER)}[$__rate_interval]))"
_CERTIFICATES = (
    f"sort(min by (target) (({of('jagaloket_link_tls_expiry_timestamp_seconds', COUNTER)} - time()) / 86400))"
)
_OUTAGES = f"sort_desc(sum by (cause) (increase({of('jagaloket_outage_seconds_total', COUNTER)}[$__range])))"

BOARD = Board(
    key="link",
    uid="jagaloket-link",
    variables=(CHOOSE_ONE_OFFICE, CHOOSE_COUNTER),
    panels=(
        stat("link.available", open_ratio(of("jagaloket_link_layer_up", COUNTER), "job"), looks.AVAILABLE, width=6),
        stat("link.loss_now", f"max({of('jagaloket_link_loss_ratio', COUNTER)})", looks.LOSS, width=6),
        stat("link.rtt_now", f"max({of('jagaloket_link_rtt_p95_seconds', COUNTER)})", looks.LATENCY, width=6),
        stat("link.down_now", f"count({of('jagaloket_link_layer_up', COUNTER)} == 0) or vector(0)",
             looks.TROUBLE, width=6),
        timeline(
            "link.layers",
            f"min by (office, counter, layer) ({of('jagaloket_link_layer_up', COUNTER)})",
            "{{layer}} · {{counter}} · {{office}}",
            looks.WORKS,
            height=12,
        ),
        timeline(
            "link.services",
            f"min by (office, counter, target) ({of('jagaloket_link_service_up', COUNTER)})",
            _NAMED,
            looks.WORKS,
        ),
        _target("link.rtt", "jagaloket_link_rtt_p95_seconds", looks.LATENCY),
        _target("link.loss", "jagaloket_link_loss_ratio", looks.LOSS),
        _target("link.jitter", "jagaloket_link_jitter_seconds", looks.LATENCY),
        _target("link.dns", "jagaloket_link_dns_seconds", looks.LATENCY),
        _target("link.first_byte", "jagaloket_link_first_byte_seconds", looks.LATENCY),
        _target("link.tls", "jagaloket_link_tls_seconds", looks.LATENCY),
        lines("link.traffic", _BYTES, "{{direction}}", looks.BITS, scope=COUNTER, width=8),
        _hourly("link.errors", "jagaloket_link_interface_errors_total"),
        _hourly("link.carrier", "jagaloket_link_carrier_changes_total"),
        bars("link.certificates", _CERTIFICATES, "{{target}}", looks.DAYS_LEFT),
        bars("link.outages", _OUTAGES, "{{cause}}", looks.DURATION, names=looks.FAULT, quiet=True),
    ),
)  # fmt: skip
