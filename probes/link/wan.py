"""The layers beyond the router: the internet by a majority of addresses, and name servers."""

import socket
from collections.abc import Sequence
from typing import NamedTuple

from probes.link.ladder import NEAR_SECONDS, PUBLIC_SECONDS, Keeper, Layer, Verdict, together
from probes.link.lan import Line
from probes.link.metrics import DNS_SECONDS, RTT
from probes.reading import NO_TEXT, Actor, Fault, Sample, Severity
from probes.text import SafeText, clean
from probes.wire import dns, names
from probes.wire.address import Endpoint, endpoint, family, is_loopback, is_near
from probes.wire.tcp import handshakes

CONNECT_SECONDS = 2.0
DNS_SECONDS_ALLOWED = 2.4


class _Tried(NamedTuple):
    """One target's result: seconds where it answered, else why not."""

    target: SafeText
    seconds: float | None
    why: str


def _pace(hosts: Sequence[str]) -> float:
    return NEAR_SECONDS if all(is_near(host) for host in hosts) else PUBLIC_SECONDS


class InternetLayer(Layer):
    """Do most of several unrelated addresses let us in? One of two is enough."""

    name = "internet"

    def __init__(self, line: Line, targets: Sequence[Endpoint]) -> None:
        self._line = line
        self._targets = tuple(targets)
        self._kept: Keeper[list[_Tried]] = Keeper("internet", _pace([t.host for t in targets]))

    def look(self, now: float, *, afresh: bool) -> Verdict:
        """A TCP handshake with each, all at the same time."""
        targets = self._of_our_family()
        if not targets:
            return Verdict()
        kept = not self._kept.due(now, afresh=afresh)
        if not kept:
            came = handshakes(targets, CONNECT_SECONDS)
            tried = [_Tried(clean(str(t)), one.seconds, one.why) for t, one in zip(targets, came, strict=True)]
            answered = sum(one.seconds is not None for one in tried)
            self._kept.put(now, tried, good=answered >= (len(targets) + 1) // 2)
        return self._verdict(self._kept.result or [], kept=kept)

    def _of_our_family(self) -> tuple[Endpoint, ...]:
        """A PC without an IPv6 route is not asked for IPv6, nor the other way round."""
        ours = family(self._line.gateway)
        return tuple(t for t in self._targets if family(t.host) == ours) or self._targets

    def _verdict(self, tried: Sequence[_Tried], *, kept: bool) -> Verdict:
        samples = tuple(Sample(metric=RTT, value=t.seconds, labels=(t.target,)) for t in tried if t.seconds is not None)
        if not self._kept.bad_looks:
            return Verdict(up=True, kept=kept, samples=samples)
        evidence = clean("; ".join(t.why for t in tried if t.seconds is None), 300)
        fault = Fault(code="internet-down", severity=Severity.BLOCKING, actor=Actor.PROVIDER, detail=evidence)
        return Verdict(up=False, faults=(fault,), kept=kept, alone=not samples, news=self._kept.unsure, samples=samples)

    def forget(self) -> None:
        """Ask again once the gateway is back."""
        self._kept.forget()


class DnsLayer(Layer):
    """Does at least one name server know at least one of several stable names?"""

    name = "dns"

    def __init__(self, resolvers: Sequence[Endpoint], stable_names: Sequence[str]) -> None:
        self._wanted = tuple(resolvers)
        self._names = tuple(stable_names)
        self._kept: dict[Endpoint, Keeper[_Tried]] = {}

    def servers(self) -> tuple[Endpoint, ...]:
        """Those of the configuration, else those of the system."""
        return self._wanted or names.name_servers()

    def look(self, now: float, *, afresh: bool) -> Verdict:
        """A query to each server, all at the same time."""
        if not self._names:
            return Verdict()
        servers = self.servers()
        self._kept = {s: self._kept.get(s) or Keeper(str(s), _pace([s.host])) for s in servers}
        due = [server for server, kept in self._kept.items() if kept.due(now, afresh=afresh)]
        results = together([lambda s=s: _query(s, self._names) for s in due])  # type: ignore[misc] # mypy cannot infer a lambda with a default
        for server, tried in zip(due, results, strict=True):
            self._kept[server].put(now, tried, good=tried.seconds is not None)
        return self._verdict(kept=not due and bool(servers))

    def _verdict(self, *, kept: bool) -> Verdict:
        tried = [k.result for k in self._kept.values() if k.result]
        samples = tuple(
            Sample(metric=DNS_SECONDS, value=t.seconds, labels=(t.target,)) for t in tried if t.seconds is not None
        )
        bad = [t for t in tried if t.seconds is None]
        if samples:
            faults = tuple(_dns_failed(t.why, Severity.DEGRADED, t.target) for t in bad)
            return Verdict(up=True, faults=faults, kept=kept, samples=samples)
        why = "; ".join(t.why for t in bad) or "no name server is configured"
        near = all(is_loopback(server.host) for server in self._kept)
        news = any(k.unsure for k in self._kept.values()) or not tried
        fault = _dns_failed(why, Severity.BLOCKING, actor=Actor.TECHNICIAN if near else Actor.PROVIDER)
        return Verdict(up=False, faults=(fault,), kept=kept, news=news)

    def forget(self) -> None:
        """Ask again once the internet is back."""
        self._kept.clear()


def _dns_failed(why: str, severity: Severity, part: SafeText = NO_TEXT, *, actor: Actor = Actor.PROVIDER) -> Fault:
    return Fault(code="dns-failed", severity=severity, actor=actor, part=part, detail=clean(why, 300))


def _query(server: Endpoint, stable_names: Sequence[str]) -> _Tried:
    target = clean(str(server))
    try:
        answer = dns.ask(server, stable_names, DNS_SECONDS_ALLOWED, socket.AF_INET)
    except OSError as error:
        return _Tried(target, None, f"{target}: {error.strerror or 'no way to it'}")
    if answer and answer.rcode == 0 and answer.addresses:
        return _Tried(target, answer.seconds, "")
    return _Tried(target, None, f"{target}: {answer.verdict + ', no address' if answer else 'no answer'}")


def literals(option: str, texts: Sequence[str], port: int) -> tuple[Endpoint, ...]:
    """Addresses to call without DNS. Raises ValueError("option: what is wrong; what to write instead")."""
    found = []
    for text in texts:
        try:
            place = endpoint(text, port)
        except ValueError as error:
            msg = f"{option}: {error}"
            raise ValueError(msg) from error
        if family(place.host) is None:
            msg = f"{option}: {text!r} is a name; write an address, so that this check does not need DNS"
            raise ValueError(msg)
        found.append(place)
    return tuple(found)
