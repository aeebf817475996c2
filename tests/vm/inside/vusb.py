"""A USB device written in Python, plugged into this kernel's own USB core (vhci_hcd, over a socket pair).

  vusb.py NAME [--port N] [--speed full|high] [--fault proto|hang] [--stream]
plugs the device in, and out again at SIGTERM. Everything above the wire is real: hub port, enumeration, sysfs,
udev, usbfs. Needs root and `modprobe vhci_hcd`. Wire format: Documentation/usb/usbip_protocol.rst of the kernel.
Standard library only: it runs in the guest.
"""

import argparse
import errno
import signal
import socket
import struct
import sys
import time
from dataclasses import dataclass
from pathlib import Path

CONTROLLER = Path("/sys/devices/platform/vhci_hcd.0")
SPEEDS = {"full": 2, "high": 3}
"""enum usb_device_speed (linux/usb/ch9.h)."""
CMD_SUBMIT, CMD_UNLINK, RET_SUBMIT, RET_UNLINK = 1, 2, 3, 4
DEVICE, CONFIGURATION, STRING, QUALIFIER = 1, 2, 3, 6
GET_STATUS, GET_DESCRIPTOR, GET_CONFIGURATION = 0, 6, 8
STANDARD_OUT = {1, 3, 9, 11}
"""CLEAR_FEATURE, SET_FEATURE, SET_CONFIGURATION, SET_INTERFACE: accepted without any effect."""


@dataclass(frozen=True, kw_only=True)
class Model:
    """What a device says of itself. It has one vendor-specific interface and one interrupt endpoint."""

    vendor: int
    product: int
    words: tuple[str, str, str]


MODELS = {
    "fingerprint": Model(vendor=0x05BA, product=0x000A, words=("DigitalPersona, Inc.", "U.are.U 4500", "FP1")),
    "iris": Model(vendor=0x1F63, product=0xF001, words=("IriTech", "IriShield", "")),
}


class Stall(Exception):  # noqa: N818 - USB's own word for it
    """The device does not know such a request."""


class Device:
    """Answers the kernel's requests."""

    def __init__(self, model: Model, *, fault: str = "", stream: bool = False) -> None:
        self._model, self._fault, self._stream, self._packets = model, fault, stream, 0

    def serve(self, wire: socket.socket) -> None:
        """Until the kernel hangs up."""
        waiting: set[int] = set()
        stream = wire.makefile("rb")
        while len(head := stream.read(48)) == 48:
            command, number, _, inward, endpoint = struct.unpack_from(">5I", head)
            if command == CMD_UNLINK:
                (other,) = struct.unpack_from(">I", head, 20)
                status = -errno.ECONNRESET if other in waiting else 0
                waiting.discard(other)
                wire.sendall(struct.pack(">5Ii24x", RET_UNLINK, number, 0, 0, 0, status))
                continue
            (length,) = struct.unpack_from(">i", head, 24)
            if not inward:
                stream.read(length)
            if endpoint and self._stream:
                packet = struct.pack(">Q", self._packets)[:length]
                self._packets += 1
                wire.sendall(struct.pack(">5I5i8x", RET_SUBMIT, number, 0, 0, 0, 0, len(packet), 0, 0, 0) + packet)
                continue
            if endpoint or self._fault == "hang":
                waiting.add(number)  # a scanner that nobody touches, or one that answers nothing
                continue
            status, data = self._answer(head[40:48])
            wire.sendall(struct.pack(">5I5i8x", RET_SUBMIT, number, 0, 0, 0, status, len(data), 0, 0, 0) + data)

    def _answer(self, setup: bytes) -> tuple[int, bytes]:
        kind, request, value, _, length = struct.unpack("<BBHHH", setup)
        if self._fault == "proto":
            return -errno.EPROTO, b""
        try:
            return 0, self._control(kind, request, value)[:length]
        except Stall:
            return -errno.EPIPE, b""

    def _control(self, kind: int, request: int, value: int) -> bytes:
        if kind == 0x80 and request == GET_DESCRIPTOR:
            return self._descriptor(value >> 8, value & 0xFF)
        if kind in {0x80, 0x81, 0x82} and request == GET_STATUS:
            return b"\0\0"
        if kind == 0x80 and request == GET_CONFIGURATION:
            return b"\1"
        if kind in {0, 1, 2} and request in STANDARD_OUT:
            return b""
        raise Stall

    def _descriptor(self, kind: int, index: int) -> bytes:
        """USB 2.0, 9.6. It knows a qualifier, so it can run at high speed."""
        model = self._model
        if kind == DEVICE:
            strings = [place if text else 0 for place, text in enumerate(model.words, 1)]
            return struct.pack(
                "<BBHBBBBHHHBBBB", 18, 1, 0x200, 0, 0, 0, 64, model.vendor, model.product, 0x100, *strings, 1
            )
        if kind == CONFIGURATION:
            body = struct.pack("<9B", 9, 4, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0) + struct.pack("<BBBBHB", 7, 5, 0x81, 3, 64, 8)
            return struct.pack("<BBHBBBBB", 9, 2, 9 + len(body), 1, 1, 0, 0x80, 50) + body
        if kind == QUALIFIER:
            return struct.pack("<BBHBBBBBB", 10, 6, 0x200, 0, 0, 0, 64, 1, 0)
        if kind == STRING and index == 0:
            return b"\x04\x03\x09\x04"
        if kind == STRING and index <= len(model.words) and model.words[index - 1]:
            text = model.words[index - 1].encode("utf-16-le")
            return bytes([2 + len(text), STRING]) + text
        raise Stall


def attach(plug: str) -> None:
    """Plug in; a port is busy for a moment after something was unplugged from it."""
    for _ in range(100):
        try:
            (CONTROLLER / "attach").write_text(plug, encoding="ascii")
        except OSError as error:
            if error.errno not in {errno.EBUSY, errno.EINVAL}:
                raise
            time.sleep(0.05)
        else:
            return
    sys.exit("the port stays busy")


def main() -> None:
    """Plug in, serve, plug out."""
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=MODELS)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--speed", choices=SPEEDS, default="high")
    parser.add_argument("--fault", choices=["proto", "hang"], default="")
    parser.add_argument("--stream", action="store_true", help="count packets on the interrupt endpoint")
    chosen = parser.parse_args()

    def unplug(*_: object) -> None:
        (CONTROLLER / "detach").write_text(str(chosen.port), encoding="ascii")
        sys.exit()

    signal.signal(signal.SIGTERM, unplug)
    kernel, device = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    plug = f"{chosen.port} {kernel.fileno()} {0x10000 + chosen.port + 1} {SPEEDS[chosen.speed]}"
    attach(plug)
    kernel.close()
    Device(MODELS[chosen.name], fault=chosen.fault, stream=chosen.stream).serve(device)


if __name__ == "__main__":
    main()
