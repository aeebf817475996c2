"""Echoes on loopback, and replies that must not count."""

import os
import socket
import struct
import time
from pathlib import Path

import pytest

from probes.wire import icmp

_GROUPS = Path("/proc/sys/net/ipv4/ping_group_range")
may_ping = pytest.mark.skipif(not icmp.allowed(), reason=f"{_GROUPS} does not let this group ping")


class FakeWire:
    """A socket whose replies the test writes; the last is followed by silence."""

    def __init__(self, *replies: tuple[bytes, str]) -> None:
        self.replies = list(replies)
        self.sent: list[bytes] = []

    def sendto(self, packet: bytes, to: object) -> None:
        del to
        self.sent.append(packet)

    def settimeout(self, seconds: float) -> None:
        assert seconds >= 0

    def recvmsg(self, size: int, extra: int) -> tuple[bytes, list[tuple[int, int, bytes]], int, tuple[str, int]]:
        del size, extra
        if not self.replies:
            raise TimeoutError
        data, sender = self.replies.pop(0)
        return data.replace(b"TOKEN", self.sent[0][-8:]), [], 0, (sender, 0)


def reply(number: int = 1, kind: int = 0) -> bytes:
    return struct.pack("!BBHHH", kind, 0, 0, 0, number) + b"TOKEN"


def heard(*replies: tuple[bytes, str]) -> dict[int, float]:
    wire = FakeWire(*replies)
    volley = icmp._Volley(wire, "192.0.2.1", socket.AF_INET)  # type: ignore[arg-type] # what it needs of a socket
    volley.send(1)
    volley.listen(time.monotonic() + 5, 1)
    return volley.rtts


def test_a_reply_with_our_token_counts() -> None:
    assert heard((reply(), "192.0.2.1")).keys() == {1}


@pytest.mark.parametrize(
    ("data", "sender"),
    [
        (reply(), "192.0.2.66"),
        (reply(number=2), "192.0.2.1"),
        (reply(kind=8), "192.0.2.1"),
        (reply()[:8] + b"tokenxyz", "192.0.2.1"),
        (b"", "192.0.2.1"),
        (os.urandom(3), "192.0.2.1"),
    ],
    ids=["somebody else's", "never sent", "a request", "another token", "empty", "rubbish"],
)
def test_a_reply_that_is_not_ours_does_not_count(data: bytes, sender: str) -> None:
    assert heard((data, sender)) == {}


def test_a_flood_of_strays_ends() -> None:
    assert heard(*[(b"stray", "192.0.2.66")] * 1000) == {}


def test_the_kernel_s_receive_time_counts_and_not_how_late_we_were() -> None:
    sent = time.time()
    stamp = struct.pack("@ll", int(sent), int((sent % 1) * 1e9) + 2_000_000)
    rtt = icmp._by_stamp(sent, 0.5, [(socket.SOL_SOCKET, 35, stamp)])
    assert rtt == pytest.approx(0.002, abs=0.0001)


@pytest.mark.parametrize("jump_seconds", [-3600, 3600])
def test_a_clock_that_jumped_in_between_does_not_count(jump_seconds: int) -> None:
    sent = time.time()
    stamp = struct.pack("@ll", int(sent) + jump_seconds, 0)
    assert icmp._by_stamp(sent, 0.5, [(socket.SOL_SOCKET, 35, stamp)]) is None


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_a_closed_port_on_this_machine_answers_a_knock(address: str) -> None:
    rtt = icmp.knock(address, 1)
    assert rtt is not None
    assert 0 < rtt < 1


@pytest.mark.parametrize("call", [icmp.knock, icmp.ping])
def test_a_name_is_no_address(call: object) -> None:
    with pytest.raises(OSError, match="not an address"):
        call("example.org", 1)  # type: ignore[operator] # both are calls


@may_ping
def test_loopback_echoes() -> None:
    assert icmp.ping("127.0.0.1", 1) is not None
