# ruff: noqa: ANN401 -- gi has no types: everything it hands out is Any
"""A simulated USB bus as a process of its own; run by Debian's Python (it has gi) under umockdev-wrapper.

    umockdev-wrapper /usr/bin/python3 -m tests.fakes.usbrig_daemon

The first line it writes is {"env": {...}}: a process with that environment sees the simulated /sys, /dev and kernel
events. Then one JSON command per line on stdin, one JSON answer per line on stdout; {"error": ...} when it failed.
"""

import contextlib
import errno
import json
import os
import select
import socket
import struct
import sys
import time
from pathlib import Path
from typing import Any

import gi

gi.require_version("UMockdev", "1.0")
from gi.repository import UMockdev  # noqa: E402 -- gi wants the version first

from tests.fakes.usbrig_device import BUS, Device, recorded  # noqa: E402 -- as above


def _ioctl(direction: int, number: int, size: int) -> int:
    return (direction << 30) | (size << 16) | (ord("U") << 8) | number


# linux/usbdevice_fs.h, 64 bit
CONTROL, SUBMIT, DISCARD = _ioctl(3, 0, 24), _ioctl(2, 10, 56), _ioctl(0, 11, 0)
REAP, REAP_NOW, CAPABILITIES = _ioctl(1, 12, 8), _ioctl(1, 13, 8), _ioctl(2, 26, 4)
CLAIM, RELEASE, SPEED, RESET = _ioctl(2, 15, 4), _ioctl(2, 16, 4), _ioctl(0, 31, 0), _ioctl(0, 20, 0)
NAMES = {CLAIM: "claim", RESET: "reset", _ioctl(2, 5, 4): "set_configuration", _ioctl(3, 18, 16): "driver_ioctl"}
URB_CONTROL = 2
ROOM_SECONDS = 60.0
"""How long a listener may leave its events unread: a busy machine is slow."""


class Ioctls(UMockdev.IoctlBase):  # type: ignore[misc] # gi has no types
    """Answers one device node's usbfs ioctls."""

    def __init__(self, device: Device) -> None:
        super().__init__()
        self._device, self._pending, self._done = device, [], []  # type: ignore[var-annotated] # urbs of gi objects

    def do_handle_ioctl(self, client: Any) -> bool:
        request = client.get_request() & 0xFFFFFFFF
        if request in NAMES:
            self._device.log.append(NAMES[request])
        result = (-1, errno.ENODEV) if self._device.fault == "nodev" else self._handle(client.get_arg(), request)
        client.complete(*result)
        return True

    def _handle(self, arg: Any, request: int) -> tuple[int, int]:
        address = int.from_bytes(bytes(arg.retrieve())[:8], "little")  # before resolve(), which changes it
        size = (request >> 16) & 0x3FFF
        data: Any = arg.resolve(0, size) if size else None
        if request == CAPABILITIES:
            data.update(0, struct.pack("<I", 0x1D))
            return 0, 0
        if request == SUBMIT:
            return self._submit(address, data)
        if request in (REAP, REAP_NOW):
            return self._reap(data)
        if request == DISCARD:
            return self._discard(address)
        code = {1.5: 1, 12: 2, 480: 3, 5000: 5}.get(self._device.speed, 3)
        return {SPEED: (code, 0), CLAIM: (0, 0), RELEASE: (0, 0)}.get(request, (-1, errno.ENOTTY))

    def _reap(self, data: Any) -> tuple[int, int]:
        if not self._done:
            return -1, errno.EAGAIN
        data.set_ptr(0, self._done.pop(0)[1])
        return 0, 0

    def _submit(self, address: int, data: Any) -> tuple[int, int]:
        kind, length = struct.unpack_from("<B23xi", bytes(data.retrieve()))
        buffer = data.resolve(16, length)
        setup = struct.unpack_from("<BBHHH", bytes(buffer.retrieve()))
        urb = (address, data)
        status, count = 0, 0
        try:
            answer = self._device.control(setup[0], setup[1], setup[2], setup[4]) if kind == URB_CONTROL else None
        except OSError as error:
            status, answer = -(error.errno or errno.EIO), b""
        if answer is None:
            self._pending.append(urb)
            return 0, 0
        if answer:
            buffer.update(8, answer)
            count = len(answer)
        self._finish(urb, status, count)
        return 0, 0

    def _finish(self, urb: tuple[int, Any], status: int, count: int = 0) -> None:
        urb[1].update(4, struct.pack("<i", status))
        urb[1].update(28, struct.pack("<i", count))
        self._done.append(urb)

    def _discard(self, address: int) -> tuple[int, int]:
        for urb in self._pending:
            if urb[0] == address:
                self._pending.remove(urb)
                self._finish(urb, -errno.ENOENT)
                return 0, 0
        return -1, errno.EINVAL


class Bus:
    """The bus and what is plugged in, by the test's own names."""

    def __init__(self) -> None:
        self.testbed = UMockdev.Testbed.new()
        self.root = self.testbed.get_root_dir()
        # Asked only now: before a testbed exists umockdev 0.17 answers False, remembers it, and sends no events.
        if not UMockdev.in_mock_environment():
            msg = "run this under umockdev-wrapper"
            raise RuntimeError(msg)
        self._devices: dict[str, Device] = {}
        self._numbers = 1
        hub = Device(vendor=0x1D6B, product=2, code=(9, 0, 1), interfaces=((9, 0, 0, "hub"),), number=1)
        self.testbed.add_from_string(hub.record().replace(f"{BUS}/\n", f"{BUS}\n").split("\n\n")[0] + "\n")

    def plug(self, who: str, port: str, **description: Any) -> dict[str, Any]:
        return self._plug(who, port, Device(**description))

    def load(self, who: str, port: str, file: str) -> dict[str, Any]:
        return self._plug(who, port, recorded(Path(file)))

    def replug(self, who: str, port: str = "") -> dict[str, Any]:
        return self._plug(who, port or self._devices[who].port, self._devices[who])

    def _plug(self, name: str, port: str, device: Device) -> dict[str, Any]:
        self._numbers += 1
        device.port, device.number, device.fault = port, self._numbers, None
        self._devices[name] = device
        for record in device.record().rstrip().split("\n\n"):
            self._room()
            self.testbed.add_from_string(f"{record}\n")
        self.testbed.attach_ioctl(device.node, Ioctls(device))
        return {"node": device.node, "path": device.path, "at": time.monotonic()}

    def unplug(self, who: str) -> dict[str, Any]:
        device = self._devices[who]
        device.fault = "nodev"
        at = time.monotonic()
        paths = [*device.interface_paths(), device.path]
        # umockdev sends a device's event only while it is there; the real kernel sends it after it has gone.
        self.testbed.detach_ioctl(device.node)
        for path in paths[:-1]:
            self._tell(path, "remove")
            self.testbed.remove_device(f"/sys{path}")
        self._tell(device.path, "remove")
        self.testbed.remove_device(f"/sys{device.path}")
        return {"at": at, "gone": time.monotonic()}

    def event(self, who: str, action: str) -> dict[str, Any]:
        self._tell(self._devices[who].path, action)
        return {}

    def attribute(self, who: str, name: str, value: str) -> dict[str, Any]:
        self.testbed.set_attribute(f"/sys{self._devices[who].path}", name, f"{value}\n")
        return {}

    def fault(self, who: str, fault: str | None) -> dict[str, Any]:
        self._devices[who].fault = fault
        return {}

    def log(self, who: str) -> dict[str, Any]:
        log, self._devices[who].log = self._devices[who].log, []
        return {"log": log}

    def _tell(self, path: str, action: str) -> None:
        self._room()
        self.testbed.uevent(f"/sys{path}", action)

    def _room(self) -> None:
        """Wait until each listener can take one event more.

        The kernel keeps hundreds and says when it lost some (ENOBUFS). umockdev keeps them in a datagram socket, which
        holds net.unix.max_dgram_qlen (10), and where that is full, it ends this process (EAGAIN).
        """
        for file in Path(self.root).glob("event[0-9]*"):
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
                with contextlib.suppress(ConnectionRefusedError, FileNotFoundError):  # it has just ended
                    listener.connect(str(file))
                poller = select.poll()
                poller.register(listener, select.POLLOUT)
                if not poller.poll(ROOM_SECONDS * 1000):
                    msg = f"{file.name} was not read for {ROOM_SECONDS:.0f} s"
                    raise TimeoutError(msg)


def _obey(bus: Bus, line: str) -> dict[str, Any]:
    command = json.loads(line)
    try:
        answer: dict[str, Any] = getattr(bus, command.pop("op"))(**command)
    except Exception as error:  # noqa: BLE001 -- the test raises it
        return {"error": f"{type(error).__name__}: {error}"}
    return answer


def main() -> None:
    """Serve until stdin ends."""
    bus = Bus()
    os.environ["UMOCKDEV_DIR"] = bus.root
    env = {"LD_PRELOAD": "libumockdev-preload.so.0", "UMOCKDEV_DIR": bus.root}
    print(json.dumps({"env": env}), flush=True)  # noqa: T201 -- its way to answer
    for line in sys.stdin:
        print(json.dumps(_obey(bus, line)), flush=True)  # noqa: T201 -- as above


if __name__ == "__main__":
    main()
