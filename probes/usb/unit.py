"""One USB device under watch: from a look at the bus to its Reading, and from an event to the next look."""

import contextlib
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar

from probes.reading import Fault, ProbeError, Reading
from probes.text import SafeText
from probes.usb import faults, report
from probes.usb.device import UsbDevice
from probes.usb.faults import Wants
from probes.usb.history import SETTLE_SECONDS, Address, History
from probes.usb.match import Match, Substitutes, substitutes
from probes.wire.kmsg import KernelLog
from probes.wire.uevent import Event
from probes.wire.usbbus import Bus, Sleep

T = TypeVar("T")

RESUME_GRACE_SECONDS = 8.0
"""After the PC woke from sleep, hubs and devices need this long to come back."""

_LEAVING_LOOKS, _LEAVING_SECONDS = 10, 0.005
_EVENTS_LIMIT = 1000
_CAUSES_SHOWN = 3


@dataclass(slots=True, kw_only=True)
class Unit:
    """One device under watch.

    loader: tells its ids before its firmware is loaded ("080b:0010"), or "". could_be_faster: asks the device
    itself, or None not to. repair: switches a port off and on and tells what happened, or None not to.
    listening: events arrive. Everything that waits or reads is handed in.
    """

    match: Match
    wants: Wants
    bus: Bus
    log: KernelLog
    clock: Callable[[], float]
    loader: Callable[[], str]
    could_be_faster: Callable[[UsbDevice], bool] | None
    history: History
    repair: Callable[[str], str] | None = None
    sleep: Sleep = field(default_factory=Sleep)
    pause: Callable[[float], None] = time.sleep
    listening: bool = False
    _heard: deque[Address] = field(default_factory=lambda: deque(maxlen=_EVENTS_LIMIT))
    _departed: deque[str] = field(default_factory=lambda: deque(maxlen=_EVENTS_LIMIT))
    _asked: tuple[int, int] | None = None
    _repaired: str = ""

    def look(self) -> Reading:
        """Look at the bus once. Raises ProbeError where none can be seen, and while devices come back after sleep."""
        now, heard = self.clock(), _take(self._heard)
        awake_seconds = self.sleep.awake_seconds(now)
        devices = self._fitting()
        if devices:
            return self._present(devices, heard, now)
        self.history.miss(heard=heard, now=now)
        others = self.bus.others(self.match)
        if awake_seconds < RESUME_GRACE_SECONDS:
            msg = f"the PC woke up {awake_seconds:.0f} s ago and {self.match} is not back yet; looking again soon"
            raise ProbeError(msg)
        ids = self.loader()
        loading = self.bus.with_ids(ids) if ids else []
        return self._loading(loading[0], now) if loading else self._absent(others, now)

    def hear(self, event: Event | None) -> bool:
        """Take note of an event, on the listener's thread; whether it makes a look due."""
        if event is None or not event.vendor:
            return True
        last = self.history.last
        home = self.match.port or (last.port if last else event.port)
        if event.action == "remove" and last is not None and event.port == last.port:
            self._departed.append(event.port)
        if event.action == "remove" and self.history.present and last is not None and event.port != last.port:
            return False  # another one left, perhaps of the same model; this one is on its own port
        mine = self.match.takes_ids(event.vendor, event.product)
        if mine and event.action == "add" and event.port == home and event.address is not None:
            self._heard.append(event.address)
        return mine or event.port == home or (not self.history.present and event.ids == self.loader())

    def _fitting(self) -> list[UsbDevice]:
        """What fits now. After a remove event the device may stay in sysfs for a moment: waits up to 50 ms for that."""
        leaving = bool(_take(self._departed))
        devices = self.bus.fitting(self.match)
        last = self.history.last
        for _ in range(_LEAVING_LOOKS if leaving and last is not None else 0):
            if all(last is not None and device.address != last.address for device in devices):
                break
            self.pause(_LEAVING_SECONDS)
            devices = self.bus.fitting(self.match)
        return devices

    def _present(self, devices: list[UsbDevice], heard: list[Address], now: float) -> Reading:
        last = self.history.last
        device = next((one for one in devices if last is not None and one.address == last.address), devices[0])
        self.history.see(device, devices, heard=heard, now=now)
        if self.history.age(device, now) >= SETTLE_SECONDS:
            self._repaired = ""
        self._ask_speed(device)
        lacks = bool(faults.driverless(device, self.wants.driver))
        self.history.lack(device, now, lacks=lacks)
        found = list(faults.of_device(device, self.history, self.wants, now))
        if len(devices) > 1:
            found.append(faults.duplicate(devices))
        # While a device is put together its driver is still to come; while it is taken apart its interfaces go first.
        young = self.history.age(device, now) < SETTLE_SECONDS
        unsettled = young or (lacks and self.history.lacking_seconds(now) < SETTLE_SECONDS)
        skipped = frozenset({faults.NO_DRIVER}) if unsettled else frozenset()
        return self._reading(device, found, now, skipped=skipped)

    def _loading(self, loader: UsbDevice, now: float) -> Reading:
        """The device is on its id from before its firmware: for a moment that is how it starts."""
        if (loader.connected_seconds or self.history.missing_seconds(now)) >= SETTLE_SECONDS:
            return self._reading(None, [faults.firmware_not_loaded(loader)], now, reachable=True)
        undecided = frozenset({faults.NOT_CONNECTED, faults.FIRMWARE_NOT_LOADED})
        return self._reading(None, [], now, reachable=True, skipped=undecided)

    def _absent(self, others: list[UsbDevice], now: float) -> Reading:
        found = substitutes(self.match, others)
        self._try_repair(found, now)
        missing = faults.not_connected(self._why(found, now))
        standing = [missing]
        if self.history.recent_reconnects(now) >= self.wants.reconnects:
            unstable = faults.unstable(self.history, now)
            settled = self.history.missing_seconds(now) >= SETTLE_SECONDS
            standing = [unstable, missing] if settled else [unstable]
        return self._reading(None, standing, now, more=found.facts())

    def _why(self, found: Substitutes, now: float) -> str:
        """What is known about a missing device: where it was, what stands in for it, what the kernel logged."""
        last = self.history.last
        port = self.match.port or (last.port if last else "")
        parts = [f"{self.match} is not on the bus"]
        if last is not None and not self.match.port:
            parts.append(f"it was on port {last.port}")
        parts.extend(found.texts())
        parts.extend([self._repaired] if self._repaired else [])
        causes = self.log.causes(port, now) if port else None
        parts.extend(f"kernel: {cause}" for cause in (causes or ())[-_CAUSES_SHOWN:])
        return "; ".join(parts)

    def _try_repair(self, found: Substitutes, now: float) -> None:
        """Once per absence, when the device was here before and nothing else took its place."""
        last = self.history.last
        if self.repair is None or self._repaired or last is None or found.taker is not None or found.other is not None:
            return
        if self.history.missing_seconds(now) >= SETTLE_SECONDS:
            self._repaired = self.repair(last.port)

    def _ask_speed(self, device: UsbDevice) -> None:
        """Once per plug, and only a device that is awake, unclaimed and allowed to be opened."""
        if self.could_be_faster is None or self._asked == device.address or not faults.may_ask_speed(device):
            return
        self._asked = device.address
        with contextlib.suppress(ProbeError):
            if self.could_be_faster(device):
                self.history.fastest = max(self.history.fastest, faults.HIGH_SPEED)

    def _reading(  # noqa: PLR0913 -- a Reading has as many parts
        self,
        device: UsbDevice | None,
        found: list[Fault],
        now: float,
        *,
        reachable: bool | None = None,
        skipped: frozenset[str] = frozenset(),
        more: Mapping[str, SafeText] = MappingProxyType({}),
    ) -> Reading:
        """device: None while it is away; its identity is kept for the ticket. more: further facts."""
        known = device or self.history.last
        access = device is not None and faults.may_open(device)
        return Reading(
            reachable=device is not None if reachable is None else reachable,
            faults=tuple(found),
            samples=tuple(report.samples(device, self.history, now)),
            facts=(report.facts(known, self.history) if known is not None else {}) | dict(more),
            capabilities=report.capabilities(
                device, access=access, hotplug=self.listening, kernel_log=self.log.readable()
            ),
            skipped=skipped,
        )


def _take(events: deque[T]) -> list[T]:
    """The events so far; those that come meanwhile stay for the next look."""
    return [events.popleft() for _ in range(len(events))]
