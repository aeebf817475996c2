"""USB devices as the kernel tells them under /sys (Documentation/ABI/*/sysfs-bus-usb).

Reading here opens no device, wakes none and needs no right. Only the three strings are read under the
kernel's device lock, which whoever resets a hung device may hold for minutes; so they are read once per
enumeration and kept, and what tells presence never takes that lock.
"""

import os
from pathlib import Path

from probes.reading import NO_TEXT, ProbeError
from probes.text import SafeText, clean
from probes.usb.device import PORT, PRINTER, Interface, UsbDevice, Words, port_key

ROOT = Path("/sys/bus/usb/devices")

_READ_LIMIT_BYTES = 4096
_LISTED_LIMIT = 1024
_INTERFACE_LIMIT = 32
_SPEED_LIMIT_MBIT = 1e6


class Tree:
    """The devices below one sysfs folder. Keeps ids and strings of what is on the bus now, per enumeration."""

    def __init__(self, root: Path = ROOT) -> None:
        self._root = str(root)
        self._words: dict[str, tuple[str, Words]] = {}
        self._ids: dict[str, tuple[str, tuple[str, str]]] = {}

    def exists(self) -> bool:
        """Whether this system has a sysfs with USB in it at all."""
        return os.access(self._root, os.X_OK)

    def ports(self) -> list[str]:
        """Every device that is no root hub, by its port, as people count. Raises ProbeError where there is no bus."""
        try:
            names = self._list("")
        except OSError as error:
            msg = f"cannot list {self._root} ({error.strerror}): this kernel, container or service shows no USB bus"
            raise ProbeError(msg) from error
        ports = sorted((name for name in names if PORT.fullmatch(name)), key=port_key)[:_LISTED_LIMIT]
        for gone in (self._words.keys() | self._ids.keys()) - set(ports):
            self._words.pop(gone, None)
            self._ids.pop(gone, None)
        return ports

    def has_hubs(self) -> bool:
        """Whether a host controller is there: its root hub stays even when every device is gone."""
        try:
            return any(name.startswith("usb") for name in self._list(""))
        except OSError:
            return False

    def ids(self, port: str) -> tuple[str, str] | None:
        """Vendor and product of what is on a port now; None when nothing is. Never blocks."""
        number = self._read(port, "devnum")
        known = self._ids.get(port)
        if known is not None and known[0] == number:
            return known[1]
        vendor = self._read(port, "idVendor")
        product = self._read(port, "idProduct") if vendor else ""
        if not product:
            return None
        self._ids[port] = (number, (vendor, product))
        return vendor, product

    def serial(self, port: str) -> SafeText | None:
        """The serial number of what is on a port now; None when nothing is."""
        number = self._read(port, "devnum")
        return self._strings(port, number).serial if number else None

    def over_currents(self, port: str) -> int | None:
        """How often the hub cut this port off; None where the hub does not tell, or nothing is plugged in."""
        return _whole(self._read(port, "port/over_current_count"))

    def device(self, port: str) -> UsbDevice | None:
        """All about the device on a port; None when nothing is there, or it left while being read."""
        ids = self.ids(port)
        number = self._read(port, "devnum")
        if ids is None or not number.isdecimal():
            return None
        device = UsbDevice(
            port=port,
            vendor=ids[0],
            product=ids[1],
            code=self._read(port, "bDeviceClass"),
            bus=_whole(self._read(port, "busnum")) or 0,
            number=int(number),
            words=self._strings(port, number),
            speed_bits_per_second=_speed(self._read(port, "speed")),
            version=_real(self._read(port, "version")) or 0.0,
            suspended=self._read(port, "power/runtime_status") == "suspended",
            authorized=self._read(port, "authorized") != "0",
            quirks=_hex(self._read(port, "quirks")),
            connected_seconds=_milliseconds(self._read(port, "power/connected_duration")),
            over_currents=self.over_currents(port),
            interfaces=self._interfaces(port),
        )
        # A device that left meanwhile gave half its answers: the same one must still be on this port.
        return device if self._read(port, "devnum") == number else None

    def _strings(self, port: str, number: str) -> Words:
        known = self._words.get(port)
        if known is not None and known[0] == number:
            return known[1]
        names = ("manufacturer", "product", "serial")
        words = Words(**{name: clean(self._bytes(port, name)) for name in names})
        self._words[port] = (number, words)
        return words

    def _interfaces(self, port: str) -> tuple[Interface, ...]:
        try:
            names = [name for name in self._list(port) if name.startswith(f"{port}:")]
        except OSError:
            return ()
        return tuple(self._interface(f"{port}/{name}") for name in sorted(names)[:_INTERFACE_LIMIT])

    def _interface(self, path: str) -> Interface:
        code = self._read(path, "bInterfaceClass")
        text = clean(self._bytes(path, "ieee1284_id"), 512) if code == PRINTER else NO_TEXT
        number = _hex(self._read(path, "bInterfaceNumber"))
        return Interface(number=number, code=code, driver=self._driver(path), ieee1284=text)

    # os, not pathlib, from here on: pathlib doubles the cost of a look (measured: 25 us a file instead of 11).

    def _list(self, path: str) -> list[str]:
        with os.scandir(f"{self._root}/{path}") as entries:
            return [entry.name for entry in entries]

    def _driver(self, path: str) -> str:
        try:
            return clean(os.readlink(f"{self._root}/{path}/driver").rpartition("/")[2])  # noqa: PTH115 -- see above
        except OSError:
            return ""

    def _bytes(self, path: str, name: str) -> bytes:
        """A file's content; b"" when it is not there or its device just left (ENODEV)."""
        try:
            file = os.open(f"{self._root}/{path}/{name}", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return b""
        try:
            return os.read(file, _READ_LIMIT_BYTES)
        except OSError:
            return b""
        finally:
            os.close(file)

    def _read(self, path: str, name: str) -> str:
        """A value the kernel itself writes: short plain ASCII."""
        return self._bytes(path, name).decode("ascii", "replace").strip()[:64]


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() else None


def _real(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _speed(text: str) -> float | None:
    """The kernel tells Mbit/s ("1.5", "480")."""
    mbit = _real(text)
    return mbit * 1e6 if mbit and 0 < mbit < _SPEED_LIMIT_MBIT else None


def _milliseconds(text: str) -> float | None:
    whole = _whole(text)
    return None if whole is None else whole / 1000


def _hex(text: str) -> int:
    try:
        return int(text, 16)
    except ValueError:
        return 0
