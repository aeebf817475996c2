"""Short words to everybody on one LAN, and theirs: UDP multicast that stays on it (RFC 1112, RFC 2365, RFC 4291 2.7).

The socket is bound to the group's own address, so that nothing that is sent to this PC itself ever reaches it.
"""

import contextlib
import os
import socket
import struct
import weakref

PORT = 9776
GROUPS = {socket.AF_INET: "239.255.97.76", socket.AF_INET6: "ff12::4a4c:9776"}
"""IPv4: the local scope; IPv6: transient, link-local scope."""

_MOST_WORDS = 64
_BUFFER_BYTES = 16_384
_ALONE = "has no neighbours"
# linux/sockios.h, linux/if.h, linux/in.h, linux/in6.h; the last two: only groups that this very socket joined.
_SIOCGIFFLAGS, _IFF_LOOPBACK, _IFF_POINTOPOINT, _IFF_MULTICAST = 0x8913, 0x8, 0x10, 0x1000
_IP_MULTICAST_ALL, _IPV6_MULTICAST_ALL = 49, 29


class _NoNeighboursError(OSError):
    """The kind of interface has none, and an interface that is there does not change its kind."""


class Group:
    """The group on one interface. Not for several threads at once."""

    def __init__(self, port: int = PORT) -> None:
        self._port = port
        self._on: tuple[int, socket.AddressFamily] | None = None
        self._wire: socket.socket | None = None
        self._closer: weakref.finalize[[], Group] | None = None
        self._alone: tuple[int, socket.AddressFamily] | None = None

    def stand_on(self, interface: str, family: socket.AddressFamily) -> str:
        """Be in the group on this interface, and on no other; "" or why that cannot be."""
        try:
            on = (socket.if_nametoindex(interface), family)
            if on == self._alone:
                return f"{interface}: {_ALONE}"
            if self._wire is None or self._on != on:
                self.leave()
                self._wire = _open(interface, on[0], family, self._port)
                self._on, self._closer = on, weakref.finalize(self, self._wire.close)
        except _NoNeighboursError:
            self.leave()
            self._alone = on
            return f"{interface}: {_ALONE}"
        except OSError as error:
            self.leave()
            return f"{interface}: {error.strerror or error}"
        return ""

    def leave(self) -> None:
        """Close the socket."""
        if self._closer:
            self._closer()
        self._wire, self._on, self._closer = None, None, None

    def say(self, word: bytes) -> None:
        """Tell the others; what the network does not take is lost, as any datagram may be."""
        if self._wire and self._on:
            index, family = self._on
            at = (GROUPS[family], self._port)
            with contextlib.suppress(OSError):
                self._wire.sendto(word, (*at, 0, index) if family == socket.AF_INET6 else at)

    def heard(self, length: int) -> list[bytes]:
        """What others said since the last question, of this very length in bytes, without waiting.

        At most 64 words are taken, and the kernel keeps no more than about as many: a flood costs a bounded time.
        """
        found: list[bytes] = []
        if self._wire:
            with contextlib.suppress(OSError):
                while len(found) < _MOST_WORDS:
                    found.append(self._wire.recv(length + 1))
        return [word for word in found if len(word) == length]


def _open(interface: str, index: int, family: socket.AddressFamily, port: int) -> socket.socket:
    """A socket in the group. Raises OSError where the interface or the kernel does not allow it."""
    wire = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)
    try:
        _demand_neighbours(wire, interface)
        # Two links, or an agent and "jagaloket probe", on one PC.
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
        packed = socket.inet_pton(family, GROUPS[family])
        if family == socket.AF_INET6:
            _join_v6(wire, packed, index)
            wire.bind((GROUPS[family], port, 0, index))
        else:
            _join_v4(wire, packed, index)
            wire.bind((GROUPS[family], port))
    except BaseException:
        wire.close()
        raise
    return wire


def _demand_neighbours(wire: socket.socket, interface: str) -> None:
    """Raises _NoNeighboursError on a loopback or a tunnel."""
    import fcntl  # noqa: PLC0415 - Unix only, and the kind link is to be imported everywhere

    answer = fcntl.ioctl(wire, _SIOCGIFFLAGS, struct.pack("16s24x", os.fsencode(interface)))
    (flags,) = struct.unpack_from("=H", answer, 16)
    if not flags & _IFF_MULTICAST or flags & (_IFF_LOOPBACK | _IFF_POINTOPOINT):
        raise _NoNeighboursError


def _join_v4(wire: socket.socket, group: bytes, index: int) -> None:
    here = struct.pack("=4s4si", group, bytes(4), index)
    wire.setsockopt(socket.IPPROTO_IP, _IP_MULTICAST_ALL, 0)
    wire.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
    wire.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
    wire.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, here)
    wire.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, here)


def _join_v6(wire: socket.socket, group: bytes, index: int) -> None:
    wire.setsockopt(socket.IPPROTO_IPV6, _IPV6_MULTICAST_ALL, 0)
    wire.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 1)
    wire.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, 0)
    wire.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
    wire.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, struct.pack("=16si", group, index))
