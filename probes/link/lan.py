"""The lower layers: cable, address, gateway. They ask the kernel, and the gateway for one echo."""

import time
from dataclasses import dataclass
from pathlib import Path

from probes.link.ladder import Layer, Verdict
from probes.link.metrics import RTT
from probes.reading import Actor, Fault, Sample, Severity
from probes.text import SafeText, clean
from probes.wire import icmp, route
from probes.wire.address import family, is_link_local
from probes.wire.route import Nud

SYS_NET = Path("/sys/class/net")
_GATEWAY = SafeText("gateway")
_PATIENCE_SECONDS = 0.6
_SHORT_PATIENCE_SECONDS = 0.1


@dataclass(kw_only=True)
class Line:
    """Which way out this look goes; the lower layers fill it in for those above.

    wanted_interface, wanted_gateway: what the configuration says, or "".
    """

    wanted_interface: str = ""
    wanted_gateway: str = ""
    interface: str = ""
    gateway: str = ""


def _fault(code: str, detail: str, actor: Actor = Actor.TECHNICIAN) -> Fault:
    return Fault(code=code, severity=Severity.BLOCKING, actor=actor, detail=clean(detail, 300))


def carrier(interface: str, sys_net: Path = SYS_NET) -> bool | None:
    """Whether the cable (or the radio) has a partner; None where there is no such interface."""
    try:
        return (sys_net / interface / "carrier").read_text("ascii").strip() == "1"
    except FileNotFoundError:
        return None
    except OSError:
        return False


def likely_interface(sys_net: Path = SYS_NET) -> str:
    """The interface to watch where no default route names one: real hardware and a carrier come first."""
    try:
        names = sorted(path.name for path in sys_net.iterdir() if path.name != "lo")
    except OSError:
        return ""
    return max(names, key=lambda n: ((sys_net / n / "device").exists(), carrier(n, sys_net) is True), default="")


class CarrierLayer(Layer):
    """Is there an interface, and is something plugged into it?"""

    name = "carrier"

    def __init__(self, line: Line) -> None:
        self._line = line

    def look(self, now: float, *, afresh: bool) -> Verdict:
        """The interface of the configuration, else of the default route, else the last one, else a likely one."""
        del now, afresh
        line = self._line
        routed = next((r.interface for r in route.default_routes()), "") if not line.wanted_interface else ""
        line.interface = line.wanted_interface or routed or line.interface or likely_interface()
        if not line.interface:
            return Verdict(up=False, faults=(_fault("no-address", "this PC has no network interface"),))
        state = carrier(line.interface)
        facts = {"interface": clean(line.interface)}
        if state:
            return Verdict(up=True, facts=facts)
        why = "has no carrier" if state is False else "does not exist"
        return Verdict(up=False, faults=(_fault("cable-unplugged", f"{line.interface} {why}"),), facts=facts)


class AddressLayer(Layer):
    """Has the interface an address that leads beyond the cable, and is there a default route?"""

    name = "address"

    def __init__(self, line: Line) -> None:
        self._line = line

    def look(self, now: float, *, afresh: bool) -> Verdict:
        """Read both from the kernel."""
        del now, afresh
        line = self._line
        own = [a for a in route.addresses() if a.interface == line.interface]
        usable = [a.address for a in own if (a.is_global or line.interface == "lo") and not is_link_local(a.address)]
        if not usable:
            had = ", ".join(a.address for a in own) or "none"
            return Verdict(up=False, faults=(_fault("no-address", f"{line.interface}: no usable address ({had})"),))
        ways = [r for r in route.default_routes() if r.interface == line.interface]
        if not ways and not line.wanted_gateway:
            detail = f"{line.interface} has {usable[0]}, but no default route"
            return Verdict(up=False, faults=(_fault("no-address", detail),))
        line.gateway = line.wanted_gateway or ways[0].gateway or ""
        return Verdict(up=True, facts={"address": clean(usable[0]), "gateway": clean(line.gateway)})


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
        fault = _fault(
            "gateway-down", f"{gateway}: {why}; neighbour {state.name or 'unknown'}, heard {heard:.0f} s ago"
        )
        dead = Nud.FAILED if waited < _PATIENCE_SECONDS else Nud.FAILED | Nud.INCOMPLETE
        if state & dead:
            return Verdict(up=False, faults=(fault,))
        alive = Nud.REACHABLE | Nud.PERMANENT
        if state & alive and (heard <= waited or self._echoes != gateway):
            return Verdict(up=True)
        return Verdict(doubt=fault)
