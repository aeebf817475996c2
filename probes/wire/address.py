"""Addresses as people write them: host:port, [v6]:port, and how near an address is. No name is looked up."""

import re
import socket
from functools import lru_cache
from typing import NamedTuple

_NAME = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?")
_MOST_NAME = 253
_MOST_PORT = 65535
_MOST_KEPT = 128


class Endpoint(NamedTuple):
    """Where something listens. host: an address literal without brackets, or a name."""

    host: str
    port: int

    def __str__(self) -> str:
        """As people write it: host:port, [v6]:port."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@lru_cache(_MOST_KEPT)
def family(host: str) -> socket.AddressFamily | None:
    """The family of an address literal (a zone such as %eth0 is allowed in IPv6); None for a name."""
    for kind, text in ((socket.AF_INET, host), (socket.AF_INET6, host.partition("%")[0])):
        try:
            socket.inet_pton(kind, text)
        except (OSError, ValueError):
            continue
        return kind
    return None


def endpoint(text: str, default_port: int | None = None) -> Endpoint:
    """Read "host:port", "[v6]:port", or without a port where there is a default.

    Raises ValueError("what is wrong; what to write instead").
    """
    if family(text) == socket.AF_INET6:
        host, port = text, ""
    elif text.startswith("["):
        host, _, port = text[1:].partition("]")
        port = port.removeprefix(":")
    else:
        host, _, port = text.partition(":")
    if not port and default_port is not None:
        port = str(default_port)
    if not (port.isascii() and port.isdecimal() and 0 < int(port[:6]) <= _MOST_PORT):
        msg = f"{text!r} has no valid port; write host:port, for example 192.0.2.1:443 or [2001:db8::1]:443"
        raise ValueError(msg)
    if family(host) is None and not (_NAME.fullmatch(host) and len(host) <= _MOST_NAME):
        msg = f"{text!r} is neither an address nor a host name; write host:port, for example 192.0.2.1:443"
        raise ValueError(msg)
    return Endpoint(host, int(port))


def _prefix(text: str) -> tuple[int, int, int]:
    """A network as (bytes, value, mask), ready to compare."""
    net, _, length = text.partition("/")
    packed = socket.inet_pton(socket.AF_INET6 if ":" in net else socket.AF_INET, net)
    bits = len(packed) * 8
    mask = (1 << bits) - (1 << (bits - int(length)))
    return len(packed), int.from_bytes(packed) & mask, mask


# RFC 1122 3.2.1.3, RFC 4291 2.5.3; RFC 3927, RFC 4291 2.5.6; RFC 1918, RFC 4193.
_LOOPBACK = tuple(_prefix(text) for text in ("127.0.0.0/8", "::1/128"))
_LINK_LOCAL = tuple(_prefix(text) for text in ("169.254.0.0/16", "fe80::/10"))
_PRIVATE = tuple(_prefix(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))


def _within(host: str, networks: tuple[tuple[int, int, int], ...]) -> bool:
    kind = family(host)
    if kind is None:
        return False
    packed = socket.inet_pton(kind, host.partition("%")[0])
    value = int.from_bytes(packed)
    return any(len(packed) == size and value & mask == net for size, net, mask in networks)


@lru_cache(_MOST_KEPT)
def is_loopback(host: str) -> bool:
    """Whether an address literal is this machine itself."""
    return _within(host, _LOOPBACK)


@lru_cache(_MOST_KEPT)
def is_link_local(host: str) -> bool:
    """Whether an address is one that a machine gave itself."""
    return _within(host, _LINK_LOCAL)


@lru_cache(_MOST_KEPT)
def is_near(host: str) -> bool:
    """Whether an address belongs to the office: loopback, link-local or private."""
    return _within(host, _LOOPBACK + _LINK_LOCAL + _PRIVATE)
