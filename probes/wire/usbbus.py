"""The bus as a probe asks it: sysfs where there is one, libusb in a child where there is none."""

import time
from collections.abc import Callable

from probes.reading import ProbeError
from probes.usb.device import UsbDevice
from probes.usb.match import Match
from probes.wire import usb
from probes.wire.sysfs import Tree

NO_BUS = (
    "this PC shows no USB host controller: look for PrivateDevices or InaccessiblePaths in the service, "
    "for a container without /sys, or for USB switched off in the firmware"
)


class Bus:
    """Answers which devices fit. It has_been_alive once it showed any device: an empty bus then means unplugged."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._alive = False

    def fitting(self, match: Match) -> list[UsbDevice]:
        """The devices that fit, by port. Raises ProbeError where no USB can be seen at all."""
        if not self._tree.exists():
            return [device for device in self._without_sysfs() if match.takes(device)]
        ports = [match.port] if match.port else self._tree.ports()
        self._alive = self._alive or bool(ports)
        if match.serial:
            # of many equal devices only the right one is read in full
            ports = [port for port in self._with_ids(ports, match.takes_ids) if self._tree.serial(port) == match.known]
        return [device for device in self._read(ports, match.takes_ids) if match.takes(device)]

    def others(self, match: Match) -> list[UsbDevice]:
        """What may stand in for a missing device: what has its ids, and what is on its port. Raises ProbeError."""
        if not self._tree.exists():
            return self._without_sysfs()
        ports = self._tree.ports()
        if not ports and not self._alive and not self._tree.has_hubs():
            raise ProbeError(NO_BUS)
        self._alive = True
        near = self._read([port for port in ports if port != match.port], match.takes_ids) if match.vendor else []
        return self._read([match.port], lambda _vendor, _product: True) + near if match.port else near

    def with_ids(self, ids: str) -> list[UsbDevice]:
        """The devices with exactly these ids ("080b:0010")."""
        if not self._tree.exists():
            return []
        return self._read(self._tree.ports(), lambda vendor, product: f"{vendor}:{product}" == ids)

    def all(self) -> list[UsbDevice]:
        """Everything on the bus. Raises ProbeError."""
        return self._read(self._tree.ports(), lambda _vendor, _product: True)

    def _read(self, ports: list[str], wanted: Callable[[str, str], bool]) -> list[UsbDevice]:
        fitting = self._with_ids(ports, wanted)
        return [device for port in fitting if (device := self._tree.device(port)) is not None]

    def _with_ids(self, ports: list[str], wanted: Callable[[str, str], bool]) -> list[str]:
        return [port for port in ports if (ids := self._tree.ids(port)) is not None and wanted(*ids)]

    def _without_sysfs(self) -> list[UsbDevice]:
        devices = usb.listed()
        self._alive = self._alive or bool(devices)
        if not self._alive:
            raise ProbeError(NO_BUS)
        return devices


class Sleep:
    """Notices that the PC slept: CLOCK_BOOTTIME counts sleep, CLOCK_MONOTONIC does not (clock_gettime(2))."""

    def __init__(self, boot: Callable[[], float] = lambda: time.clock_gettime(time.CLOCK_BOOTTIME)) -> None:
        self._boot = boot
        self._asleep: float | None = None
        self._woke = float("-inf")

    def awake_seconds(self, now: float) -> float:
        """For how long the PC has been awake, as far as this object has watched. now: monotonic seconds."""
        asleep = self._boot() - now
        if self._asleep is not None and asleep - self._asleep > 1:
            self._woke = now
        self._asleep = asleep
        return now - self._woke
