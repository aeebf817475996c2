"""Several counter PCs on one switch in network namespaces, and a service far behind it that counts who comes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.fakes.http import HttpServer, page
from tests.fakes.netns import command, inside, namespaces

FAR = "203.0.113.80"
PORT = 8000


@dataclass
class Lan:
    """The PCs' namespaces (eth0, 192.168.88.1 and on), the switch's, and the service."""

    switch: str
    service: HttpServer
    pcs: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where the service is."""
        return f"http://{FAR}:{PORT}/"


@contextmanager
def lan(count: int) -> Iterator[Lan]:
    """Build it and take it down again; skips the test where that is not allowed."""
    switch, *pcs = (f"jl-{part}-{os.getpid()}" for part in ("switch", *(f"loket{n}" for n in range(1, count + 1))))
    with namespaces(switch, *pcs):
        command("ip", "-n", switch, "link", "add", "br0", "type", "bridge")
        command("ip", "-n", switch, "addr", "add", "192.168.88.254/24", "dev", "br0")
        command("ip", "-n", switch, "addr", "add", f"{FAR}/32", "dev", "lo")
        command("ip", "-n", switch, "link", "set", "br0", "up")
        for number, pc in enumerate(pcs, 1):
            command(
                "ip", "-n", pc, "link", "add", "eth0", "type", "veth", "peer", "name", f"p{number}", "netns", switch
            )
            command("ip", "-n", switch, "link", "set", f"p{number}", "master", "br0", "up")
            command("ip", "-n", pc, "addr", "add", f"192.168.88.{number}/24", "dev", "eth0")
            command("ip", "-n", pc, "link", "set", "eth0", "up")
            command("ip", "-n", pc, "route", "add", "default", "via", "192.168.88.254")
        service = HttpServer(page(200), host=FAR, port=PORT)
        inside(switch, service.start)
        try:
            yield Lan(switch=switch, service=service, pcs=pcs)
        finally:
            service.__exit__(None, None, None)
