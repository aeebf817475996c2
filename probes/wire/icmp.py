"""Echo requests without privilege: ICMP datagram sockets (Linux 3.0 and later), or a closed UDP port's refusal.

ICMP sockets are open to the groups in net.ipv4.ping_group_range. The kernel gives each socket an identifier of
its own and hands it only the replies to it. Receive times are the kernel's (SO_TIMESTAMPNS), so a busy agent
does not measure itself, and the replies to a burst may be read all at once when it is over.
"""

import errno
import os
import socket
import struct
import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import NamedTuple

from probes.wire.address import family
from probes.wire.clock import skew_seconds

_ECHO_REQUEST = {socket.AF_INET: 8, socket.AF_INET6: 128}
_ECHO_REPLY = {socket.AF_INET: 0, socket.AF_INET6: 129}
_PROTOCOL = {socket.AF_INET: socket.IPPROTO_ICMP, socket.AF_INET6: socket.IPPROTO_ICMPV6}
_HEADER = struct.Struct("!BBHHHQ")
_TIMESPEC = struct.Struct("@ll")
_SO_TIMESTAMPNS = 35
_UNLIKELY_PORT = 33434
_SEND_AGAIN_SECONDS = 0.4
_MOST_STRAYS = 64
_MOST_SKEW_SECONDS = 0.002
"""More than a time service slews in a burst (500 ppm, adjtimex(2)): the clock was set meanwhile."""


class Burst(NamedTuple):
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
        self.all_stamped = True

    def send(self, number: int) -> None:
        """Send one echo request. Raises OSError where there is no way to the target."""
        packet = _HEADER.pack(_ECHO_REQUEST[self._kind], 0, 0, 0, number, self._token)
        self._sent[number] = (time.monotonic(), time.time())
        self._wire.sendto(packet, self._to)

    def listen(self, until: float, enough: int) -> None:
        """Take replies until a monotonic time, and what lies ready then, or until there are enough."""
        for _ in range(_MOST_STRAYS + enough):
            if len(self.rtts) >= enough:
                return
            self._wire.settimeout(max(0.0, until - time.monotonic()))
            try:
                data, extra, _, sender = self._wire.recvmsg(256, 64)
            except (TimeoutError, BlockingIOError):
                return
            self._take(data, extra, sender[0])

    def _take(self, data: bytes, extra: list[tuple[int, int, bytes]], sender: str) -> None:
        if len(data) < _HEADER.size or sender.partition("%")[0] != self._address:
            return
        type_, _, _, _, number, token = _HEADER.unpack_from(data)
        if type_ == _ECHO_REPLY[self._kind] and token == self._token and number in self._sent:
            sent_monotonic, sent_wall = self._sent[number]
            elapsed = time.monotonic() - sent_monotonic
            stamped = _by_stamp(sent_wall, elapsed, extra)
            self.all_stamped &= stamped is not None
            self.rtts.setdefault(number, elapsed if stamped is None else stamped)


def _by_stamp(sent_wall: float, elapsed: float, extra: list[tuple[int, int, bytes]]) -> float | None:
    """By the kernel's receive time; None where that cannot be (the wall clock jumped in between)."""
    for level, kind, data in extra:
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS and len(data) >= _TIMESPEC.size:
            seconds, nanoseconds = _TIMESPEC.unpack_from(data)
            rtt: float = seconds + nanoseconds / 1e9 - sent_wall
            if 0 < rtt <= elapsed:
                return rtt
    return None


def ping(address: str, timeout_seconds: float) -> float | None:
    """The round-trip time in seconds, None when nothing came back; asks a second time in between.

    Raises OSError where echo requests are not allowed or there is no way to the target.
    """
    kind = _kind(address)
    with _open(kind) as wire:
        volley = _Volley(wire, address, kind)
        for number, wait in ((1, _SEND_AGAIN_SECONDS), (2, timeout_seconds)):
            volley.send(number)
            volley.listen(time.monotonic() + wait, 1)
            if volley.rtts:
                break
        return min(volley.rtts.values(), default=None)


def bursts(
    addresses: Sequence[str], count: int, timeout_seconds: float, *, spacing_seconds: float
) -> list[Burst | None]:
    """Several echo requests to each address, to all in step, each burst with an identifier of its own. Never raises.

    timeout_seconds: how long the last ones are waited for. None where there is no right to ask or no way to the
    target, and where the clock was set meanwhile: then the kernel's receive times say nothing.
    """
    with ExitStack() as wires:
        skew = _skew_seconds()
        volleys = {address: volley for address in addresses if (volley := _volley(address, wires))}
        for number in range(1, count + 1):
            if number > 1:
                time.sleep(spacing_seconds)
            volleys = {address: volley for address, volley in volleys.items() if _sent(volley, number)}
        until = time.monotonic() + timeout_seconds
        for volley in volleys.values():
            volley.listen(until, count)
        if abs(_skew_seconds() - skew) > _MOST_SKEW_SECONDS:
            return [None] * len(addresses)
        return [_burst(volleys.get(address), count) for address in addresses]


def _skew_seconds() -> float:
    """Of a few readings the one that nothing came in between of."""
    return max(skew_seconds() for _ in range(3))


def _volley(address: str, wires: ExitStack) -> _Volley | None:
    try:
        kind = _kind(address)
        return _Volley(wires.enter_context(_open(kind)), address, kind)
    except OSError:
        return None


def _sent(volley: _Volley, number: int) -> bool:
    try:
        volley.send(number)
    except OSError:
        return False
    return True


def _burst(volley: _Volley | None, sent: int) -> Burst | None:
    if volley is None or not volley.all_stamped:
        return None
    return Burst(sent=sent, rtts=tuple(volley.rtts[number] for number in sorted(volley.rtts)))


def _kind(address: str) -> socket.AddressFamily:
    """Raises OSError for what is not an address."""
    kind = family(address)
    if kind is None:
        raise OSError(errno.EINVAL, "not an address", address)
    return kind


def knock(address: str, timeout_seconds: float) -> float | None:
    """A round trip without ICMP rights: a datagram to an unlikely port; "port unreachable" is an answer, too.

    It also makes the kernel look for the neighbour. None when nothing came back, which proves nothing.
    Raises OSError where there is no way to the target.
    """
    kind = _kind(address)
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
