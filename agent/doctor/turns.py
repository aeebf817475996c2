"""The check of taking turns: whether the office's counters can tell each other which service they just asked."""

import socket
from collections.abc import Iterator

from agent.doctor.finding import Finding, Subject, note, skipped, well
from agent.watched import Watched
from probes.wire import route
from probes.wire.address import family
from probes.wire.group import GROUPS, PORT, Group


def turns(subject: Subject) -> Finding:
    """Whether the LAN's group can be joined. Whether a firewall keeps words out shows only in time."""
    links = list(_sharing(subject))
    if not links:
        return skipped("no link shares services of others with other counters")
    for item in links:
        ways = _ways(item)
        if not ways:
            return note("there is no way out now, so no LAN to share on")
        interface, kind = ways[0]
        group = Group()
        why = group.stand_on(interface, kind)
        group.leave()
        if why:
            return note(
                f"each counter asks services of others by itself: {why}",
                "several counters on one LAN ask gently only together: allow AF_INET and AF_INET6, or share = false",
            )
    at = f"{GROUPS[kind]} port {PORT}/udp on {interface}"
    return well(f"joins {at}; jagaloket_link_sharing_counters 0 beside other counters: let it in at the firewall")


def _sharing(subject: Subject) -> Iterator[Watched]:
    for item in subject.config.watched if subject.config else ():
        source = item.source
        if item.device.kind == "link" and source.get("share", True) and (source.get("services") or source.get("vpn")):
            yield item


def _ways(item: Watched) -> list[tuple[str, socket.AddressFamily]]:
    """Interface and family of the link: those of the configuration, else of the default routes."""
    try:
        ways = [(one.interface, one.family) for one in route.default_routes()]
    except OSError:
        ways = []
    wanted = item.source.get("interface")
    if not wanted:
        return ways
    gateway = family(item.source.get("gateway", "")) or socket.AF_INET
    return [way for way in ways if way[0] == wanted] or [(wanted, gateway)]
