"""A USB printer's port status: through the driver usblp, or over USB where no driver is bound.

usblp (linux/drivers/usb/class/usblp.c) lets one program open /dev/usb/lp* and answers EBUSY to others: then
somebody prints. Its ioctl LPGETSTATUS asks the printer GET_PORT_STATUS (USB printer class 1.1, section 4.2.2).
Never reset, never detach, never read or write: the printer is the spooler's.
"""

import contextlib
import errno
import fcntl
import os
from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from probes.reading import NO_TEXT, ProbeError
from probes.text import SafeText, clean
from probes.wire import child
from probes.wire.node import refusal
from probes.wire.stream import Outcome

LPGETSTATUS = 0x060B
"""linux/lp.h; usblp stores an int."""

_GET_DEVICE_ID, _GET_PORT_STATUS, _CLASS_IN = 0, 1, 0xA1
_DEVICE_ID_BYTES = 1024
_TRANSFER_MILLISECONDS = 1000
_GONE = (errno.ENODEV, errno.ENOENT, errno.ENXIO)


class PortStatus(NamedTuple):
    """The status byte, bits as in linux/lp.h: 0x20 paper empty, 0x10 selected, 0x08 no error."""

    byte: int

    @property
    def paper_empty(self) -> bool:
        """LP_POUTPA."""
        return bool(self.byte & 0x20)

    @property
    def selected(self) -> bool:
        """LP_PSELECD: online."""
        return bool(self.byte & 0x10)

    @property
    def error(self) -> bool:
        """LP_PERRORP is active low."""
        return not self.byte & 0x08

    @property
    def healthy(self) -> bool:
        """0x18: selected, paper, no error."""
        return self.selected and not self.error and not self.paper_empty

    def __str__(self) -> str:
        """The evidence for a technician."""
        return f"USB port status 0x{self.byte:02x}"


class Answer(NamedTuple):
    """What came of asking. status: None where the printer does not tell. device_id: only from ask_unbound."""

    outcome: Outcome
    status: PortStatus | None = None
    device_id: bytes = b""
    detail: SafeText = NO_TEXT


def ask_bound(path: str, *, deadline_seconds: float) -> Answer:
    """Ask through usblp's node, in a child process. Raises ProbeError when the driver hangs or fails oddly."""
    return _answer(child.run(f"{__name__}:through_driver", path, deadline_seconds=deadline_seconds))


def ask_unbound(bus: int, number: int, interface: int, *, deadline_seconds: float) -> Answer:
    """Ask over USB, in a child process; only for an interface without a driver. Raises ProbeError as ask_bound."""
    where: child.Json = [bus, number, interface]
    return _answer(child.run(f"{__name__}:over_usb", where, deadline_seconds=deadline_seconds))


def _answer(answer: child.Json) -> Answer:
    told = cast("Mapping[str, Any]", answer)
    byte = told.get("status")
    return Answer(
        outcome=Outcome(told["outcome"]),
        status=None if byte is None else PortStatus(byte & 0xFF),
        device_id=str(told.get("device_id", "")).encode("latin-1"),
        detail=clean(str(told.get("detail", ""))),
    )


def through_driver(path: child.Json) -> child.Json:
    """In the child: open, LPGETSTATUS, close at once. Raises ProbeError on an error that has no Outcome."""
    name = str(path)
    try:
        node = os.open(name, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        outcome, why = refusal(error, name)
        return {"outcome": outcome, "detail": why}
    with contextlib.closing(os.fdopen(node, "rb", buffering=0)):
        value = bytearray(4)
        try:
            fcntl.ioctl(node, LPGETSTATUS, value)
        except OSError as error:
            return _failed(error, name)
    return {"outcome": Outcome.ASKED, "status": value[0]}


def over_usb(where: child.Json) -> child.Json:
    """In the child: GET_DEVICE_ID and GET_PORT_STATUS through libusb. Raises ProbeError without libusb."""
    import usb.core  # noqa: PLC0415 - 11 MiB that only this child pays
    import usb.util  # noqa: PLC0415

    bus, number, interface = cast("list[int]", where)
    try:
        device = usb.core.find(bus=bus, address=number)
    except usb.core.NoBackendError as error:
        msg = "libusb is missing: install libusb-1.0-0, or load the driver usblp"
        raise ProbeError(msg) from error
    if device is None:
        return {"outcome": Outcome.ABSENT, "detail": f"no USB device {bus}:{number}"}
    try:
        return ask_device(device, interface)
    finally:
        usb.util.dispose_resources(device)


def ask_device(device: Any, interface: int) -> child.Json:  # noqa: ANN401 - pyusb is untyped
    """Ask a pyusb device. Closing it at once gives back the claim that such a question makes."""
    from usb.core import USBError  # noqa: PLC0415 - see over_usb

    told: dict[str, child.Json] = {"outcome": Outcome.ASKED}
    try:
        if device.is_kernel_driver_active(interface):
            return {"outcome": Outcome.BUSY, "detail": "a driver is bound to the printer by now"}
        byte = _transfer(device, _GET_PORT_STATUS, interface, 1)
        told["status"] = byte[0] if byte else None
        # GET_DEVICE_ID names its interface in the high byte, and pyusb would claim what the low byte names.
        told["device_id"] = (
            "" if interface else _transfer(device, _GET_DEVICE_ID, 0, _DEVICE_ID_BYTES).decode("latin-1")
        )
    except USBError as error:
        failed = _failed(error, f"USB interface {interface}")
        return {**told, **cast("Mapping[str, child.Json]", failed)}
    return told


def _transfer(device: Any, request: int, index: int, length: int) -> bytes:  # noqa: ANN401 - pyusb is untyped
    """One class request; b"" when the printer stalls, which is how it says that it does not know the question."""
    from usb.core import USBError  # noqa: PLC0415 - see over_usb

    try:
        return bytes(device.ctrl_transfer(_CLASS_IN, request, 0, index, length, _TRANSFER_MILLISECONDS))
    except USBError as error:
        if error.errno != errno.EPIPE:
            raise
        return b""


def _failed(error: OSError, where: str) -> child.Json:
    """A printer that refuses the question does not tell; that is no fault."""
    if error.errno in _GONE:
        return {"outcome": Outcome.ABSENT, "detail": f"{where}: unplugged"}
    if error.errno == errno.EBUSY:
        return {"outcome": Outcome.BUSY, "detail": f"{where}: another program has it"}
    if error.errno in (errno.EACCES, errno.EPERM):
        return {
            "outcome": Outcome.DENIED,
            "detail": f"{where}: not allowed; the udev rule of the agent gives the right",
        }
    return {"outcome": Outcome.ASKED, "detail": f"{where}: does not answer ({error.strerror or error})"}
