"""A USB device as values: what the kernel tells about it, without opening it."""

import re
from dataclasses import dataclass
from pathlib import Path

from probes.reading import NO_TEXT
from probes.text import SafeText

PORT = re.compile(r"[1-9][0-9]{0,2}-[1-9][0-9]{0,2}(\.[1-9][0-9]{0,2}){0,5}")
"""A device's name in sysfs: bus, then the port on each hub on the way ("1-2.3"). USB allows six hops."""

HUB = "09"
"""bDeviceClass of a hub (usb.org, defined class codes)."""

PRINTER = "07"
"""bInterfaceClass of a printer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """One interface of a device.

    code: its class, two hexadecimal digits as in the descriptor. driver: "" when none is bound, "usbfs" when a
    program has claimed it. ieee1284: the printer's own identification (IEEE 1284.4 device id).
    """

    number: int
    code: str
    driver: str
    ieee1284: SafeText = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a device calls itself; all of it may be missing."""

    manufacturer: SafeText = NO_TEXT
    product: SafeText = NO_TEXT
    serial: SafeText = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbDevice:
    """One device on the bus, as one look found it.

    port: its sysfs name. vendor, product: four hexadecimal digits. code: its device class. bus, number: its
    address; number is new at every enumeration. version: the USB release it speaks (2.0). quirks: the
    kernel's flags for misbehaving devices (linux/usb/quirks.h).
    connected_seconds: since the kernel saw it. over_currents: how often its port was cut off. Both None
    where that cannot be told.
    """

    port: str
    vendor: str
    product: str
    code: str
    bus: int
    number: int
    words: Words
    speed_bits_per_second: float | None
    version: float = 0.0
    suspended: bool = False
    authorized: bool = True
    quirks: int = 0
    connected_seconds: float | None = None
    over_currents: int | None = None
    interfaces: tuple[Interface, ...] = ()

    @property
    def ids(self) -> str:
        """Vendor and product as lsusb writes them: "16d1:0408"."""
        return f"{self.vendor}:{self.product}"

    @property
    def address(self) -> tuple[int, int]:
        """What is new whenever the device was enumerated anew."""
        return (self.bus, self.number)

    @property
    def node(self) -> Path:
        """Its device node, there or not."""
        return Path(f"/dev/bus/usb/{self.bus:03d}/{self.number:03d}")


def port_key(port: str) -> tuple[int, ...]:
    """Sorts ports as people count: 1-2 before 1-10."""
    return tuple(int(part) for part in re.split(r"[-.]", port))
