"""Which device on the bus is meant: by ids, serial number and port."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from probes.text import SafeText, clean
from probes.usb.device import PORT, UsbDevice

_ID = re.compile(r"[0-9a-fA-F]{4}")
_IDS = re.compile(r"[0-9a-f]{4}:[0-9a-f]{4}")
_SERIAL_LIMIT = 126
"""Characters a USB string descriptor can hold (USB 2.0, 9.6.7: 255 bytes of UTF-16 and a 2-byte head)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Criteria for one device; what is empty does not matter.

    vendor, product: four hexadecimal digits as lsusb shows them. serial: the device's own serial number.
    port: where it is plugged in, as under /sys/bus/usb/devices ("1-2", behind a hub "1-2.3"); needed where two
    equal devices without serial numbers stand at one counter.
    """

    vendor: str = ""
    product: str = ""
    serial: str = ""
    port: str = ""

    def __post_init__(self) -> None:
        for name, value in (("vendor", self.vendor), ("product", self.product)):
            if value and not _ID.fullmatch(value):
                wrong = clean(value, 40)
                msg = f'{name}: "{wrong}" is not four hexadecimal digits; write it as lsusb shows it, like "16d1"'
                raise ValueError(msg)
        if self.product and not self.vendor:
            msg = "product: means nothing without a vendor; write vendor as well"
            raise ValueError(msg)
        if self.port and not PORT.fullmatch(self.port):
            wrong = clean(self.port, 40)
            msg = f'port: "{wrong}" is no USB port; write it as "jagaloket discover" shows it, like "1-2" or "1-2.3"'
            raise ValueError(msg)
        if len(self.serial) > _SERIAL_LIMIT:
            msg = f"serial: has more than {_SERIAL_LIMIT} characters; no USB device has; copy it from discover"
            raise ValueError(msg)
        if not (self.vendor or self.serial or self.port):
            msg = "is empty and would take any device; write vendor and product, serial or port"
            raise ValueError(msg)

    @property
    def known(self) -> SafeText:
        """The serial number as the bus shows it, in clean text."""
        return clean(self.serial)

    def takes_ids(self, vendor: str, product: str) -> bool:
        """Whether a device with these ids can be the one."""
        return self.vendor.lower() in ("", vendor) and self.product.lower() in ("", product)

    def takes(self, device: UsbDevice) -> bool:
        """Whether this device is the one, as far as the criteria go."""
        return (
            self.takes_ids(device.vendor, device.product)
            and self.port in ("", device.port)
            and (not self.serial or self.known == device.words.serial)
        )

    def __str__(self) -> str:
        ids = f"{self.vendor}:{self.product or '*'}" if self.vendor else ""
        serial = f"serial {clean(self.serial)}" if self.serial else ""
        port = f"port {self.port}" if self.port else ""
        return ", ".join(part for part in (ids, serial, port) if part)


def check_ids(option: str, value: str) -> str:
    """A "vendor:product" option in lower case, or "". Raises ValueError."""
    ids = value.lower()
    if ids and not _IDS.fullmatch(ids):
        msg = f'{option}: "{clean(value, 40)}" is no pair of ids; write it as lsusb shows it, like "080b:0010"'
        raise ValueError(msg)
    return ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Substitutes:
    """While the device itself is missing: what might be it, or took its place. None where there is nothing.

    moved: one that fits but for the port. other: one of the same make with another serial number.
    taker: something else on its port.
    """

    moved: UsbDevice | None = None
    other: UsbDevice | None = None
    taker: UsbDevice | None = None

    def texts(self) -> Iterator[str]:
        """One sentence for each."""
        if self.moved is not None:
            yield f"one that looks the same is on port {self.moved.port}"
        if self.other is not None:
            serial = self.other.words.serial or "none"
            yield f"another unit of the same make (serial {serial}) is on port {self.other.port}"
        if self.taker is not None:
            yield f"port {self.taker.port} now holds {self.taker.ids} {self.taker.words.product}".rstrip()

    def facts(self) -> dict[str, SafeText]:
        """moved_to, replaced_by and port_holds, as far as they apply."""
        facts = {
            "moved_to": self.moved.port if self.moved else "",
            "replaced_by": (self.other.words.serial or self.other.ids) if self.other else "",
            "port_holds": self.taker.ids if self.taker else "",
        }
        return {name: clean(text) for name, text in facts.items() if text}


def substitutes(match: Match, devices: Iterable[UsbDevice]) -> Substitutes:
    """What among these stands in for the device that match means and that is missing."""
    moved = other = taker = None
    for device in devices:
        same_make = bool(match.vendor) and match.takes_ids(device.vendor, device.product)
        if same_make and match.serial and clean(match.serial) != device.words.serial:
            other = other or device
        elif same_make:
            moved = moved or device
        elif device.port == match.port:
            taker = device
    return Substitutes(moved=moved, other=other, taker=taker)
