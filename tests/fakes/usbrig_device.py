"""A simulated USB device: its descriptors, its sysfs description and its answers to control requests."""

import errno
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

EN_US = 0x0409
GET_STATUS, GET_DESCRIPTOR, GET_CONFIGURATION = 0, 6, 8
DEVICE, CONFIGURATION, STRING, QUALIFIER = 1, 2, 3, 6
BUS = "/devices/pci0000:00/0000:00:1f.7/usb9"
"""Bus 9: recorded descriptions use buses 1 to 3, and a clash aborts the process inside libumockdev."""


@dataclass(kw_only=True)
class Device:
    """interfaces: (class, subclass, protocol, driver or ""). fault: None, "stall", "proto", "hang" or "nodev"."""

    vendor: int
    product: int
    manufacturer: str = ""
    name: str = ""
    serial: str = ""
    interfaces: Sequence[Sequence[int | str]] = ((0xFF, 0, 0, ""),)
    code: Sequence[int] = (0, 0, 0)
    speed: float = 480
    qualifier: bool = False
    attributes: dict[str, str] = field(default_factory=dict)
    port: str = ""
    number: int = 0
    fault: str | None = None
    log: list[str] = field(default_factory=list)

    @property
    def path(self) -> str:
        return f"{BUS}/{self.port}"

    @property
    def node(self) -> str:
        return f"/dev/bus/usb/009/{self.number:03d}"

    def strings(self) -> dict[int, str]:
        texts = (self.manufacturer, self.name, self.serial)
        return {index: text for index, text in enumerate(texts, start=1) if text}

    def device_descriptor(self) -> bytes:
        index = [number if number in self.strings() else 0 for number in (1, 2, 3)]
        head = struct.pack("<BBHBBBB", 18, DEVICE, 0x0200, *self.code, 64)
        return head + struct.pack("<HHHBBBB", self.vendor, self.product, 0x0100, *index, 1)

    def configuration(self) -> bytes:
        body = b""
        for number, (code, subclass, protocol, _driver) in enumerate(self.interfaces):
            body += struct.pack("<BBBBBBBBB", 9, 4, number, 0, 1, code, subclass, protocol, 0)
            body += struct.pack("<BBBBHB", 7, 5, 0x81, 3, 64, 10)
        return struct.pack("<BBHBBBBB", 9, CONFIGURATION, 9 + len(body), len(self.interfaces), 1, 0, 0x80, 50) + body

    def control(self, kind: int, request: int, value: int, length: int) -> bytes | None:
        """An answer; None when it never comes; OSError is the transfer's status."""
        self.log.append(f"control {kind:#04x} {request} {value:#06x}")
        if self.fault == "hang":
            return None
        if self.fault == "proto":
            raise OSError(errno.EPROTO, "protocol error")
        answer = None if self.fault == "stall" else self._answer(kind, request, value)
        if answer is None:
            raise OSError(errno.EPIPE, "stall")
        return answer[:length]

    def _answer(self, kind: int, request: int, value: int) -> bytes | None:
        if kind != 0x80:
            return None
        if request == GET_STATUS:
            return b"\0\0"
        if request == GET_CONFIGURATION:
            return b"\1"
        return self._descriptor(value >> 8, value & 0xFF) if request == GET_DESCRIPTOR else None

    def _descriptor(self, kind: int, index: int) -> bytes | None:
        if kind == STRING:
            text = self.strings().get(index, "").encode("utf-16-le")
            body = struct.pack("<H", EN_US) if index == 0 else text
            return bytes([2 + len(body), STRING]) + body
        qualifier = struct.pack("<BBHBBBBBB", 10, QUALIFIER, 0x0200, 0, 0, 0, 64, 1, 0) if self.qualifier else None
        return {DEVICE: self.device_descriptor(), CONFIGURATION: self.configuration(), QUALIFIER: qualifier}.get(kind)

    def record(self) -> str:
        """The device and its interfaces as umockdev describes them (umockdev's docs, "device dump format")."""
        raw = (self.device_descriptor() + self.configuration()).hex().upper()
        parent = "\n".join(
            [
                f"P: {self.path}",
                f"N: bus/usb/009/{self.number:03d}={raw}",
                *(f"E: {key}={value}" for key, value in self._properties().items()),
                *(f"A: {key}={_escaped(value)}\\n" for key, value in self._attributes().items()),
                f"H: descriptors={raw}",
            ]
        )
        return "\n\n".join([parent, *self._interface_records(), ""])

    def interface_paths(self) -> list[str]:
        return [f"{self.path}/{self.port}:1.{number}" for number in range(len(self.interfaces))]

    def _interface_records(self) -> list[str]:
        records = []
        for number, (path, row) in enumerate(zip(self.interface_paths(), self.interfaces, strict=True)):
            code, subclass, protocol, driver = row
            lines = [f"P: {path}", "E: DEVTYPE=usb_interface", "E: SUBSYSTEM=usb"]
            lines += [f"L: driver=../../../../../bus/usb/drivers/{driver}"] if driver else []
            lines += [f"A: bInterfaceClass={code:02x}\\n", f"A: bInterfaceSubClass={subclass:02x}\\n"]
            lines += [f"A: bInterfaceProtocol={protocol:02x}\\n", f"A: bInterfaceNumber={number:02x}\\n"]
            records.append("\n".join(lines))
        return records

    def _properties(self) -> dict[str, str]:
        ids = f"{self.vendor:x}/{self.product:x}/100"
        return {
            "DEVNAME": self.node,
            "DEVTYPE": "usb_device",
            "DRIVER": "usb",
            "PRODUCT": ids,
            "BUSNUM": "009",
            "DEVNUM": f"{self.number:03d}",
            "MAJOR": "189",
            "MINOR": str(1023 + self.number),
            "SUBSYSTEM": "usb",
        }

    def _attributes(self) -> dict[str, str]:
        texts = {"manufacturer": self.manufacturer, "product": self.name, "serial": self.serial}
        return {
            "authorized": "1",
            "bConfigurationValue": "1",
            "bDeviceClass": f"{self.code[0]:02x}",
            "bNumInterfaces": f"{len(self.interfaces):2d}",
            "bcdDevice": "0100",
            "busnum": "9",
            "dev": f"189:{1023 + self.number}",
            "devnum": str(self.number),
            "idVendor": f"{self.vendor:04x}",
            "idProduct": f"{self.product:04x}",
            "speed": f"{self.speed:g}",
            "version": " 2.00",
            "quirks": "0x0",
            "power/connected_duration": "60000",
            "power/runtime_status": "active",
            "port/over_current_count": "0",
            **{key: text for key, text in texts.items() if text},
            **self.attributes,
        }


def recorded(file: Path) -> Device:
    """The device (not the hubs) of an umockdev recording, to be plugged into this bus."""
    for paragraph in file.read_text("utf-8", "replace").split("\n\n"):
        if "E: DEVTYPE=usb_device" in paragraph and "A: bDeviceClass=09" not in paragraph:
            return _recorded(paragraph)
    msg = f"{file} describes no USB device"
    raise LookupError(msg)


def _recorded(paragraph: str) -> Device:
    pairs = (line[3:].partition("=") for line in paragraph.splitlines() if line[:3] in ("A: ", "H: "))
    values = {key: _unescaped(value).strip() for key, _, value in pairs}
    raw = bytes.fromhex(values["descriptors"])
    length = struct.unpack_from("<H", raw, 20)[0]
    interfaces, at = [], 18
    while at < 18 + length and raw[at]:
        if raw[at + 1] == 4 and raw[at + 3] == 0:
            interfaces.append((*raw[at + 5 : at + 8], ""))
        at += raw[at]
    return Device(
        vendor=int(values["idVendor"], 16),
        product=int(values["idProduct"], 16),
        manufacturer=values.get("manufacturer", ""),
        name=values.get("product", ""),
        serial=values.get("serial", ""),
        interfaces=interfaces,
        code=tuple(raw[4:7]),
        speed=float(values["speed"]),
        attributes={"power/runtime_status": values.get("power/runtime_status", "active")},
    )


def _escaped(text: str) -> str:
    """Backslashes, newlines and what is not ASCII, as umockdev's dump format wants them."""
    return "".join(
        chr(byte) if 32 <= byte < 127 and byte != 92 else f"\\{byte:03o}"
        for byte in text.encode("utf-8", "surrogateescape")
    )


def _unescaped(text: str) -> str:
    return text.encode().decode("unicode_escape").encode("latin-1", "replace").decode("utf-8", "replace")
