"""One message of the kernel's device events (NETLINK_KOBJECT_UEVENT, netlink(7)) and the socket that brings them."""

import socket
import struct
from typing import NamedTuple

_NETLINK_KOBJECT_UEVENT = 15
_KERNEL_GROUP = 1
_UDEV_PREFIX = b"libudev\0"
_UDEV_OFFSET, _UDEV_FIELDS = 16, struct.Struct("=II")


class Event(NamedTuple):
    """Something happened to one USB device.

    port: its sysfs name. vendor, product: four hexadecimal digits or "". address: its bus and device number, new at
    every enumeration; None where the message does not tell.
    """

    action: str
    port: str
    vendor: str = ""
    product: str = ""
    address: tuple[int, int] | None = None

    @property
    def ids(self) -> str:
        """Vendor and product as lsusb writes them: "16d1:0408"."""
        return f"{self.vendor}:{self.product}"


def parse(message: bytes) -> Event | None:
    """The event in one netlink message, None when it is no USB device's.

    Reads the kernel's format ("add@/devices/...", NUL, KEY=VALUE, NUL, ...) and udev's (a header that starts
    with "libudev", whose 32-bit words at 16 and 20 tell where the same pairs begin and how long they are).
    """
    if message.startswith(_UDEV_PREFIX):
        if len(message) < _UDEV_OFFSET + _UDEV_FIELDS.size:
            return None
        start, length = _UDEV_FIELDS.unpack_from(message, _UDEV_OFFSET)
        message = message[start : start + length]
    pairs = (part.partition(b"=") for part in message.split(b"\0"))
    values = {key: value.decode("ascii", "replace") for key, is_pair, value in pairs if is_pair}
    if values.get(b"SUBSYSTEM") != "usb" or values.get(b"DEVTYPE") != "usb_device":
        return None
    vendor, product = (*values.get(b"PRODUCT", "").split("/"), "", "")[:2]
    return Event(
        action=values.get(b"ACTION", ""),
        port=values.get(b"DEVPATH", "").rpartition("/")[2],
        vendor=vendor.zfill(4).lower() if vendor else "",
        product=product.zfill(4).lower() if product else "",
        address=_address(values.get(b"BUSNUM", ""), values.get(b"DEVNUM", "")),
    )


def _address(bus: str, number: str) -> tuple[int, int] | None:
    return (int(bus), int(number)) if bus.isdecimal() and number.isdecimal() and len(bus + number) < 10 else None  # noqa: PLR2004 -- "001" and "127" at most


def open_socket() -> socket.socket:
    """A socket that hears the kernel's events. Raises OSError where netlink is not allowed."""
    netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _NETLINK_KOBJECT_UEVENT)
    try:
        netlink.bind((0, _KERNEL_GROUP))
    except OSError:
        netlink.close()
        raise
    return netlink
