"""What the kernel knows of the local network: interfaces, addresses, routes, neighbours, over rtnetlink (RFC 3549).

Reading needs no privilege. All functions raise OSError where the kernel refuses.
"""

import os
import socket
import struct
from enum import IntFlag
from typing import NamedTuple

from probes.wire import rtnetlink

_GETLINK, _GETADDR, _GETROUTE, _GETNEIGH = 18, 22, 26, 30
_MAIN_TABLE, _UNICAST = 254, 1
_TENTATIVE_OR_FAILED = 0x48
_UNIVERSE = 0
_IFLA_IFNAME, _IFLA_STATS64, _IFLA_CARRIER, _IFLA_CARRIER_CHANGES = 3, 23, 33, 35
_IFF_UP = 1
_RTA_OIF, _RTA_GATEWAY, _RTA_PRIORITY, _RTA_MULTIPATH = 4, 5, 6, 9
_IFA_ADDRESS, _IFA_LOCAL = 1, 2
_NDA_DST, _NDA_CACHEINFO = 1, 3


class Nud(IntFlag):
    """Neighbour states of linux/neighbour.h (RFC 4861 7.3.2 for their meaning)."""

    INCOMPLETE = 0x01
    REACHABLE = 0x02
    STALE = 0x04
    DELAY = 0x08
    PROBE = 0x10
    FAILED = 0x20
    NOARP = 0x40
    PERMANENT = 0x80


class Interface(NamedTuple):
    """A network interface. The counters run since it was made; carrier_changes: plugged and unplugged, each counts."""

    name: str
    is_up: bool
    has_carrier: bool
    carrier_changes: int
    packets: int
    received_bytes: int
    sent_bytes: int
    errors: int


class Route(NamedTuple):
    """A default route. gateway: None on a point-to-point line, which needs none."""

    interface: str
    gateway: str | None
    family: socket.AddressFamily
    metric: int


class Address(NamedTuple):
    """An address of this PC. is_global: it may be used beyond the cable (the kernel's scope)."""

    interface: str
    address: str
    is_global: bool


class Neighbour(NamedTuple):
    """What ARP or neighbour discovery knows of an address; confirmed_seconds: since its last sign of life."""

    state: Nud
    confirmed_seconds: float


def _name(index: int) -> str:
    try:
        return socket.if_indextoname(index)
    except OSError:
        return ""


def interfaces() -> dict[str, Interface]:
    """Every network interface by its name."""
    found = {}
    for data in rtnetlink.messages(_GETLINK):
        attributes = rtnetlink.attributes(data, 16)
        (flags,) = struct.unpack_from("=I", data, 8)
        name = attributes.get(_IFLA_IFNAME, b"").rstrip(b"\0").decode("utf-8", "replace")
        counters = attributes.get(_IFLA_STATS64, b"").ljust(48, b"\0")
        rx, tx, rx_bytes, tx_bytes, rx_errors, tx_errors = struct.unpack_from("=6Q", counters)
        found[name] = Interface(
            name=name,
            is_up=bool(flags & _IFF_UP),
            has_carrier=bool(flags & _IFF_UP) and rtnetlink.number(attributes.get(_IFLA_CARRIER)) == 1,
            carrier_changes=rtnetlink.number(attributes.get(_IFLA_CARRIER_CHANGES)),
            packets=rx + tx,
            received_bytes=rx_bytes,
            sent_bytes=tx_bytes,
            errors=rx_errors + tx_errors,
        )
    return found


def default_routes() -> tuple[Route, ...]:
    """The default routes of the main table, IPv4 before IPv6, the preferred one first."""
    found = []
    for data in rtnetlink.messages(_GETROUTE):
        family, to_bits, _, _, table, _, _, type_ = struct.unpack_from("=8B", data)
        if to_bits or table != _MAIN_TABLE or type_ != _UNICAST or family not in (socket.AF_INET, socket.AF_INET6):
            continue
        attributes = rtnetlink.attributes(data, 12)
        found += [
            Route(
                interface=_name(index),
                gateway=socket.inet_ntop(family, via) if via else None,
                family=socket.AddressFamily(family),
                metric=rtnetlink.number(attributes.get(_RTA_PRIORITY)),
            )
            for index, via in _hops(attributes)
        ]
    return tuple(sorted((r for r in found if r.interface), key=lambda route: (route.family, route.metric)))


def _hops(attributes: dict[int, bytes]) -> list[tuple[int, bytes | None]]:
    """Interface and gateway of a route: RTA_OIF and RTA_GATEWAY, or those of the first hop of RTA_MULTIPATH."""
    if _RTA_OIF in attributes:
        return [(rtnetlink.number(attributes[_RTA_OIF]), attributes.get(_RTA_GATEWAY))]
    paths = attributes.get(_RTA_MULTIPATH, b"")
    if len(paths) < 8:  # noqa: PLR2004 - struct rtnexthop
        return []
    length, _, _, index = struct.unpack_from("=HBBi", paths)
    return [(index, rtnetlink.attributes(paths[:length], 8).get(_RTA_GATEWAY))]


def addresses() -> tuple[Address, ...]:
    """Every usable address of this PC."""
    found = []
    for data in rtnetlink.messages(_GETADDR):
        family, _, flags, scope, index = struct.unpack_from("=4BI", data)
        if family not in (socket.AF_INET, socket.AF_INET6) or flags & _TENTATIVE_OR_FAILED:
            continue
        attributes = rtnetlink.attributes(data, 8)
        raw = attributes.get(_IFA_LOCAL) or attributes.get(_IFA_ADDRESS)
        if raw:
            text = socket.inet_ntop(family, raw)
            found.append(Address(interface=_name(index), address=text, is_global=scope == _UNIVERSE))
    return tuple(found)


def neighbour(address: str, interface: str) -> Neighbour | None:
    """What the kernel knows of a neighbour; None where it never looked for it."""
    address = address.partition("%")[0]
    for data in rtnetlink.messages(_GETNEIGH):
        family, _, _, index, state, _, _ = struct.unpack_from("=BBHiHBB", data)
        attributes = rtnetlink.attributes(data, 12)
        raw = attributes.get(_NDA_DST)
        if family not in (socket.AF_INET, socket.AF_INET6) or raw is None or _name(index) != interface:
            continue
        if socket.inet_ntop(family, raw) == address:
            ticks = rtnetlink.number(attributes.get(_NDA_CACHEINFO, b"")[:4])
            return Neighbour(state=Nud(state), confirmed_seconds=ticks / os.sysconf("SC_CLK_TCK"))
    return None
