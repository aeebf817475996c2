"""The way from this PC to the services it needs: cable, address, gateway, internet, DNS, portal, TLS, VPN, services.

The first layer that fails is the fault; what lies behind it is skipped, not failed.
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar

from probes.link import metrics, sentry
from probes.link.control import ControlLayer, hosts
from probes.link.gateway import GatewayLayer
from probes.link.interception import InterceptionLayer
from probes.link.ladder import Layer, Verdict, climb
from probes.link.lan import AddressLayer, CarrierLayer, Line, likely_interface
from probes.link.portal import KnownPage, PortalLayer
from probes.link.quality import Flapping, QualityLayer
from probes.link.service import Service
from probes.link.services import ServiceLayer
from probes.link.share import Share
from probes.link.vpn import Vpn, VpnLayer
from probes.link.wan import DnsLayer, InternetLayer, literals
from probes.probe import Candidate, Probe
from probes.reading import Actor, Fault, Metric, ProbeError, Reading, Sample, Severity
from probes.text import SafeText, clean
from probes.wire import icmp, route
from probes.wire.address import family
from probes.wire.target import read_url

_CODES = (
    *("power-out", "cable-unplugged", "no-address", "gateway-down"),
    *("internet-down", "dns-failed", "captive-portal", "internet-filtered"),
)
_BLAMED = (
    *_CODES,
    *("service-down", "service-slow", "tls-invalid", "tls-expiring", "domain-blocked", "vpn-down"),
    *("high-loss", "high-latency", "interface-errors", "unstable-connection"),
)
_PAGES = (
    KnownPage(url="http://connectivitycheck.gstatic.com/generate_204"),
    KnownPage(url="http://www.msftconnecttest.com/connecttest.txt", status=200, body="Microsoft Connect Test"),
)
_PROPOSAL = SafeText(
    'to see whether somebody opens TLS on the way, add two sites that you know: control = ["https://...", "https://..."]'
)
_BLOCK_PAGES = ("trustpositif.kominfo.go.id", "27.54.116.70")
_RIGHTS_SECONDS = 60.0
_INTERNET = (
    "1.1.1.1:443",
    "8.8.8.8:443",
    "9.9.9.9:443",
    "[2606:4700:4700::1111]:443",
    "[2001:4860:4860::8888]:443",
    "[2620:fe::fe]:443",
)


@dataclass(kw_only=True)
class Link(Probe):
    """One way out of this PC.

    interface, gateway: where not those of the default route.
    internet: address literals of unrelated parties, [] to leave this layer out.
    resolvers: where not those of the system. dns_names: names that do not go away, [] to leave this layer out.
    interception: also ask once an hour whether somebody on the way answers DNS queries meant for others.
    portal: pages whose content is known, [] to leave this layer out.
    control: hosts that we know, "https://HOST[:PORT]/", to see whether TLS passes unchanged; [] leaves this layer out.
    control_ca_file: who signs their certificates, where not those whom this PC trusts.
    block_pages: names and addresses where blocked domains lead.
    vpn: the tunnel, where there is one. services: what the counter's work needs.
    share: take turns with the office's other counters at services of others and the address inside the tunnel.
    loss_limit_ratio, latency_limit_seconds: from where on the way is bad.
    responsible: who mends what, where it is not the usual party, by fault code.
    """

    interface: str = ""
    gateway: str = ""
    internet: tuple[str, ...] = _INTERNET
    resolvers: tuple[str, ...] = ()
    dns_names: tuple[str, ...] = ("google.com", "cloudflare.com", "kemendagri.go.id")
    interception: bool = True
    portal: tuple[KnownPage, ...] = _PAGES
    control: tuple[str, ...] = ()
    control_ca_file: Path | None = None
    block_pages: tuple[str, ...] = _BLOCK_PAGES
    vpn: Vpn | None = None
    services: tuple[Service, ...] = ()
    share: bool = True
    loss_limit_ratio: float = 0.1
    latency_limit_seconds: float = 0.5
    responsible: Mapping[str, Actor] = field(default_factory=lambda: MappingProxyType({}))
    _layers: tuple[Layer, ...] = field(init=False, repr=False)
    _flapping: Flapping = field(init=False, repr=False, default_factory=Flapping)
    _fallen: Fault | None = field(init=False, repr=False, default=None)
    _pings: tuple[float, bool] = field(init=False, repr=False, default=(-math.inf, False))
    _services: ServiceLayer = field(init=False, repr=False)
    _now: Callable[[], float] = field(init=False, repr=False, default=time.monotonic)

    interval_seconds: ClassVar[float] = 6.0
    deadline_seconds: ClassVar[float] = 15.0
    metrics: ClassVar[tuple[Metric, ...]] = metrics.ALL

    def __post_init__(self) -> None:
        """Refuse options that cannot work, and build the ladder."""
        if self.gateway and family(self.gateway) is None:
            msg = f"gateway: {self.gateway!r} is not an address; write for example 192.168.1.1"
            raise ValueError(msg)
        if unknown := sorted(set(self.responsible) - set(_BLAMED)):
            msg = f"responsible: unknown fault {unknown[0]!r}; known are: {', '.join(_BLAMED)}"
            raise ValueError(msg)
        if len({service.name for service in self.services}) != len(self.services):
            msg = "services: two have the same name; give each a name of its own"
            raise ValueError(msg)
        if not 0 < self.loss_limit_ratio <= 1 or self.latency_limit_seconds <= 0:
            msg = "loss_limit_ratio: must be from 0 to 1, and latency_limit_seconds more than 0"
            raise ValueError(msg)
        self._layers = self._ladder()

    def _ladder(self) -> tuple[Layer, ...]:
        line = Line(wanted_interface=self.interface, wanted_gateway=self.gateway)
        internet = literals("internet", self.internet, 443)
        dns = DnsLayer(literals("resolvers", self.resolvers, 53), self.dns_names)
        shared = [read_url(service.url) for service in self.services] + ([self.vpn.url] if self.vpn else [])
        share = Share(line, [url for url in shared if url], wanted=self.share)
        vpn = VpnLayer(self.vpn, share, line.tables)
        blocked = frozenset(self.block_pages)
        self._services = ServiceLayer(self.services, dns.servers, vpn, blocked, share)
        return (
            CarrierLayer(line),
            AddressLayer(line),
            GatewayLayer(line),
            InternetLayer(line, internet),
            QualityLayer(
                line,
                [target.host for target in internet],
                loss_limit=self.loss_limit_ratio,
                latency_limit_seconds=self.latency_limit_seconds,
            ),
            dns,
            InterceptionLayer(line, self.dns_names if self.interception else ()),
            PortalLayer(self.portal, dns.servers),
            ControlLayer(hosts(self.control), dns.servers, ca_file=self.control_ca_file, block_pages=blocked),
            vpn,
            self._services,
        )

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None] | None:
        """Wake when a service of the office's own is gone. None where there is none."""
        if not any(service.is_own for service in self.services):
            return None
        try:
            return sentry.stand(self._services.are_there, wake, lambda: self._services.looked)
        except RuntimeError:
            return None

    def read(self) -> Reading:
        """Climb the ladder once. Raises ProbeError where the kernel does not tell about the network."""
        now = self._now()
        try:
            found = climb(self._layers, now)
        except OSError as error:
            msg = f"cannot read the network's state: {error.strerror}; allow AF_NETLINK sockets for the agent"
            raise ProbeError(msg) from error
        faults = [fault for verdict in found.values() for fault in verdict.faults]
        return Reading(
            reachable=True,
            faults=tuple(self._blame(fault) for fault in (*faults, *self._flaps(faults, now))),
            samples=metrics.lowest(sample for name, verdict in found.items() for sample in _samples(name, verdict)),
            facts={key: text for verdict in found.values() for key, text in verdict.facts.items() if text},
            capabilities=self._capabilities(found) | {"icmp": self._may_ping(now)},
        )

    def _flaps(self, faults: Sequence[Fault], now: float) -> list[Fault]:
        """The link as a whole comes and goes: a fault of its own, for whoever mends what fell last."""
        fallen = next((fault for fault in faults if fault.code in _CODES and fault.severity is Severity.BLOCKING), None)
        self._fallen = self._blame(fallen) if fallen else self._fallen
        changes = self._flapping.look(now, down=fallen is not None)
        if not changes or self._fallen is None:
            return []
        detail = clean(f"{changes} changes in 15 minutes, the last: {self._fallen.code}")
        return [replace(self._fallen, code="unstable-connection", severity=Severity.DEGRADED, detail=detail)]

    def _blame(self, fault: Fault) -> Fault:
        return replace(fault, actor=self.responsible.get(fault.code, fault.actor))

    def _capabilities(self, found: Mapping[str, Verdict]) -> dict[str, bool]:
        """A layer that was not reached or cannot be judged is not "fine"."""
        told = {name: verdict.up is not None or bool(verdict.samples) for name, verdict in found.items()}
        told |= {s.labels[0]: True for v in found.values() for s in v.samples if s.metric is metrics.LAYER_UP}
        return dict.fromkeys((layer.name for layer in self._layers), False) | told

    def _may_ping(self, now: float) -> bool:
        """An administrator's doing, so asked once a minute only."""
        if now - self._pings[0] >= _RIGHTS_SECONDS:
            self._pings = now, icmp.allowed()
        return self._pings[1]

    @classmethod
    def discover(cls) -> Iterator[Candidate]:
        """One link where there is a way out or at least a plugged cable."""
        try:
            known = route.interfaces()
            way_out = bool(route.default_routes())
        except OSError:
            return
        likely = known.get(likely_interface(known))
        if way_out or (likely and likely.has_carrier):
            yield Candidate(id="internet", kind="link", label=SafeText("Internet"), role="link", note=_PROPOSAL)


def _samples(layer: str, verdict: Verdict) -> tuple[Sample, ...]:
    if verdict.up is None:
        return verdict.samples
    return (_layer_up(layer, verdict.up), *verdict.samples)


@lru_cache(64)
def _layer_up(layer: str, up: bool) -> Sample:  # noqa: FBT001 - a value that is told, not a switch
    return Sample(metric=metrics.LAYER_UP, value=float(up), labels=(SafeText(layer),))
