"""The layer of TLS: is a host that we know let through unchanged, as its certificate proves?

Only somebody else's certificate, or a block page, proves by itself that somebody sits in between. A host that does not
answer, or breaks off, may itself be down: that takes two hosts, of parties that have nothing to do with each other.
"""

from collections.abc import Callable, Sequence
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple

from probes.link.ladder import SERVICE_SECONDS, Keeper, Layer, Verdict, together
from probes.link.metrics import RTT, TLS_SECONDS
from probes.reading import NO_TEXT, Actor, Fault, Sample, Severity
from probes.text import SafeText, clean
from probes.wire import certificate, clock, names, net
from probes.wire.address import Endpoint
from probes.wire.target import Outcome, Stage, Url, read_url

_SECONDS = 2.0
_RESOLVE_SECONDS = 1.5
_EVIDENCE_SECONDS = 1.0
_EVIDENCE_BYTES = 300
_TWO_SOURCES = 2
PART = SafeText("control")


_UNREACHED = Outcome(failed=Stage.CONNECT)


class Finding(IntEnum):
    """What became of one control host; the lower, the more it proves."""

    STRANGER = 1
    ENDED = 2
    SILENT = 3
    GOOD = 4


class Tried(NamedTuple):
    """One control host: what was found, why it is not good, and how long it took."""

    finding: Finding
    why: SafeText = NO_TEXT
    outcome: Outcome = _UNREACHED


class ControlLayer(Layer):
    """One control host that shows its own certificate is enough."""

    name = "tls"

    def __init__(
        self,
        hosts: Sequence[Url],
        servers: Callable[[], Sequence[Endpoint]],
        *,
        ca_file: Path | None = None,
        block_pages: frozenset[str] = frozenset(),
        timeout_seconds: float = _SECONDS,
    ) -> None:
        self._timeout_seconds = timeout_seconds
        self._hosts = tuple(hosts)
        self._servers = servers
        self._trust = net.Trust(ca_file=str(ca_file or ""))
        self._block_pages = block_pages
        self._kept: Keeper[Verdict] = Keeper(" ".join(str(h.at) for h in hosts), SERVICE_SECONDS, gentle=True)
        self._asked_afresh = False

    def look(self, now: float, *, afresh: bool) -> Verdict:
        """A TLS handshake with each host at the same time, once a minute and once more for news; no request."""
        if not self._hosts:
            return Verdict()
        due = self._kept.due(now)
        if due or (afresh and self._kept.result and not self._asked_afresh):
            self._asked_afresh = not due
            verdict = self._ask()
            self._kept.put(now, verdict, good=verdict.up is not False)
            return verdict._replace(news=self._kept.unsure)
        return (self._kept.result or Verdict())._replace(kept=True, news=self._kept.unsure)

    def _ask(self) -> Verdict:
        servers = self._servers()
        tried = together([lambda h=h: self._try(h, servers) for h in self._hosts])  # type: ignore[misc] # mypy cannot infer a lambda with a default
        samples = [s for host, one in zip(self._hosts, tried, strict=True) for s in _samples(host, one.outcome)]
        return judge(tried)._replace(samples=tuple(samples))

    def _try(self, host: Url, servers: Sequence[Endpoint]) -> Tried:
        found = names.lookup(host.at.host, servers, _RESOLVE_SECONDS)
        blocked = next((x for x in (*found.addresses, *found.aliases) if x.rstrip(".") in self._block_pages), "")
        if blocked:
            return _failed(Finding.STRANGER, host, f"leads to the block page {blocked}")
        if not found.addresses:
            return _failed(Finding.SILENT, host, f"the name has no address: {found.why}")
        outcome = net.look(host, found.addresses, self._timeout_seconds, trust=self._trust)
        if outcome.failed is None:
            return Tried(finding=Finding.GOOD, outcome=outcome)
        if not outcome.refused:
            return _failed(Finding.SILENT, host, outcome.why, outcome)
        shown = certificate.names(net.presented(host, found.addresses, _EVIDENCE_SECONDS))
        who = f"subject {shown.subject or 'untold'}, issuer {shown.issuer or 'untold'}"
        finding = Finding.ENDED if outcome.only_dates else Finding.STRANGER
        return _failed(finding, host, f"{outcome.why}; {who}", outcome)

    def forget(self) -> None:
        """Ask again once the layers below are back, at its own pace."""
        self._kept.forget()


def judge(tried: Sequence[Tried]) -> Verdict:
    """What several control hosts say together, under the clock as it is."""
    # What proves something comes first: the line may be cut.
    bad = sorted((one for one in tried if one.finding is not Finding.GOOD), key=lambda one: one.finding)
    evidence = clean("; ".join(one.why for one in bad), _EVIDENCE_BYTES)
    facts = {"control": evidence} if evidence else {}
    if len(bad) < len(tried):
        return Verdict(up=True, facts=facts)
    if any(one.outcome.failed is Stage.TLS for one in bad) and not clock.trusted():
        return Verdict(facts={"control": clean(f"not judged, this PC's clock is wrong: {evidence}", _EVIDENCE_BYTES)})
    findings = {one.finding for one in bad}
    if Finding.STRANGER in findings or (findings == {Finding.SILENT} and len(bad) >= _TWO_SOURCES):
        return Verdict(up=False, faults=(_filtered(evidence),))
    ended = any(one.finding is Finding.ENDED for one in bad)
    return Verdict(faults=(_ended(evidence),) if ended else (), facts=facts)


def _filtered(evidence: SafeText) -> Fault:
    return Fault(code="internet-filtered", severity=Severity.BLOCKING, actor=Actor.PROVIDER, detail=evidence)


def _ended(evidence: SafeText) -> Fault:
    """A known authority issued it for this very name: nobody in between, but the host's own neglect."""
    return Fault(code="tls-invalid", severity=Severity.NOTICE, actor=Actor.TECHNICIAN, part=PART, detail=evidence)


def _failed(finding: Finding, host: Url, why: str, outcome: Outcome = _UNREACHED) -> Tried:
    text = clean(f"{host.at}: {why}", _EVIDENCE_BYTES)
    return Tried(finding=finding, why=text, outcome=outcome)


def _samples(host: Url, outcome: Outcome) -> list[Sample]:
    values = ((RTT, outcome.connect_seconds), (TLS_SECONDS, outcome.tls_seconds))
    return [Sample(metric=m, value=v, labels=(clean(str(host.at)),)) for m, v in values if v is not None]


def hosts(urls: Sequence[str]) -> tuple[Url, ...]:
    """What to shake hands with. Raises ValueError("control: what is wrong; what to write instead")."""
    found = []
    for text in urls:
        try:
            url = read_url(text)
        except ValueError as error:
            msg = f"control: {error}"
            raise ValueError(msg) from error
        if url.scheme != "https" or url.path != "/":
            msg = f"control: {text!r} is not a host over TLS; write https://HOST/ or https://HOST:PORT/"
            raise ValueError(msg)
        found.append(Url(scheme="tls", at=url.at))
    return tuple(found)
