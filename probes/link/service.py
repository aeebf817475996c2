"""A service that the counter's work needs, and what is wrong with it."""

from dataclasses import dataclass, replace
from pathlib import Path

from probes.link.metrics import FIRST_BYTE_SECONDS, RTT, SERVICE_UP, TLS_EXPIRY, TLS_SECONDS
from probes.reading import Actor, Fault, Sample, Severity
from probes.text import SafeText, clean
from probes.wire import clock
from probes.wire.address import is_loopback
from probes.wire.target import Outcome, Stage, read_url

_DAY_SECONDS = 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service in the configuration.

    name: as tickets show it. url: tcp://host:port, tls://host:port, http://host/path or https://host/path.
    actor: who can mend it. every_seconds: how often at most; 0: every look in the office (over TLS every
    other one; half-way to the next whether its port is open) and for services of other parties once a minute.
    timeout_seconds: for everything together. slow_seconds: longer is service-slow.
    expiry_days: how long before its end a certificate is reported. ca_file, verify: which certificates count.
    via_vpn: it is behind the tunnel, so it is left alone while that is down.
    """

    name: SafeText
    url: str
    actor: Actor = Actor.CENTRAL
    every_seconds: float = 0.0
    timeout_seconds: float = 3.0
    slow_seconds: float = 2.0
    expiry_days: float = 21.0
    ca_file: Path | None = None
    verify: bool = True
    via_vpn: bool = False

    @property
    def is_own(self) -> bool:
        """Whether it may be the office's own: somebody other than the central office mends it, or it is in this PC."""
        host = read_url(self.url).at.host
        return self.actor != Actor.CENTRAL or host == "localhost" or is_loopback(host)

    def __post_init__(self) -> None:
        """Refuse what cannot be looked at."""
        if not self.name:
            msg = "name: is empty; write what the counter calls this service"
            raise ValueError(msg)
        try:
            read_url(self.url)
        except ValueError as error:
            msg = f"url: {error}"
            raise ValueError(msg) from error
        if not 0 < self.timeout_seconds <= 6:  # noqa: PLR2004 - leaves the layers below their share of a look
            msg = "timeout_seconds: must be more than 0 and at most 6"
            raise ValueError(msg)
        if self.every_seconds < 0 or self.slow_seconds <= 0 or self.expiry_days < 0:
            msg = "every_seconds: this, slow_seconds and expiry_days must not be negative"
            raise ValueError(msg)


def judge(service: Service, outcome: Outcome, wall: float, *, blocked: bool = False) -> list[Fault]:
    """What is wrong with one service; blocked: its name leads to a block page."""

    def fault(code: str, severity: Severity, detail: str) -> Fault:
        return Fault(code=code, severity=severity, actor=service.actor, part=service.name, detail=clean(detail, 300))

    if blocked:
        return [replace(fault("domain-blocked", Severity.BLOCKING, outcome.why), actor=Actor.PROVIDER)]
    if outcome.failed is Stage.TLS:
        return [fault("tls-invalid", Severity.BLOCKING, outcome.why)]
    if outcome.failed is not None:
        return [fault("service-down", Severity.BLOCKING, outcome.why)]
    found = []
    if outcome.seconds > service.slow_seconds:
        detail = f"{outcome.seconds:.1f} s, more than {service.slow_seconds:g} s"
        found.append(fault("service-slow", Severity.DEGRADED, detail))
    if outcome.expires is not None and clock.trusted():
        days = (outcome.expires - wall) / _DAY_SECONDS
        if days < service.expiry_days:
            found.append(fault("tls-expiring", Severity.NOTICE, f"the certificate ends in {days:.0f} days"))
    return found


def samples(name: SafeText, outcome: Outcome) -> list[Sample]:
    """What one look measured; what it did not is absent."""
    values = (
        (SERVICE_UP, float(outcome.failed is None)),
        (RTT, outcome.connect_seconds),
        (TLS_SECONDS, outcome.tls_seconds),
        (FIRST_BYTE_SECONDS, outcome.first_byte_seconds),
        (TLS_EXPIRY, outcome.expires),
    )
    return [Sample(metric=metric, value=value, labels=(name,)) for metric, value in values if value is not None]
