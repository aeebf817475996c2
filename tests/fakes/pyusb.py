"""A pyusb backend that plays one device; it notes every request, so that a test sees what was asked of it."""

import array
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import usb.backend
import usb.core


class FakeBackend(usb.backend.IBackend):  # type: ignore[misc] # pyusb has no types
    """qualifier: the answer to GET_DESCRIPTOR(DEVICE_QUALIFIER), or the errno that the request ends with."""

    def __init__(self, qualifier: bytes | int, *, present: bool = True) -> None:
        self.qualifier, self.present = qualifier, present
        self.requests: list[tuple[str, int, int, int]] = []
        self.open = 0

    def enumerate_devices(self) -> Iterator[str]:
        if self.present:
            yield "device"

    def get_device_descriptor(self, _device: str) -> SimpleNamespace:
        return SimpleNamespace(
            bLength=18,
            bDescriptorType=1,
            bcdUSB=0x200,
            bDeviceClass=0,
            bDeviceSubClass=0,
            bDeviceProtocol=0,
            bMaxPacketSize0=64,
            idVendor=0x05BA,
            idProduct=0x000A,
            bcdDevice=0x100,
            iManufacturer=0,
            iProduct=0,
            iSerialNumber=0,
            bNumConfigurations=1,
            bus=1,
            address=5,
            port_number=3,
            port_numbers=(2, 3),
            speed=2,
        )

    def open_device(self, _device: str) -> str:
        self.open += 1
        return "handle"

    def close_device(self, _handle: str) -> None:
        self.open -= 1

    def ctrl_transfer(
        self,
        _handle: str,
        kind: int,
        request: int,
        value: int,
        _index: int,
        data: Any,  # noqa: ANN401 -- pyusb hands an array of its own
        timeout: int,
    ) -> int:
        self.requests.append(("control", kind, request, value))
        assert 0 < timeout <= 1000
        if isinstance(self.qualifier, int):
            error = usb.core.USBTimeoutError if self.qualifier == 110 else usb.core.USBError
            msg = "scripted"
            raise error(msg, -1, self.qualifier)
        data[: len(self.qualifier)] = array.array("B", self.qualifier)
        return len(self.qualifier)

    def __getattribute__(self, name: str) -> Any:  # noqa: ANN401 -- whatever pyusb asks for
        forbidden = ("claim_interface", "set_configuration", "detach_kernel_driver", "reset_device", "bulk_read")
        assert name not in forbidden, f"a probe must never {name}"
        return super().__getattribute__(name)
