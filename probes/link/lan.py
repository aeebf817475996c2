"""The lowest layers: cable and address. They only ask the kernel."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from probes.link.cable import CableQuality
from probes.link.ladder import Layer, Verdict
from probes.reading import Actor, Fault, Severity
from probes.text import clean
from probes.wire import route
from probes.wire.address import is_link_local
from probes.wire.powersupply import SUPPLIES, power
from probes.wire.route import Interface
from probes.wire.tables import Tables

SYS_NET = Path("/sys/class/net")


@dataclass(kw_only=True)
class Line:
    """Which way out this look goes; the lower layers fill it in for those above.

    wanted_interface, wanted_gateway: what the configuration says, or "".
    """

    wanted_interface: str = ""
    wanted_gateway: str = ""
    interface: str = ""
    gateway: str = ""
    routes: tuple[route.Route, ...] = ()
    tables: Tables = field(default_factory=Tables)


def lan_fault(code: str, detail: str, actor: Actor = Actor.TECHNICIAN) -> Fault:
    """A blocking fault of the office's own network."""
    return Fault(code=code, severity=Severity.BLOCKING, actor=actor, detail=clean(detail, 300))


def likely_interface(known: Mapping[str, Interface], sys_net: Path = SYS_NET) -> str:
    """The interface to watch where no default route names one: real hardware and a carrier come first."""

    def rank(name: str) -> tuple[bool, bool, str]:
        return (sys_net / name / "device").exists(), known[name].has_carrier, name

    return max((name for name in known if name != "lo"), key=rank, default="")


class CarrierLayer(Layer):
    """Is there an interface, and is something plugged into it?"""

    name = "carrier"

    def __init__(self, line: Line, supplies: Path = SUPPLIES) -> None:
        self._line = line
        self._supplies = supplies
        self._quality = CableQuality()

    def look(self, now: float, *, afresh: bool) -> Verdict:
        """The interface of the configuration, else of the default route, else the last one, else a likely one."""
        line = self._line
        line.tables.hear()
        if afresh:
            line.tables.forget()
        known = line.tables.interfaces()
        line.routes = line.tables.default_routes()
        routed = next((r.interface for r in line.routes), "")
        line.interface = line.wanted_interface or routed or line.interface or likely_interface(known)
        if not line.interface:
            return Verdict(up=False, faults=(lan_fault("no-address", "this PC has no network interface"),))
        facts = {"interface": clean(line.interface)}
        interface = known.get(line.interface)
        if interface and interface.has_carrier:
            samples, faults = self._quality.look(interface, now)
            return Verdict(up=True, kept=not afresh, facts=facts, samples=samples, faults=faults)
        return Verdict(up=False, faults=(unplugged(line.interface, interface, self._supplies),), facts=facts)


def unplugged(name: str, interface: Interface | None, supplies: Path = SUPPLIES) -> Fault:
    """No carrier: the cable or the device behind it; where this PC has no mains either, the power."""
    if interface is None:
        return lan_fault("cable-unplugged", f"{name} does not exist")
    if not interface.is_up:
        return lan_fault("cable-unplugged", f"{name} is switched off in this PC")
    if power(supplies).on_mains is False:
        return lan_fault("power-out", f"{name} lost its partner, and the PC runs on battery", Actor.POWER)
    return lan_fault("cable-unplugged", f"{name} has no carrier")


class AddressLayer(Layer):
    """Has the interface an address that leads beyond the cable, and is there a default route?"""

    name = "address"

    def __init__(self, line: Line) -> None:
        self._line = line

    def look(self, now: float, *, afresh: bool) -> Verdict:
        """Read both from the kernel."""
        del now, afresh
        line = self._line
        own = [a for a in line.tables.addresses() if a.interface == line.interface]
        usable = [a.address for a in own if (a.is_global or line.interface == "lo") and not is_link_local(a.address)]
        if not usable:
            had = ", ".join(a.address for a in own) or "none"
            return Verdict(up=False, faults=(lan_fault("no-address", f"{line.interface}: no usable address ({had})"),))
        ways = [r for r in line.routes if r.interface == line.interface]
        if not ways and not line.wanted_gateway:
            detail = f"{line.interface} has {usable[0]}, but no default route"
            return Verdict(up=False, faults=(lan_fault("no-address", detail),))
        line.gateway = line.wanted_gateway or ways[0].gateway or ""
        return Verdict(up=True, facts={"address": clean(usable[0]), "gateway": clean(line.gateway)})
