"""A host that is a known time away and loses a known share: it answers echoes on a TUN device. Needs root."""

import fcntl
import heapq
import os
import select
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

_TUNSETIFF = 0x400454CA
_IFF_TUN_NO_PI = 0x1001
TUN = Path("/dev/net/tun")


class FarHost:
    """Answers every IPv4 echo request after delay_seconds, but for each lose_every-th. Make it inside a namespace."""

    def __init__(self, interface: str, delay_seconds: float, lose_every: int = 0) -> None:
        if not TUN.exists():
            pytest.skip(f"{TUN} does not exist here")
        self._delay = delay_seconds
        self._lose_every = lose_every
        self._seen = 0
        self._late: list[tuple[float, bytes]] = []
        self._device = os.open(TUN, os.O_RDWR | os.O_CLOEXEC)
        fcntl.ioctl(self._device, _TUNSETIFF, struct.pack("16sH14x", interface.encode(), _IFF_TUN_NO_PI))
        self._stop_read, self._stop_write = os.pipe()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self) -> None:
        while True:
            wait = max(0.0, self._late[0][0] - time.monotonic()) if self._late else None
            ready, _, _ = select.select([self._device, self._stop_read], [], [], wait)
            if self._stop_read in ready:
                return
            if self._device in ready:
                self._take(os.read(self._device, 2048))
            while self._late and self._late[0][0] <= time.monotonic():
                os.write(self._device, heapq.heappop(self._late)[1])

    def _take(self, packet: bytes) -> None:
        if packet[0] != 0x45 or packet[9] != 1 or packet[20] != 8:
            return
        self._seen += 1
        if self._lose_every and self._seen % self._lose_every == 0:
            return
        icmp = bytearray(packet[20:])
        icmp[0], icmp[2:4] = 0, b"\0\0"
        icmp[2:4] = struct.pack("!H", _checksum(icmp))
        swapped = packet[:12] + packet[16:20] + packet[12:16]
        heapq.heappush(self._late, (time.monotonic() + self._delay, swapped + bytes(icmp)))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        os.write(self._stop_write, b"x")
        self._thread.join(5)
        for descriptor in (self._device, self._stop_read, self._stop_write):
            os.close(descriptor)


@contextmanager
def far_process(namespace: str, interface: str, delay_seconds: float) -> Iterator[None]:
    """The same in a process of its own, so that a busy test does not make it late."""
    words = ["ip", "netns", "exec", namespace, sys.executable, "-m", __name__, interface, str(delay_seconds)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdin
        assert process.stdout.readline() == "ready\n"
        yield
        process.stdin.close()


def _checksum(data: bytes | bytearray) -> int:
    """RFC 1071."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data[: len(data) & ~1])) + (
        data[-1] << 8 if len(data) % 2 else 0
    )
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


if __name__ == "__main__":
    with FarHost(sys.argv[1], float(sys.argv[2])):
        print("ready", flush=True)  # noqa: T201 - far_process() waits for it
        sys.stdin.read()
