"""The top layer: the services that the counter's work needs, each judged by itself."""

import math
import time
from collections.abc import Callable, Sequence

from probes.link.ladder import NEAR_SECONDS, SERVICE_SECONDS, Keeper, Layer, Verdict, together
from probes.link.metrics import LAYER_UP
from probes.link.service import Service, judge, samples
from probes.link.share import Share
from probes.link.vpn import VpnLayer
from probes.reading import NO_TEXT, Actor, Fault, Sample
from probes.text import SafeText, clean
from probes.wire import clock, names, net
from probes.wire.address import Endpoint, is_loopback, is_near
from probes.wire.target import Outcome, Stage, read_url
from probes.wire.tcp import handshakes

_RESOLVE_SECONDS = 2.0
_KNOCK_SECONDS = 2.0
_TLS_PAUSE_SECONDS = 11.0
"""Near services over TLS: every second whole look of 6 s; with two that wait 3 s in vain, confirmed within 20 s."""


class _Watched:
    """A service and what is known of it."""

    def __init__(self, service: Service, block_pages: frozenset[str]) -> None:
        self.service = service
        self.blocked = ""
        self._block_pages = block_pages
        self.url = read_url(service.url)
        self.addresses: tuple[str, ...] = ()
        self.faults: tuple[Fault, ...] = ()
        self.samples: tuple[Sample, ...] = ()
        self.kept: Keeper[Outcome] = Keeper(service.url, service.every_seconds or SERVICE_SECONDS, gentle=True)

    @property
    def is_near(self) -> bool:
        """Whether it is the office's own, as far as that is known."""
        if not self.addresses:
            return False
        own = is_loopback(self.addresses[0]) or self.service.actor != Actor.CENTRAL
        return own and is_near(self.addresses[0])

    @property
    def may_be_knocked_at(self) -> bool:
        """Whether it is near and worked when last looked at, and nobody said how often it may be asked."""
        works = self.kept.result is not None and not self.kept.bad_looks
        return works and self.is_near and not self.service.every_seconds

    def pace(self) -> None:
        """Set by where the service is: in the office every look, elsewhere gently."""
        if self.service.every_seconds or not self.addresses:
            return
        near = self.is_near
        tls_pause = _TLS_PAUSE_SECONDS if self.url.scheme in ("tls", "https") else NEAR_SECONDS
        self.kept.every_seconds = tls_pause if near else SERVICE_SECONDS
        self.kept.gentle = not near

    def take(self, now: float, outcome: Outcome) -> None:
        """Keep what a look found, what it means and what it measured."""
        self.pace()
        self.kept.put(now, outcome, good=outcome.failed is None)
        self.faults = tuple(judge(self.service, outcome, time.time(), blocked=bool(self.blocked)))
        self.samples = tuple(samples(self.service.name, outcome))

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
            return outcome._replace(failed=None, why=NO_TEXT)
        return outcome


class ServiceLayer(Layer):
    """Every configured service; each that fails is a fault of its own."""

    name = "service"

    def __init__(
        self,
        services: Sequence[Service],
        servers: Callable[[], Sequence[Endpoint]],
        vpn: VpnLayer,
        block_pages: frozenset[str] = frozenset(),
        share: Share | None = None,
    ) -> None:
        self._share = share
        self._all = tuple(_Watched(service, block_pages) for service in services)
        self._servers = servers
        self._vpn = vpn
        self.looked = -math.inf
        """When, by time.monotonic()."""

    def look(self, now: float, *, afresh: bool) -> Verdict:
        """Look at those that are due, all at the same time."""
        watched = [w for w in self._all if not (w.service.via_vpn and self._vpn.is_down)]
        for behind in self._all:
            if behind not in watched:
                behind.kept.forget()
        if not watched:
            return Verdict()
        heard = self._share.listen(now) if self._share else Verdict()
        due = [w for w in watched if self._is_due(w, now, afresh=afresh)]
        self.looked = time.monotonic()
        due += _vanished([w for w in watched if w.may_be_knocked_at and w not in due])
        servers = self._servers()
        self._tell(due, now)
        for one, outcome in zip(due, together([lambda w=w: w.look(servers) for w in due]), strict=True):  # type: ignore[misc] # mypy cannot infer a lambda with a default
            one.take(now, outcome)
        self._tell(due, now)
        found = _verdict(watched, kept=not due)
        return found._replace(facts=heard.facts, samples=(*found.samples, *heard.samples))

    def are_there(self) -> bool:
        """Between two looks, from any thread: do the office's own services that worked still let us in?"""
        return not _vanished([w for w in self._all if w.may_be_knocked_at])

    def _is_due(self, one: _Watched, now: float, *, afresh: bool) -> bool:
        others = self._share if self._share and not one.is_near else None
        held = others.not_before(one.url, one.kept.every_seconds, now) if others else 0.0
        return one.kept.due(now, afresh=afresh, not_before=held)

    def _tell(self, due: Sequence[_Watched], now: float) -> None:
        """The other counters need not ask what this one asks."""
        if self._share:
            self._share.tell([one.url for one in due if not one.is_near], now)

    def forget(self) -> None:
        """Look again once the way there is back."""
        for watched in self._all:
            watched.kept.forget()


def _vanished(watched: Sequence[_Watched]) -> list[_Watched]:
    """Those that no longer let us in at any of their addresses."""
    doors = [(one, address) for one in watched for address in one.addresses[: net.MOST_ADDRESSES]]
    came = handshakes([Endpoint(address, one.url.at.port) for one, address in doors], _KNOCK_SECONDS)
    there = [one for (one, _), answer in zip(doors, came, strict=True) if answer.seconds is not None]
    return [one for one in watched if one not in there]


def _verdict(watched: Sequence[_Watched], *, kept: bool) -> Verdict:
    pairs = [(w, w.kept.result) for w in watched if w.kept.result]
    faults = [fault for w, _ in pairs for fault in w.faults]
    up = all(outcome.failed is None for _, outcome in pairs)
    measured = [sample for w, _ in pairs for sample in w.samples]
    if secured := [outcome for w, outcome in pairs if w.url.scheme in ("tls", "https")]:
        works = all(outcome.failed is not Stage.TLS for outcome in secured)
        measured.append(Sample(metric=LAYER_UP, value=float(works), labels=(SafeText("tls"),)))
    news = any(w.kept.unsure for w in watched)
    return Verdict(up=up, faults=tuple(faults), kept=kept, news=news, samples=tuple(measured))
