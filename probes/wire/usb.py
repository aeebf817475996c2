"""pyusb behind the border, for what sysfs cannot tell. Every function here runs in a child (probes.wire.child).

Only requests whose recipient is the device, each with its own time-out: nothing here claims an interface, sets
a configuration, detaches a driver or resets. A request to an interface would make pyusb claim it, and the
vendor's program would then find its scanner busy.
"""

from typing import Any

from probes.reading import ProbeError
from probes.usb.device import UsbDevice, Words
from probes.wire import child
from probes.wire.child import Json

TIMEOUT_MS = 300
DEADLINE_SECONDS = 3.0
_IN_STANDARD_DEVICE = 0x80
_GET_DESCRIPTOR = 6
_DEVICE_QUALIFIER = 0x0600
_QUALIFIER_BYTES = 10
_MEGABITS = {1: 1.5, 2: 12.0, 3: 480.0, 4: 5000.0, 5: 10000.0}
"""libusb_speed in Mbit/s, as sysfs writes it."""


def listed() -> list[UsbDevice]:
    """What libusb finds on the bus, asked in a child. Raises ProbeError."""
    answer = child.run("probes.wire.usb:devices", deadline_seconds=DEADLINE_SECONDS)
    rows: Any = answer if isinstance(answer, list) else []
    return [
        UsbDevice(
            port=row["port"],
            vendor=row["vendor"],
            product=row["product"],
            code=row["code"],
            bus=row["bus"],
            number=row["number"],
            words=Words(),
            speed_bits_per_second=None if row["mbit"] is None else row["mbit"] * 1e6,
        )
        for row in rows
    ]


def could_be_faster(device: UsbDevice) -> bool:
    """Whether a device at full speed says that it could run at high speed, asked in a child. Raises ProbeError."""
    argument = [device.bus, device.number]
    return child.run("probes.wire.usb:has_high_speed", argument, deadline_seconds=DEADLINE_SECONDS) is True


def devices(_argument: Json = None, backend: Any = None) -> Json:  # noqa: ANN401 -- pyusb has no types
    """What is on the bus, where the system has no sysfs. Strings are not asked for: that needs every device opened."""
    return [
        {
            "port": f"{device.bus}-{'.'.join(str(number) for number in device.port_numbers)}",
            "vendor": f"{device.idVendor:04x}",
            "product": f"{device.idProduct:04x}",
            "code": f"{device.bDeviceClass:02x}",
            "bus": device.bus,
            "number": device.address,
            "mbit": _MEGABITS.get(device.speed),
        }
        for device in _find(backend)
        if device.port_numbers
    ]


def has_high_speed(address: Json, backend: Any = None) -> Json:  # noqa: ANN401 -- as above
    """Whether the device at [bus, number], running at full speed, could run at high speed (USB 2.0, 9.6.2).

    It opens the device, which wakes it, asks for the device qualifier as the kernel itself does, and closes it.
    A full-speed device stalls; None when it left meanwhile or gave another answer than these.
    """
    import usb.core  # noqa: PLC0415 -- only this process pays for it
    import usb.util  # noqa: PLC0415

    found = [device for device in _find(backend) if [device.bus, device.address] == address]
    if not found:
        return None
    try:
        answer = found[0].ctrl_transfer(
            _IN_STANDARD_DEVICE, _GET_DESCRIPTOR, _DEVICE_QUALIFIER, 0, _QUALIFIER_BYTES, timeout=TIMEOUT_MS
        )
    except usb.core.USBTimeoutError:
        return None
    except usb.core.USBError as error:
        return False if error.errno == 32 else None  # noqa: PLR2004 -- EPIPE, a stall
    finally:
        usb.util.dispose_resources(found[0])
    return len(answer) == _QUALIFIER_BYTES and answer[1] == _DEVICE_QUALIFIER >> 8


def _find(backend: Any) -> list[Any]:  # noqa: ANN401 -- as above
    import usb.core  # noqa: PLC0415 -- as above

    try:
        return list(usb.core.find(find_all=True, backend=backend))
    except (usb.core.USBError, usb.core.NoBackendError) as error:
        msg = f"libusb cannot look at the bus ({error}); install libusb-1.0, allow AF_NETLINK in the service"
        raise ProbeError(msg) from error
