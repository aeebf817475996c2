"""The router: alive by its echo, dead by the neighbour table, and sometimes only suspected."""

import time

from probes.link.ladder import Layer, Verdict
from probes.link.lan import Line, lan_fault
from probes.link.metrics import RTT
from probes.reading import Sample
from probes.text import SafeText
from probes.wire import icmp, route
from probes.wire.address import family, is_link_local
from probes.wire.route import Nud

_GATEWAY = SafeText("gateway")
_PATIENCE_SECONDS = 0.6
_TICKS_SECONDS = 0.05
"""The kernel counts in hundredths; what may have been heard of before the echo proves nothing."""
_SHORT_PATIENCE_SECONDS = 0.1


class GatewayLayer(Layer):
    """Does the router live? Its echo says yes; the neighbour table says yes or no; silence alone says nothing."""

    name = "gateway"

    def __init__(self, line: Line) -> None:
        self._line = line
        self._echoes = ""

    def look(self, now: float, *, afresh: bool) -> Verdict:
        """One echo, then what the kernel thinks of the neighbour."""
        del now, afresh
        gateway = self._line.gateway
        if not gateway:
            return Verdict()
        started = time.monotonic()
        rtt, why = self._echo(gateway)
        if rtt is not None:
            self._echoes = gateway
            return Verdict(up=True, samples=(Sample(metric=RTT, value=rtt, labels=(_GATEWAY,)),))
        known = route.neighbour(gateway, self._line.interface)
        return self._silent(gateway, known, time.monotonic() - started, why)

    def _echo(self, gateway: str) -> tuple[float | None, str]:
        """Seconds, or None and why; without the right to ping, a closed port's refusal serves as well."""
        patience = _PATIENCE_SECONDS if self._echoes == gateway else _SHORT_PATIENCE_SECONDS
        if is_link_local(gateway) and family(gateway) != family("0.0.0.0"):  # noqa: S104 - compared, never bound
            gateway = f"{gateway}%{self._line.interface}"
        try:
            try:
                return icmp.ping(gateway, patience), "no echo"
            except PermissionError:
                return icmp.knock(gateway, patience), "no answer (pinging is not allowed on this PC)"
        except OSError as error:
            return None, error.strerror or "no way to it"

    def _silent(self, gateway: str, known: route.Neighbour | None, waited: float, why: str) -> Verdict:
        """No echo: dead where the kernel says so, filtered where it was heard of meanwhile, else a doubt."""
        state = known.state if known else Nud(0)
        heard = known.confirmed_seconds if known else 0.0
        fault = lan_fault(
            "gateway-down", f"{gateway}: {why}; neighbour {state.name or 'unknown'}, heard {heard:.0f} s ago"
        )
        dead = Nud.FAILED if waited < _PATIENCE_SECONDS else Nud.FAILED | Nud.INCOMPLETE
        if state & dead:
            return Verdict(up=False, faults=(fault,))
        if state & Nud.REACHABLE and (heard < waited - _TICKS_SECONDS or self._echoes != gateway):
            return Verdict(up=True)
        return Verdict(doubt=fault)
