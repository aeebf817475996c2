# ruff: noqa: ANN401 -- gi has no types: everything it hands out is Any
"""A simulated USB bus with printers on it: usbrig_daemon, and nodes of usblp that answer LPGETSTATUS."""

import errno
import struct
from pathlib import Path
from typing import Any

import gi

gi.require_version("UMockdev", "1.0")
from gi.repository import UMockdev  # noqa: E402 -- gi wants the version first

from tests.fakes import usbrig_daemon  # noqa: E402 -- as above
from tests.fakes.usbrig_device import Device  # noqa: E402 -- as above

LPGETSTATUS = 0x060B
GETDRIVER = 0x41045508
"""linux/usbdevice_fs.h, 64 bit."""

CLASS_IN = 0xA1


class Lp(UMockdev.IoctlBase):  # type: ignore[misc] # gi has no types
    """Answers one node's LPGETSTATUS. status: the byte, or a negative errno."""

    def __init__(self) -> None:
        super().__init__()
        self.status = 0x18
        self.asked = 0

    def do_handle_ioctl(self, client: Any) -> bool:
        if client.get_request() & 0xFFFFFFFF != LPGETSTATUS:
            client.complete(-1, errno.ENOTTY)
            return True
        self.asked += 1
        if self.status < 0:
            client.complete(-1, -self.status)
            return True
        client.get_arg().resolve(0, 4).update(0, struct.pack("<i", self.status))
        client.complete(0, 0)
        return True


class BarePrinter(Device):
    """A printer without a driver, which answers the printer class's own requests."""

    port_status = 0x18
    ieee1284 = b"MFG:EPSON;CMD:ESC/POS;MDL:TM-T20;"

    def _answer(self, kind: int, request: int, value: int) -> bytes | None:
        if kind != CLASS_IN:
            return super()._answer(kind, request, value)
        text = struct.pack(">H", len(self.ieee1284) + 2) + self.ieee1284
        return {0: text, 1: bytes([self.port_status])}.get(request)


class BareIoctls(usbrig_daemon.Ioctls):
    """As Ioctls, and says that no driver is bound."""

    def _handle(self, arg: Any, request: int) -> tuple[int, int]:
        return (-1, errno.ENODATA) if request == GETDRIVER else super()._handle(arg, request)


class PrinterBus(usbrig_daemon.Bus):
    """The bus, with one more kind of command: printer, lp_status, lp_asked, lend, unplug_printer."""

    def __init__(self) -> None:
        super().__init__()
        self._nodes: dict[str, tuple[str, Lp]] = {}

    def printer(self, who: str, port: str, ieee1284: str, **description: Any) -> dict[str, Any]:
        """Plug a printer in; usblp gives it a node."""
        answer = self.plug(who, port, **description)
        interface = f"{answer['path']}/{port}:1.0"
        self.testbed.set_attribute(f"/sys{interface}", "ieee1284_id", ieee1284 + "\n")
        number = len(self._nodes)
        lp, path = Lp(), f"{interface}/usbmisc/lp{number}"
        self.testbed.add_from_string(
            f"P: {path}\nN: usb/lp{number}\nE: DEVNAME=/dev/usb/lp{number}\nE: SUBSYSTEM=usbmisc\n"
            f"E: MAJOR=180\nE: MINOR={number}\nL: device=../..\n\n"
        )
        self.testbed.attach_ioctl(f"/dev/usb/lp{number}", lp)
        self._nodes[who] = (path, lp)
        return {**answer, "lp": f"/dev/usb/lp{number}"}

    def bare_printer(self, who: str, port: str, **description: Any) -> dict[str, Any]:
        """Plug a printer in for which there is no driver."""
        device = BarePrinter(**description)
        answer = self._plug(who, port, device)
        self.testbed.detach_ioctl(device.node)
        self.testbed.attach_ioctl(device.node, BareIoctls(device))
        return answer

    def port_status(self, who: str, status: int) -> dict[str, Any]:
        """Let a bare printer answer this byte."""
        self._devices[who].port_status = status  # type: ignore[attr-defined] # it is a BarePrinter
        return {}

    def lp_status(self, who: str, status: int) -> dict[str, Any]:
        """Let the node answer this byte, or fail with -errno."""
        self._nodes[who][1].status = status
        return {}

    def lp_asked(self, who: str) -> dict[str, Any]:
        """How often the node was asked."""
        return {"asked": self._nodes[who][1].asked}

    def lend(self, who: str) -> dict[str, Any]:
        """What CUPS does while it prints: usblp goes, the interface is a program's, the device stays."""
        link = Path(f"{self.root}/sys{self._unbind(who)}", "driver")
        link.unlink()
        link.symlink_to("../../../../../bus/usb/drivers/usbfs")
        return {}

    def unplug_printer(self, who: str) -> dict[str, Any]:
        """Pull the plug."""
        self._unbind(who)
        return self.unplug(who)

    def _unbind(self, who: str) -> str:
        """Take usblp and its node away; returns the interface's path."""
        path, _ = self._nodes[who]
        interface, _, name = path.partition("/usbmisc/")
        self.testbed.detach_ioctl(f"/dev/usb/{name}")
        self.testbed.uevent(f"/sys{path}", "remove")
        self.testbed.remove_device(f"/sys{path}")
        Path(self.root, "dev/usb", name).unlink(missing_ok=True)
        return interface


if __name__ == "__main__":
    usbrig_daemon.Bus = PrinterBus  # type: ignore[misc] # main() makes the bus of this process
    usbrig_daemon.main()
