"""Checks of what the configured equipment needs of this PC: /sys, device nodes, libusb, CUPS, pcscd."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agent.doctor.finding import Finding, Subject, mend, note, skipped, well
from agent.watched import Watched
from probes.ipp.questions import CUPS_SOCKET
from probes.reading import ProbeError
from probes.usb.device import PRINTER, UsbDevice
from probes.usb.match import Match
from probes.wire import lpnode, pcsc, usb
from probes.wire.sysfs import Tree
from probes.wire.usbbus import Bus

_USB_KINDS = ("usb", "printer_usb")
_MATCH_KEYS = ("vendor", "product", "serial", "port")
_CONNECT_SECONDS = 2.0
_RULE = "the package's udev rule gives this right: sudo udevadm control --reload && sudo udevadm trigger"
_SERIAL = "see /usr/share/jagaloket/serial-printer.conf: it gives the service the group dialout"


def bus(subject: Subject) -> Finding:
    """Whether USB devices can be seen."""
    tree = subject.usb
    if not tree.exists():
        if not _of_kind(subject, *_USB_KINDS):
            return skipped("this system shows no USB, and none is configured")
        return mend(
            "/sys shows no USB", "in a container mount /sys; in a service of your own leave out PrivateDevices="
        )
    if not tree.has_hubs():
        return note("no USB host controller", "look whether USB is switched off in the firmware")
    return well(f"/sys shows {len(tree.ports())} devices")


def nodes(subject: Subject) -> Finding:
    """Whether the device nodes that the configured printers need may be opened. Nothing is opened for that."""
    wanted = list(dict.fromkeys(_nodes(subject)))
    if not wanted:
        return skipped("no configured device needs a device node")
    denied = [node for node in wanted if node.exists() and not os.access(node, os.R_OK | os.W_OK)]
    if denied:
        serial = any(node.name.startswith("tty") for node in denied)
        return mend(f"not allowed: {', '.join(map(str, denied))}", _SERIAL if serial else _RULE)
    missing = [node for node in wanted if not node.exists()]
    if missing:
        return note(f"not there now: {', '.join(map(str, missing))}", "plug the printer in and switch it on")
    return well(f"may be opened: {', '.join(map(str, wanted))}")


def libusb(subject: Subject) -> Finding:
    """Whether libusb is there, for printers without a driver and for the question how fast a device could be."""
    if not _of_kind(subject, *_USB_KINDS):
        return skipped("no USB device is configured")
    try:
        found = usb.listed()
    except ProbeError as error:
        return note(str(error), "install it: sudo apt install libusb-1.0-0")
    return well(f"sees {len(found)} devices")


def cups(subject: Subject) -> Finding:
    """Whether the print service can be asked about its queues."""
    needed = any("queue" in item.source for item in _of_kind(subject))
    if not Path(CUPS_SOCKET).exists():
        if needed:
            return mend(f"{CUPS_SOCKET} is not there", "start CUPS: sudo systemctl enable --now cups.socket")
        return skipped("CUPS is not installed, and no queue is configured")
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as wire:
            wire.settimeout(_CONNECT_SECONDS)
            wire.connect(CUPS_SOCKET)
    except OSError as error:
        return mend(f"{CUPS_SOCKET}: {error.strerror or error}", "restart it: sudo systemctl restart cups")
    return well("CUPS answers")


def card_readers(_subject: Subject) -> Finding:
    """Whether pcscd tells about card readers, where it runs."""
    if not pcsc.running():
        return skipped("pcscd does not run: card readers are seen as USB devices only")
    try:
        readers = pcsc.readers()
    except ProbeError as error:
        return mend(str(error), "the package's polkit rule allows it: sudo systemctl restart polkit pcscd")
    return well(f"pcscd knows {len(readers)} card readers")


def _of_kind(subject: Subject, *kinds: str) -> list[Watched]:
    items = subject.config.watched if subject.config else ()
    return [item for item in items if not kinds or item.device.kind in kinds]


def _nodes(subject: Subject) -> Iterator[Path]:
    """The node that is configured, else those behind each USB device that a look would open."""
    for item in _of_kind(subject):
        node = item.source.get("device")
        if isinstance(node, str) and node.startswith("/dev/"):
            yield Path(node)
        elif item.device.kind in _USB_KINDS:
            for device in _present(item, subject.usb):
                yield from _opened(device, item.source)


def _present(item: Watched, tree: Tree) -> list[UsbDevice]:
    table = item.source.get("match", item.source)
    match = Match(**{key: table[key] for key in _MATCH_KEYS if key in table})
    try:
        return Bus(tree).fitting(match)
    except ProbeError:
        return []


def _opened(device: UsbDevice, source: Any) -> Iterator[Path]:  # noqa: ANN401 - a TOML table
    printers = [one for one in device.interfaces if one.code == PRINTER]
    for one in printers:
        node = lpnode.node_of(device.port, one.number)
        yield Path(node) if node else device.node
    if not printers and (source.get("needs_access") or source.get("ask_speed")):
        yield device.node
