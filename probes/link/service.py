"""The top layer: the services that the counter's work needs, each judged by itself."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from probes.link.ladder import NEAR_SECONDS, SERVICE_SECONDS, Keeper, Layer, Verdict, together
from probes.link.metrics import FIRST_BYTE_SECONDS, LAYER_UP, RTT, SERVICE_UP, TLS_EXPIRY, TLS_SECONDS
from probes.link.vpn import VpnLayer
from probes.reading import NO_TEXT, Actor, Fault, Sample, Severity
from probes.text import SafeText, clean
from probes.wire import clock, names, net
from probes.wire.address import Endpoint, is_loopback, is_near
from probes.wire.target import Outcome, Stage, read_url

_DAY_SECONDS = 86400
_RESOLVE_SECONDS = 2.0
_TLS_PAUSE_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service in the configuration.

    name: as tickets show it. url: tcp://host:port, tls://host:port, http://host/path or https://host/path.
    actor: who can mend it. every_seconds: how often at most; 0: every look in the office and for services of
    other parties once a minute. timeout_seconds: for everything together. slow_seconds: longer is service-slow.
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


class _Watched:
    """A service and what is known of it."""

    def __init__(self, service: Service, block_pages: frozenset[str]) -> None:
        self.service = service
        self.blocked = ""
        self._block_pages = block_pages
        self.url = read_url(service.url)
        self.addresses: tuple[str, ...] = ()
        self.kept: Keeper[Outcome] = Keeper(service.url, service.every_seconds or SERVICE_SECONDS, gentle=True)

    def pace(self) -> None:
        """Set by where the service is: in the office every look, elsewhere gently."""
        if self.service.every_seconds or not self.addresses:
            return
        own = is_loopback(self.addresses[0]) or self.service.actor != Actor.CENTRAL
        near = own and is_near(self.addresses[0])
        tls_pause = _TLS_PAUSE_SECONDS if self.url.scheme in ("tls", "https") else NEAR_SECONDS
        self.kept.every_seconds = tls_pause if near else SERVICE_SECONDS
        self.kept.gentle = not near

    def look(self, servers: Sequence[Endpoint]) -> Outcome:
        """Resolve and look. Never raises."""
        found = names.lookup(self.url.at.host, servers, _RESOLVE_SECONDS)
        self.addresses = found.addresses
        self.blocked = next((x for x in (*found.addresses, *found.aliases) if x.rstrip(".") in self._block_pages), "")
        if self.blocked:
            return Outcome(
                failed=Stage.CONNECT, why=clean(f"{self.url.at.host} leads to the block page {self.blocked}")
            )
        if not self.addresses:
            return Outcome(failed=Stage.CONNECT, why=clean(f"the name {self.url.at.host} has no address: {found.why}"))
        trust = net.Trust(ca_file=str(self.service.ca_file or ""), verify=self.service.verify)
        outcome = net.look(self.url, self.addresses, self.service.timeout_seconds, trust=trust)
        if outcome.only_dates and not clock.trusted():
            return replace(outcome, failed=None, why=NO_TEXT)
        return outcome

    def still_there(self) -> bool:
        """Between two TLS looks: does a near service still let us in?"""
        if self.kept.gentle or self.kept.every_seconds != _TLS_PAUSE_SECONDS or not self.addresses:
            return True
        return net.connect(self.addresses[0], self.url.at.port, self.service.timeout_seconds)[0] is not None


class ServiceLayer(Layer):
    """Every configured service; each that fails is a fault of its own."""

    name = "service"

    def __init__(
        self,
        services: Sequence[Service],
        servers: Callable[[], Sequence[Endpoint]],
        vpn: VpnLayer,
        block_pages: frozenset[str] = frozenset(),
    ) -> None:
        self._all = tuple(_Watched(service, block_pages) for service in services)
        self._servers = servers
        self._vpn = vpn

    def look(self, now: float, *, afresh: bool) -> Verdict:
        """Look at those that are due, all at the same time."""
        watched = [w for w in self._all if not (w.service.via_vpn and self._vpn.is_down)]
        for behind in self._all:
            if behind not in watched:
                behind.kept.forget()
        if not watched:
            return Verdict()
        due = [w for w in watched if w.kept.due(now, afresh=afresh) or not w.still_there()]
        servers = self._servers()
        for one, outcome in zip(due, together([lambda w=w: w.look(servers) for w in due]), strict=True):  # type: ignore[misc] # mypy cannot infer a lambda with a default
            one.pace()
            one.kept.put(now, outcome, good=outcome.failed is None)
        return _verdict(watched, kept=not due)

    def forget(self) -> None:
        """Look again once the way there is back."""
        for watched in self._all:
            watched.kept.forget()


def _verdict(watched: Sequence[_Watched], *, kept: bool) -> Verdict:
    pairs = [(w, w.kept.result) for w in watched if w.kept.result]
    faults = [
        fault for w, outcome in pairs for fault in judge(w.service, outcome, time.time(), blocked=bool(w.blocked))
    ]
    up = all(outcome.failed is None for _, outcome in pairs)
    samples = [sample for w, outcome in pairs for sample in _samples(w.service.name, outcome)]
    if secured := [outcome for w, outcome in pairs if w.url.scheme in ("tls", "https")]:
        works = all(outcome.failed is not Stage.TLS for outcome in secured)
        samples.append(Sample(metric=LAYER_UP, value=float(works), labels=(SafeText("tls"),)))
    news = any(w.kept.unsure for w in watched)
    return Verdict(up=up, faults=tuple(faults), kept=kept, news=news, samples=tuple(samples))


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


def _samples(name: SafeText, outcome: Outcome) -> list[Sample]:
    values = (
        (SERVICE_UP, float(outcome.failed is None)),
        (RTT, outcome.connect_seconds),
        (TLS_SECONDS, outcome.tls_seconds),
        (FIRST_BYTE_SECONDS, outcome.first_byte_seconds),
        (TLS_EXPIRY, outcome.expires),
    )
    return [Sample(metric=metric, value=value, labels=(name,)) for metric, value in values if value is not None]
