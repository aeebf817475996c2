"""An office in network namespaces: a counter PC, its router, and an internet of one machine.

PC 192.168.77.2 - router 192.168.77.1 | 198.51.100.254 - internet 198.51.100.x with name server, known page, control
host, central services; and a tunnel PC 10.9.0.2 - centre 10.9.0.1. The office's own services are on its router.
"""

import os
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from probes.kinds.link import Link
from probes.link.portal import KnownPage
from probes.link.service import Service
from probes.link.vpn import Vpn
from probes.reading import Actor, Reading
from probes.text import SafeText
from probes.wire.address import Endpoint
from tests.fakes.agentprocess import until
from tests.fakes.certificates import Authority
from tests.fakes.dns import DnsServer, Reply, knows
from tests.fakes.http import HttpServer, page
from tests.fakes.netns import allow_pings, command, inside, namespaces

LITERALS = ("198.51.100.11", "198.51.100.12", "198.51.100.13")
NAME_SERVER, WEB, CENTRE, CONTROL = "198.51.100.53", "198.51.100.80", "198.51.100.99", "198.51.100.44"
OWN = "192.168.77.1"
KNOWN = page(204)


@dataclass
class Office:
    """The namespaces, the servers on the internet's side (plain, secure: central services), and the office's own."""

    pc: str
    router: str
    net: str
    names: DnsServer
    known_page: HttpServer
    plain: HttpServer
    secure: HttpServer
    own_plain: HttpServer
    own_secure: HttpServer
    control: HttpServer
    authority: Authority
    good_names: Reply
    good_tls: ssl.SSLContext
    own_tls: ssl.SSLContext
    control_tls: ssl.SSLContext
    interceptor: Authority
    others: list[HttpServer] = field(default_factory=list)

    def link(self, now: Callable[[], float]) -> Link:
        """The counter PC's link probe, as an office would configure it: every rhythm is the default one."""
        ca = self.authority.ca_file

        def make() -> Link:
            return Link(
                interface="eth0",
                internet=tuple(f"{address}:443" for address in LITERALS),
                resolvers=(NAME_SERVER,),
                dns_names=("stable.example",),
                portal=(KnownPage(url="http://page.example/generate_204"),),
                control=("https://control.example/",),
                control_ca_file=ca,
                vpn=Vpn(interface="wg9", inside="10.9.0.1:7"),
                services=(
                    Service(name=SafeText("siak"), url="tcp://10.9.0.1:7", via_vpn=True),
                    Service(name=SafeText("portal"), url="http://centre.example:8000/"),
                    Service(name=SafeText("secure"), url="https://centre.example:8443/", ca_file=ca),
                    Service(name=SafeText("arsip"), url="http://arsip.example:8000/", actor=Actor.TECHNICIAN),
                    Service(
                        name=SafeText("berkas"),
                        url="https://arsip.example:8443/",
                        actor=Actor.TECHNICIAN,
                        ca_file=ca,
                    ),
                ),
            )

        made = inside(self.pc, make)
        made._now = now
        return made

    def look(self, link: Link) -> Reading:
        """One look, from the PC."""
        return inside(self.pc, link.read)

    def on_router(self, *words: str) -> None:
        """A command on the router."""
        command("ip", "netns", "exec", self.router, *words)

    def on_pc(self, *words: str) -> None:
        """A command on the PC."""
        command("ip", "netns", "exec", self.pc, *words)

    def repair(self) -> None:
        """Everything as it was."""
        command("ip", "-n", self.router, "link", "set", "lan", "up")
        command("ip", "-n", self.pc, "link", "set", "eth0", "up")
        command("ip", "-n", self.pc, "addr", "replace", "192.168.77.2/24", "dev", "eth0")
        command("ip", "-n", self.router, "addr", "replace", "192.168.77.1/24", "dev", "lan")
        command("ip", "-n", self.pc, "route", "replace", "default", "via", "192.168.77.1")
        command("ip", "-n", self.net, "link", "set", "tun", "up")
        # Down first: the kernel forgets its neighbours, else a question asked of the dead tunnel may fail a call now.
        command("ip", "-n", self.pc, "link", "set", "wg9", "down")
        command("ip", "-n", self.pc, "link", "set", "wg9", "up")
        self.on_router("nft", "flush", "ruleset")
        self.on_pc("nft", "flush", "ruleset")
        self.names.reply = self.good_names
        self.known_page.script = KNOWN
        self.secure.tls, self.control.tls = self.good_tls, self.control_tls
        self.own_secure.tls = self.own_tls
        for server in (self.plain, self.secure, self.control, self.own_plain, self.own_secure, *self.others):
            server.script = page(200)
            server.stop()
            inside(self.router if server.host == OWN else self.net, server.start)
        # Carriers come back up to a second late, and neighbours after them: until then the office is not mended.
        until(lambda: inside(self.pc, _is_whole), 20)


def _is_whole() -> bool:
    """Whether this namespace reaches the internet, and the centre through the tunnel."""
    try:
        for place in ((LITERALS[0], 443), ("10.9.0.1", 7)):
            socket.create_connection(place, 1).close()
    except OSError:
        return False
    return True


def _wire(pc: str, router: str, net: str) -> None:
    command("ip", "-n", pc, "link", "add", "eth0", "type", "veth", "peer", "name", "lan", "netns", router)
    command("ip", "-n", router, "link", "add", "wan", "type", "veth", "peer", "name", "isp", "netns", net)
    command("ip", "-n", pc, "link", "add", "wg9", "type", "veth", "peer", "name", "tun", "netns", net)
    for name, interface, address in (
        (pc, "eth0", "192.168.77.2/24"),
        (router, "lan", "192.168.77.1/24"),
        (router, "wan", "198.51.100.254/24"),
        (net, "isp", "198.51.100.1/24"),
        (pc, "wg9", "10.9.0.2/30"),
        (net, "tun", "10.9.0.1/30"),
    ):
        command("ip", "-n", name, "addr", "add", address, "dev", interface)
        command("ip", "-n", name, "link", "set", interface, "up")
    for address in (*LITERALS, NAME_SERVER, WEB, CENTRE, CONTROL):
        command("ip", "-n", net, "addr", "add", f"{address}/32", "dev", "lo")
    command("ip", "-n", pc, "route", "add", "default", "via", "192.168.77.1")
    command("ip", "-n", router, "route", "add", "default", "via", "198.51.100.1")
    command("ip", "-n", net, "route", "add", "192.168.77.0/24", "via", "198.51.100.254")
    inside(router, lambda: Path("/proc/sys/net/ipv4/ip_forward").write_text("1"))
    inside(pc, allow_pings)


@contextmanager
def office(folder: Path) -> Iterator[Office]:
    """Build it and take it down again."""
    pc, router, net = (f"jl-{part}-{os.getpid()}" for part in ("pc", "router", "net"))
    authority, interceptor = Authority(folder), Authority(folder, name="Penyadap", file="interceptor.pem")
    tls, control_tls, own_tls = (authority.server(f"{name}.example", 90) for name in ("centre", "control", "arsip"))
    good = knows_by_name({b"page": WEB, b"centre": CENTRE, b"control": CONTROL, b"arsip": OWN, b"stable": LITERALS[0]})
    with ExitStack() as stack, namespaces(pc, router, net):
        _wire(pc, router, net)
        secure = HttpServer(page(200), tls=tls, host=CENTRE, port=8443)
        control = HttpServer(page(200), tls=control_tls, host=CONTROL, port=443)
        plain = HttpServer(page(200), host=CENTRE, port=8000)
        own_plain = HttpServer(page(200), host=OWN, port=8000)
        own_secure = HttpServer(page(200), tls=own_tls, host=OWN, port=8443)
        known = HttpServer(KNOWN, host=WEB, port=80)
        others = [HttpServer(page(200), host=a, port=443) for a in LITERALS]
        others.append(HttpServer(page(200), host="10.9.0.1", port=7))
        names = inside(net, lambda: DnsServer(good, Endpoint(NAME_SERVER, 53)))
        stack.enter_context(names)
        for server in (known, plain, secure, control, *others):
            inside(net, partial(stack.enter_context, server))
        for server in (own_plain, own_secure):
            inside(router, partial(stack.enter_context, server))
        yield Office(
            pc=pc,
            router=router,
            net=net,
            names=names,
            known_page=known,
            plain=plain,
            secure=secure,
            own_plain=own_plain,
            own_secure=own_secure,
            control=control,
            authority=authority,
            good_names=good,
            good_tls=tls,
            own_tls=own_tls,
            control_tls=control_tls,
            interceptor=interceptor,
            others=others,
        )


def knows_by_name(addresses: dict[bytes, str]) -> Reply:
    """A name server that tells its names apart by a word in them."""

    def reply(question: bytes) -> list[bytes]:
        known = next((address for word, address in addresses.items() if word in question), None)
        return list((knows(known) if known else knows())(question))

    return reply
