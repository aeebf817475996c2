"""A PC that has only IPv6, and one that has only IPv4: the other family is neither asked nor missed."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from probes.kinds.link import Link
from probes.link.service import Service
from probes.reading import Reading
from probes.text import SafeText
from probes.wire import icmp
from tests.fakes.http import HttpServer, page
from tests.fakes.netns import allow_pings, command, inside, namespaces

PC, ROUTER = "jl-fam-pc", "jl-fam-router"
NETS = {
    "IPv6": ("2001:db8:1::2/64", "2001:db8:1::1/64", "2001:db8:9::1", "/128"),
    "IPv4": ("192.0.2.2/24", "192.0.2.1/24", "198.51.100.9", "/32"),
}
NOT_OURS = {"IPv6": ("203.0.113.1:443", "203.0.113.2:443"), "IPv4": ("[2001:db8:77::1]:443", "[2001:db8:77::2]:443")}


@pytest.fixture(params=list(NETS))
def look(request: pytest.FixtureRequest) -> Iterator[tuple[Callable[[], Reading], str]]:
    """A look from a PC with one family, wired to a router behind which the internet is."""
    own, router, far, bits = NETS[request.param]
    nodad = ["nodad"] if request.param == "IPv6" else []
    with namespaces(PC, ROUTER), ExitStack() as stack:
        command("ip", "-n", PC, "link", "add", "eth0", "type", "veth", "peer", "name", "lan0", "netns", ROUTER)
        for name, device, address in ((PC, "eth0", own), (ROUTER, "lan0", router), (ROUTER, "lo", far + bits)):
            command("ip", "-n", name, "address", "add", address, "dev", device, *nodad)
            command("ip", "-n", name, "link", "set", device, "up")
        command("ip", "-n", PC, "route", "add", "default", "via", router.partition("/")[0])
        inside(PC, allow_pings)
        # a fresh interface needs half a second to be heard by IPv6 neighbours
        assert any(inside(PC, lambda: icmp.ping(router.partition("/")[0], 1.0)) for _ in range(5))
        web = HttpServer(page(200), host=far, port=80)
        inside(ROUTER, lambda: stack.enter_context(web))
        host = f"[{far}]" if ":" in far else far
        link = Link(
            internet=(f"{host}:80", *NOT_OURS[request.param]),
            dns_names=(),
            portal=(),
            interception=False,
            services=(Service(name=SafeText("siak"), url=f"http://{host}/"),),
        )
        yield (lambda: inside(PC, link.read)), request.param


def test_a_whole_link_of_one_family_is_healthy(look: tuple[Callable[[], Reading], str]) -> None:
    reading = look[0]()
    assert reading.faults == ()
    assert (":" in reading.facts["gateway"]) is (look[1] == "IPv6")
    targets = {sample.labels[0] for sample in reading.samples if sample.metric.name == "jagaloket_link_rtt_seconds"}
    assert targets == {"gateway", "siak", "[2001:db8:9::1]:80" if look[1] == "IPv6" else "198.51.100.9:80"}


def test_its_router_is_missed(look: tuple[Callable[[], Reading], str]) -> None:
    assert look[0]().faults == ()
    command("ip", "-n", ROUTER, "address", "flush", "dev", "lan0", "scope", "global")
    command("ip", "-n", PC, "neighbour", "flush", "dev", "eth0")
    codes: set[str] = set()
    for _ in range(8):
        codes = {fault.code for fault in look[0]().faults}
        if codes:
            break
    assert codes == {"gateway-down"}
