"""Where a device stands among the others: on which port, behind which link, on which power. Pure."""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from agent.watched import Watched
from probes.probe import Probe


class Way(StrEnum):
    """How the agent reaches a device."""

    HERE = "here"
    """In or on this PC."""
    NEAR = "near"
    """Over the office's own network."""
    FAR = "far"
    """Beyond the gateway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One device among the others. depends_on: the devices that the configuration says it needs."""

    kind: str
    role: str = ""
    way: Way = Way.HERE
    depends_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All places of this PC, by device. links: the devices of kind "link"."""

    places: Mapping[str, Place] = field(default_factory=lambda: MappingProxyType({}))
    links: frozenset[str] = frozenset()

    @classmethod
    def of(cls, watched: Iterable[Watched]) -> "Plan":
        """The places as the configuration tells them."""
        places = {
            item.device.id: Place(
                kind=item.device.kind, role=item.device.role, way=way(item.probe), depends_on=item.depends_on
            )
            for item in watched
        }
        return cls(places=places, links=frozenset(name for name, place in places.items() if place.kind == "link"))

    def needs(self, device: str, other: str) -> bool:
        """Whether the configuration says that a device needs the other, directly or through a third."""
        asked, seen = [device], {device}
        while asked:
            place = self.places.get(asked.pop())
            for name in place.depends_on if place is not None else ():
                if name == other:
                    return True
                if name not in seen:
                    seen.add(name)
                    asked.append(name)
        return False


def way(probe: Probe) -> Way:
    """How a probe reaches its device, from the option that names a host; a queue of this PC's CUPS is here."""
    host = str(getattr(probe, "host", "") or _host(str(getattr(probe, "uri", "") or "")))
    return _way(host) if host else Way.HERE


def _host(uri: str) -> str:
    """The host in a URI (RFC 3986 section 3.2.2); nothing for a bare queue name."""
    _, mark, rest = uri.partition("://")
    authority = rest.partition("/")[0].rpartition("@")[2] if mark else ""
    return authority[1:].partition("]")[0] if authority.startswith("[") else authority.partition(":")[0]


def _way(host: str) -> Way:
    name = host.strip("[]").rpartition("%")[0] or host.strip("[]")
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        if name.lower() == "localhost":
            return Way.HERE
        # A name without a domain, or one of the local ones (RFC 6762, RFC 8375), is in the office.
        return Way.NEAR if "." not in name or name.lower().endswith((".local", ".lan", ".home.arpa")) else Way.FAR
    if address.is_loopback:
        return Way.HERE
    return Way.NEAR if address.is_private or address.is_link_local else Way.FAR
