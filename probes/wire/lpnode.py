"""Which device node is whose: between a printer's node and its place under /sys, without opening anything."""

import os
import re
from pathlib import Path

from probes.usb.device import PORT
from probes.wire.sysfs import ROOT

NODE = re.compile(r"/dev/usb/lp[0-9]{1,3}")
_CLASSES = Path("/sys/class")
_MOST_LEVELS = 3
"""From a serial converter's port up to its USB device: 1-2/1-2:1.0/ttyUSB0."""


def home(path: str, classes: Path = _CLASSES) -> str:
    """Where under /sys the device behind a printer's or a serial node is, "" when that cannot be told."""
    for group in ("usbmisc", "tty"):
        device = classes / group / Path(path).name / "device"
        if device.exists():
            return str(device.resolve())
    return ""


def port_of(path: str, classes: Path = _CLASSES) -> str:
    """The USB port of the device behind usblp's node, "" when it is not there."""
    port = Path(home(path, classes)).name.partition(":")[0]
    return port if PORT.fullmatch(port) else ""


def node_of(port: str, interface: int, root: Path = ROOT) -> str:
    """The path of usblp's node for an interface, "" when usblp has none: 1-2/1-2:1.0/usbmisc/lp0."""
    for name in _names(f"{root}/{port}"):
        if name.startswith(f"{port}:") and name.endswith(f".{interface}"):
            nodes = [f"/dev/usb/{lp}" for lp in _names(f"{root}/{port}/{name}/usbmisc")]
            return next((node for node in nodes if NODE.fullmatch(node)), "")
    return ""


def transfers(place: str) -> int | None:
    """How many transfers were made with the USB device at or above a place under /sys; None where it is no USB device.

    The kernel counts them (Documentation/ABI/testing/sysfs-bus-usb, urbnum): while the number stays nobody has
    printed.
    """
    folder = Path(place)
    for place_above in (folder, *folder.parents[:_MOST_LEVELS]):
        try:
            return int((place_above / "urbnum").read_text("ascii"))
        except (OSError, ValueError):
            continue
    return None


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208 - pathlib doubles the cost of a look
    except OSError:
        return []
