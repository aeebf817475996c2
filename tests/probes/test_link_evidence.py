"""Every verdict of the ladder carries its evidence: one scene for each fault that a link can tell."""

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from probes.kinds import link as kind
from probes.kinds.link import Link
from probes.link.cable import CableQuality
from probes.link.control import ControlLayer, hosts
from probes.link.gateway import GatewayLayer
from probes.link.lan import Line, unplugged
from probes.link.portal import KnownPage, PortalLayer
from probes.link.quality import QualityLayer
from probes.link.service import Service
from probes.link.services import ServiceLayer
from probes.link.vpn import Vpn, VpnLayer
from probes.link.wan import DnsLayer, InternetLayer, literals
from probes.reading import Fault
from probes.text import SafeText
from probes.wire import icmp, route
from probes.wire.icmp import Burst
from probes.wire.route import Interface, Neighbour, Nud
from tests.fakes.certificates import Authority
from tests.fakes.dns import A, DnsServer, answer, knows, record, refuses
from tests.fakes.http import HttpServer, free_port, page

ETH = Interface(
    name="eth0",
    is_up=True,
    has_carrier=True,
    carrier_changes=2,
    packets=1000,
    received_bytes=1,
    sent_bytes=1,
    errors=0,
)
Faults = Sequence[Fault]


class Stage:
    """What a scene may use; all of it ends with the test."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, ends: ExitStack) -> None:
        self.folder, self.patch, self._ends = folder, patch, ends
        self.names = ends.enter_context(DnsServer(knows("127.0.0.1")))
        self.ca = Authority(folder)
        self.gone = f"127.0.0.1:{free_port()}"

    def server(self, status: int = 200, *, days: int | None = None) -> HttpServer:
        tls = None if days is None else self.ca.server("siak.example", days)
        return self._ends.enter_context(HttpServer(page(status), tls=tls))

    def service(self, url: str, **more: float) -> Faults:
        one = Service(name=SafeText("siak"), url=url, ca_file=self.ca.ca_file, **more)  # type: ignore[arg-type] # the scene's own options
        layer = ServiceLayer([one], lambda: (self.names.at,), VpnLayer(None), frozenset({"27.54.116.70"}))
        return layer.look(0, afresh=False).faults


def power_out(on: Stage) -> Faults:
    for name, kind_of, online in (("BAT0", "Battery", "1"), ("AC", "Mains", "0")):
        (on.folder / name).mkdir()
        (on.folder / name / "type").write_text(kind_of)
        (on.folder / name / "online").write_text(online)
    return (unplugged("eth0", ETH._replace(has_carrier=False), on.folder),)


def cable_unplugged(on: Stage) -> Faults:
    down = ETH._replace(is_up=False, has_carrier=False)
    return (*(unplugged("eth0", one, on.folder) for one in (None, down, ETH._replace(has_carrier=False))),)


def no_address(on: Stage) -> Faults:
    del on
    return Link(interface="lo", internet=(), dns_names=(), portal=()).read().faults


def gateway_down(on: Stage) -> Faults:
    on.patch.setattr(icmp, "ping", lambda *_: None)
    found = []
    for known in (
        None,
        Neighbour(state=Nud.STALE, confirmed_seconds=9.0),
        Neighbour(state=Nud.FAILED, confirmed_seconds=9.0),
    ):
        on.patch.setattr(route, "neighbour", lambda *_, one=known: one)
        verdict = GatewayLayer(Line(gateway="192.0.2.9", interface="eth0")).look(0, afresh=False)
        found += [*verdict.faults, *([verdict.doubt] if verdict.doubt else [])]
    return found


def internet_down(on: Stage) -> Faults:
    targets = literals("internet", (on.gone, on.gone), 443)
    return InternetLayer(Line(gateway="127.0.0.1"), targets).look(0, afresh=False).faults


def dns_failed(on: Stage) -> Faults:
    on.patch.setattr("probes.wire.names.name_servers", tuple)
    found = list(DnsLayer((), ("stable.example",)).look(0, afresh=False).faults)
    for reply in (refuses(2), lambda question: [answer(question)]):
        on.names.reply = reply
        found += DnsLayer((on.names.at,), ("stable.example",)).look(0, afresh=False).faults
    return found


def captive_portal(on: Stage) -> Faults:
    found: list[Fault] = []
    for status, body in ((302, ""), (200, "Known")):
        known = KnownPage(url=f"http://page.example:{on.server(status).port}/", status=200, body=body)
        found += PortalLayer([known], lambda: (on.names.at,)).look(0, afresh=False).faults
    return found


def internet_filtered(on: Stage) -> Faults:
    url = f"https://control.example:{on.server(days=9).port}/"
    found: list[Fault] = []
    for urls in ((url,), (f"https://{on.gone}/", f"https://{on.gone}/")):
        found += ControlLayer(hosts(urls), lambda: (on.names.at,), ca_file=on.ca.ca_file).look(0, afresh=False).faults
    return found


def service_down(on: Stage) -> Faults:
    return (*on.service(f"tcp://{on.gone}"), *on.service(f"http://siak.example:{on.server(503).port}/"))


def service_slow(on: Stage) -> Faults:
    return on.service(f"http://siak.example:{on.server().port}/", slow_seconds=1e-9)


def tls_invalid(on: Stage) -> Faults:
    ended = on.server(days=-1).port
    urls = hosts([f"https://siak.example:{ended}/"])
    control = ControlLayer(urls, lambda: (on.names.at,), ca_file=on.ca.ca_file).look(0, afresh=False).faults
    return (*control, *on.service(f"tls://siak.example:{ended}"))


def tls_expiring(on: Stage) -> Faults:
    return on.service(f"tls://siak.example:{on.server(days=5).port}")


def domain_blocked(on: Stage) -> Faults:
    on.names.reply = lambda question: [answer(question, record(A, socket.inet_aton("27.54.116.70")))]
    return on.service("http://siak.example/")


def vpn_down(on: Stage) -> Faults:
    inside = Vpn(interface="lo", inside=on.gone)
    return [f for vpn in (Vpn(interface="wg9"), inside) for f in VpnLayer(vpn).look(0, afresh=False).faults]


def bursts(on: Stage, burst: Burst) -> Faults:
    on.patch.setattr(icmp, "bursts", lambda addresses, *_, **__: [burst] * len(addresses))
    layer = QualityLayer(Line(gateway="192.0.2.9"), (), loss_limit=0.1, latency_limit_seconds=0.5)
    found: Faults = ()
    for look in range(12):
        found = layer.look(look * 1000.0, afresh=False).faults or found
        if layer._thread is not None:
            layer._thread.join(5)
    return found


def high_loss(on: Stage) -> Faults:
    return bursts(on, Burst(sent=10, rtts=(0.01,) * 5))


def high_latency(on: Stage) -> Faults:
    return bursts(on, Burst(sent=10, rtts=(0.9,) * 10))


def interface_errors(on: Stage) -> Faults:
    cable = CableQuality(on.folder)
    cable.look(ETH, 0)
    return cable.look(ETH._replace(errors=500, packets=2000), 30)[1]


def unstable_connection(on: Stage) -> Faults:
    cable = CableQuality(on.folder)
    cable.look(ETH, 0)
    found = list(cable.look(ETH._replace(carrier_changes=9), 30)[1])
    web = on.server()
    link = Link(interface="lo", gateway="127.0.0.1", internet=(web.at,), dns_names=(), portal=())
    for minute in range(8):
        link._now = lambda at=minute * 60.0: at  # type: ignore[misc] # mypy cannot infer a lambda with a default
        if minute:
            web.stop() if minute % 2 else web.start()
        found += [fault for fault in link.read().faults if fault.code == "unstable-connection"]
    return found


SCENES: dict[str, Callable[[Stage], Faults]] = {
    scene.__name__.replace("_", "-"): scene
    for scene in (
        *(power_out, cable_unplugged, no_address, gateway_down, internet_down, dns_failed, captive_portal),
        *(internet_filtered, service_down, service_slow, tls_invalid, tls_expiring, domain_blocked, vpn_down),
        *(high_loss, high_latency, interface_errors, unstable_connection),
    )
}


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    with ExitStack() as ends:
        yield Stage(tmp_path, monkeypatch, ends)


def test_there_is_a_scene_for_every_fault_that_a_link_can_tell() -> None:
    assert sorted(SCENES) == sorted(set(kind._BLAMED))


@pytest.mark.parametrize("code", sorted(SCENES))
def test_a_verdict_carries_its_evidence(stage: Stage, code: str) -> None:
    found = SCENES[code](stage)
    assert {fault.code for fault in found} == {code}
    assert all(len(fault.detail) > len("none") for fault in found), found
