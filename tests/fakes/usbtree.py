"""A folder that looks like /sys/bus/usb/devices, for tests that need no events."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from probes.wire.sysfs import Tree


class UsbTree:
    """Plugs and unplugs devices. Every plug is a new enumeration with a new device number."""

    def __init__(self, root: Path) -> None:
        self.root = root / "devices"
        (self.root / "usb1").mkdir(parents=True)
        self._number = 1

    @property
    def tree(self) -> Tree:
        return Tree(self.root)

    def plug(
        self,
        port: str,
        ids: str,
        *,
        interfaces: Sequence[tuple[str, str]] = (("ff", ""),),
        **attributes: bytes | str,
    ) -> None:
        """interfaces: (class, driver). Attribute names with "__" stand for "/" ("power__runtime_status")."""
        self._number += 1
        vendor, product = ids.split(":")
        values: dict[str, bytes | str] = {
            "idVendor": vendor,
            "idProduct": product,
            "bDeviceClass": "00",
            "busnum": port.partition("-")[0],
            "devnum": str(self._number),
            "speed": "480",
            "version": " 2.00",
            "authorized": "1",
            "quirks": "0x0",
            "power__runtime_status": "active",
            "power__connected_duration": "3600000",
            "port__over_current_count": "0",
            **attributes,
        }
        for name, value in values.items():
            self.set(port, name, value)
        for number, (code, driver) in enumerate(interfaces):
            self._interface(port, number, code, driver)

    def unplug(self, port: str) -> None:
        shutil.rmtree(self.root / port)

    def strip(self, port: str) -> None:
        """Take its interfaces away, as the kernel does before it takes the device away."""
        for folder in (self.root / port).glob("*:*"):
            shutil.rmtree(folder)

    def set(self, port: str, name: str, value: bytes | str) -> None:
        file = self.root / port / name.replace("__", "/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes((value if isinstance(value, bytes) else value.encode()) + b"\n")

    def _interface(self, port: str, number: int, code: str, driver: str) -> None:
        folder = self.root / port / f"{port}:1.{number}"
        folder.mkdir(parents=True)
        (folder / "bInterfaceClass").write_text(f"{code}\n")
        (folder / "bInterfaceNumber").write_text(f"{number:02x}\n")
        if driver:
            (folder / "driver").symlink_to(f"../../drivers/{driver}")
