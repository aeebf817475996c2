"""A printer on USB: is it there, and what its port status says, without taking it from the spooler."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import ClassVar

from probes.printer import CONFIRM
from probes.probe import Candidate, Confirm, Probe
from probes.raw.usbport import STATED, StatusByte
from probes.reading import Metric, ProbeError, Reading
from probes.text import SafeText, clean
from probes.usb import report
from probes.usb.device import PRINTER, Interface, UsbDevice
from probes.usb.faults import Wants, not_connected
from probes.usb.history import History
from probes.usb.match import Match
from probes.usb.unit import Unit
from probes.wire import hotplug, kmsg, lpnode
from probes.wire.sysfs import Tree
from probes.wire.uevent import Event
from probes.wire.usbbus import Bus


@dataclass(kw_only=True)
class PrinterUsb(Probe):
    """A printer with a plug of its own.

    serial, vendor, product, port: which device, as for kind "usb". device: instead of them its node, such as
    "/dev/usb/lp0"; where several printers are plugged in, the numbers change, so prefer the serial.
    """

    interval_seconds: ClassVar[float] = 15.0
    deadline_seconds: ClassVar[float] = 8.0
    confirm: ClassVar[Confirm] = CONFIRM
    metrics: ClassVar[tuple[Metric, ...]] = report.METRICS

    serial: str = ""
    vendor: str = ""
    product: str = ""
    port: str = ""
    device: str = ""
    _unit: Unit | None = field(default=None, init=False, repr=False)
    _byte: StatusByte = field(init=False, repr=False)
    _listening: bool = field(default=False, init=False, repr=False)

    def __post_init__(self) -> None:
        named = bool(self.serial or self.vendor or self.product or self.port)
        if named == bool(self.device):
            msg = 'serial: write serial = "...", or vendor and product, or port, as discover shows them; or only device'
            raise ValueError(msg)
        if self.device and not lpnode.NODE.fullmatch(self.device):
            msg = 'device: must be a printer\'s node such as "/dev/usb/lp0"'
            raise ValueError(msg)
        if named:
            match = Match(vendor=self.vendor, product=self.product, serial=self.serial, port=self.port)
            self._unit = self._watched(match)
        self._byte = StatusByte(clock=time.monotonic)

    def read(self) -> Reading:
        """Look once. Raises ProbeError where no USB can be seen, or when the printer's driver hangs."""
        unit = self._unit or self._by_node()
        if unit is None:
            missing = not_connected(f"{self.device} is not there; plug the printer in and switch it on")
            return Reading(reachable=False, faults=(missing,))
        reading = unit.look()
        device = unit.history.last if unit.history.present else None
        interface = next((one for one in device.interfaces if one.code == PRINTER), None) if device else None
        if device is None or interface is None:
            return replace(reading, capabilities={**reading.capabilities, **self._tells()})
        return self._with_status(reading, device, interface)

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None] | None:
        """Wake when the kernel says that this printer came or went. None where netlink is not allowed."""

        def hear(event: Event | None) -> None:
            if self._unit is None or self._unit.hear(event):
                wake()

        try:
            stop = hotplug.shared.subscribe(hear)
        except OSError:
            return None
        self._listening = True
        if self._unit is not None:
            self._unit.listening = True
        return stop

    @classmethod
    def discover(cls) -> Iterator[Candidate]:
        """Every device on this PC's bus with a printer interface; nothing where there is no bus."""
        from probes.raw import usbprinters  # noqa: PLC0415 -- only discovery pays for the catalogue

        with contextlib.suppress(ProbeError):
            yield from usbprinters.candidates(Bus(Tree()).all())

    def _watched(self, match: Match) -> Unit:
        return Unit(
            match=match,
            wants=Wants(),
            bus=Bus(Tree()),
            log=kmsg.shared,
            clock=time.monotonic,
            loader=lambda: "",
            could_be_faster=None,
            history=History(window_seconds=600.0),
            listening=self._listening,
        )

    def _by_node(self) -> Unit | None:
        """The unit behind the node, from the first time that it is there."""
        port = lpnode.port_of(self.device)
        self._unit = self._watched(Match(port=port)) if port else None
        return self._unit

    def _with_status(self, reading: Reading, device: UsbDevice, interface: Interface) -> Reading:
        faults, judged = self._byte.look(device, interface)
        return replace(
            reading,
            faults=(*reading.faults, *faults),
            facts={**self._words(), **reading.facts},
            capabilities={**reading.capabilities, **self._tells()},
            skipped=reading.skipped if judged else reading.skipped | STATED,
        )

    def _tells(self) -> dict[str, bool]:
        told = self._byte.tells
        return {"media": told, "errors": told, "cover": False, "supplies": False}

    def _words(self) -> dict[str, SafeText]:
        """The printer's own identification, for what its descriptors leave out."""
        identity = self._byte.identity
        words = {
            "vendor": identity.vendor,
            "model": identity.model or identity.description,
            "serial": identity.serial,
            "languages": clean(", ".join(identity.languages)),
        }
        return {name: text for name, text in words.items() if text}
