"""Whether somebody on the way answers DNS queries meant for others. Information, not a fault: ISPs must do it here."""

import threading

from probes.link.ladder import Layer, Verdict
from probes.link.lan import Line
from probes.link.metrics import DNS_INTERCEPTED
from probes.reading import Sample
from probes.text import SafeText
from probes.wire import dns, route
from probes.wire.address import Endpoint

NOBODY = Endpoint("192.0.2.1", 53)
"""TEST-NET-1 (RFC 5737): no such host can exist, so any answer comes from somebody in between."""

_PAUSE_SECONDS = 3600.0
_WAIT_SECONDS = 1.0


class InterceptionLayer(Layer):
    """One query an hour, beside the looks."""

    name = "interception"

    def __init__(self, line: Line, stable_names: tuple[str, ...], nobody: Endpoint = NOBODY) -> None:
        self._line = line
        self._names = stable_names[:1]
        self._nobody = nobody
        self._due = 0.0
        self._found: list[bool] = []

    def look(self, now: float, *, afresh: bool) -> Verdict:
        """What the last query found; never judges."""
        del afresh
        if self._names and now >= self._due:
            self._due = now + _PAUSE_SECONDS
            threading.Thread(target=self._ask, daemon=True, name="link-interception").start()
        if not self._found:
            return Verdict()
        facts = {"dns_intercepted": SafeText("yes" if self._found[-1] else "no")}
        return Verdict(samples=(Sample(metric=DNS_INTERCEPTED, value=float(self._found[-1])),), facts=facts)

    def _ask(self) -> None:
        try:
            if any(a.address.rpartition(".")[0] == self._nobody.host.rpartition(".")[0] for a in route.addresses()):
                return
            answer = dns.ask(self._nobody, self._names, _WAIT_SECONDS)
        except OSError:
            answer = None
        self._found[:] = [answer is not None]
