"""Echo requests without privilege: ICMP datagram sockets (Linux 3.0 and later), or a closed UDP port's refusal.

ICMP sockets are open to the groups in net.ipv4.ping_group_range. The kernel gives each socket an identifier of
its own and hands it only the replies to it. Receive times are the kernel's (SO_TIMESTAMPNS), so a busy agent
does not measure itself.
"""

import errno
import os
import socket
import struct
import time
from dataclasses import dataclass

from probes.wire.address import family

_ECHO_REQUEST = {socket.AF_INET: 8, socket.AF_INET6: 128}
_ECHO_REPLY = {socket.AF_INET: 0, socket.AF_INET6: 129}
_PROTOCOL = {socket.AF_INET: socket.IPPROTO_ICMP, socket.AF_INET6: socket.IPPROTO_ICMPV6}
_HEADER = struct.Struct("!BBHHHQ")
_TIMESPEC = struct.Struct("@ll")
_SO_TIMESTAMPNS = 35
_UNLIKELY_PORT = 33434
_SEND_AGAIN_SECONDS = 0.4
_MOST_REPLIES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """The round-trip times of one burst, in seconds; fewer than sent where echoes were lost."""

    sent: int
    rtts: tuple[float, ...]


def allowed(kind: socket.AddressFamily = socket.AF_INET) -> bool:
    """Whether this process may send echo requests."""
    try:
        _open(kind).close()
    except OSError:
        return False
    return True


def _open(kind: socket.AddressFamily) -> socket.socket:
    wire = socket.socket(kind, socket.SOCK_DGRAM, _PROTOCOL[kind])
    wire.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    return wire


def _target(address: str, kind: socket.AddressFamily, port: int) -> tuple[str, int] | tuple[str, int, int, int]:
    """A socket address; a zone (fe80::1%eth0) becomes its scope. Raises OSError where there is no such interface."""
    if kind == socket.AF_INET:
        return (address, port)
    bare, _, zone = address.partition("%")
    return (bare, port, 0, socket.if_nametoindex(zone) if zone else 0)


class _Volley:
    """Echo requests on one socket, and what came back for them."""

    def __init__(self, wire: socket.socket, address: str, kind: socket.AddressFamily) -> None:
        self._wire = wire
        self._kind = kind
        self._address = address.partition("%")[0]
        self._to = _target(address, kind, 0)
        self._token = int.from_bytes(os.urandom(8))
        self._sent: dict[int, tuple[float, float]] = {}
        self.rtts: dict[int, float] = {}

    def send(self, number: int) -> None:
        """Send one echo request. Raises OSError where there is no way to the target."""
        packet = _HEADER.pack(_ECHO_REQUEST[self._kind], 0, 0, 0, number, self._token)
        self._sent[number] = (time.monotonic(), time.time())
        self._wire.sendto(packet, self._to)

    def listen(self, until: float, enough: int) -> None:
        """Take replies until a monotonic time, or until there are enough."""
        for _ in range(_MOST_REPLIES):
            left = until - time.monotonic()
            if left <= 0 or len(self.rtts) >= enough:
                return
            self._wire.settimeout(left)
            try:
                data, extra, _, sender = self._wire.recvmsg(256, 64)
            except TimeoutError:
                return
            self._take(data, extra, sender[0])

    def _take(self, data: bytes, extra: list[tuple[int, int, bytes]], sender: str) -> None:
        if len(data) < _HEADER.size or sender.partition("%")[0] != self._address:
            return
        type_, _, _, _, number, token = _HEADER.unpack_from(data)
        if type_ == _ECHO_REPLY[self._kind] and token == self._token and number in self._sent:
            self.rtts.setdefault(number, _rtt(*self._sent[number], extra))


def _rtt(sent_monotonic: float, sent_wall: float, extra: list[tuple[int, int, bytes]]) -> float:
    """By the kernel's receive time, where that is believable (the wall clock may have jumped in between)."""
    elapsed = time.monotonic() - sent_monotonic
    for level, kind, data in extra:
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS and len(data) >= _TIMESPEC.size:
            seconds, nanoseconds = _TIMESPEC.unpack_from(data)
            rtt: float = seconds + nanoseconds / 1e9 - sent_wall
            if 0 < rtt <= elapsed:
                return rtt
    return elapsed


def ping(address: str, timeout_seconds: float) -> float | None:
    """The round-trip time in seconds, None when nothing came back; asks a second time in between.

    Raises OSError where echo requests are not allowed or there is no way to the target.
    """
    return min(burst(address, 2, timeout_seconds, stop_at_first=True).rtts, default=None)


def burst(
    address: str,
    count: int,
    timeout_seconds: float,
    *,
    spacing_seconds: float = _SEND_AGAIN_SECONDS,
    stop_at_first: bool = False,
) -> Burst:
    """Several echo requests on a socket of their own, so with an identifier of their own.

    timeout_seconds: how long the last one is waited for. Raises OSError as ping does.
    """
    kind = family(address)
    if kind is None:
        raise OSError(errno.EINVAL, "not an address", address)
    with _open(kind) as wire:
        volley = _Volley(wire, address, kind)
        for number in range(1, count + 1):
            volley.send(number)
            wait = timeout_seconds if number == count else spacing_seconds
            volley.listen(time.monotonic() + wait, 1 if stop_at_first else count)
            if stop_at_first and volley.rtts:
                break
        return Burst(sent=number, rtts=tuple(volley.rtts[n] for n in sorted(volley.rtts)))


def knock(address: str, timeout_seconds: float) -> float | None:
    """A round trip without ICMP rights: a datagram to an unlikely port; "port unreachable" is an answer, too.

    It also makes the kernel look for the neighbour. None when nothing came back, which proves nothing.
    Raises OSError where there is no way to the target.
    """
    kind = family(address)
    if kind is None:
        raise OSError(errno.EINVAL, "not an address", address)
    with socket.socket(kind, socket.SOCK_DGRAM) as wire:
        wire.settimeout(timeout_seconds)
        wire.connect(_target(address, kind, _UNLIKELY_PORT))
        started = time.monotonic()
        wire.send(b"\0")
        try:
            wire.recv(64)
        except TimeoutError:
            return None
        except ConnectionRefusedError:
            pass
        return time.monotonic() - started
