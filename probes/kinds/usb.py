"""A USB device: is it there, does it stay, is it as fast as it was; and if not, why. Nothing is opened for that."""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import ClassVar

from probes.probe import Candidate, Confirm, Probe
from probes.reading import Metric, ProbeError, Reading
from probes.text import SafeText
from probes.usb import cardreader, report
from probes.usb.faults import Wants
from probes.usb.history import History
from probes.usb.match import Match, check_ids
from probes.usb.unit import Unit
from probes.wire import hotplug, kmsg, pcsc, usb, usbport
from probes.wire.sysfs import Tree
from probes.wire.uevent import Event
from probes.wire.usbbus import Bus


@dataclass(kw_only=True)
class Usb(Probe):
    """A device on the USB.

    match: which device. needs_access: also require that the agent may open it. driver: the kernel driver it
    needs, where its class does not tell. speed_mbit: the speed it ran at when it was installed; slower is a
    fault. before_firmware: its "vendor:product" before its driver loads its firmware, where the catalogue does
    not know it. unstable_count, unstable_minutes: so many reconnects within so many minutes are a fault.
    ask_speed: ask a device that runs at full speed whether it could run faster; this opens it once per plug.
    repair: when it went away and stays away, switch its port off and on once (needs Linux 6.0 and the permission).
    reader: a card reader's name, or a part of it, as pcscd lists it, where its USB names do not tell.

    confirm: sysfs does not err, and hotplug events only say when to look at it. The second look, 5 ms after the
    first, filters what is read while the kernel takes a device apart or puts it together, and costs a twentieth
    of the 100 ms from unplugging to ticket. What is gone for longer is a fault; unstable-connection counts it.
    """

    interval_seconds: ClassVar[float] = 60.0
    deadline_seconds: ClassVar[float] = 5.0
    confirm: ClassVar[Confirm] = Confirm(looks=2, good=2, relook_seconds=0.005)
    metrics: ClassVar[tuple[Metric, ...]] = report.METRICS + cardreader.METRICS

    match: Match
    needs_access: bool = False
    driver: str = ""
    speed_mbit: float = 0.0
    before_firmware: str = ""
    unstable_count: int = 3
    unstable_minutes: float = 10.0
    ask_speed: bool = False
    repair: bool = False
    reader: str = ""
    _unit: Unit = field(init=False, repr=False)
    _named: tuple[str, Mapping[str, SafeText]] | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        check_ids("before_firmware", self.before_firmware)
        for name, low, high in (("speed_mbit", 0, 100_000), ("unstable_count", 2, 1000), ("unstable_minutes", 1, 1440)):
            if not low <= getattr(self, name) <= high:
                msg = f"{name}: must be between {low} and {high}"
                raise ValueError(msg)
        wants = Wants(
            speed=self.speed_mbit * 1e6, driver=self.driver, access=self.needs_access, reconnects=self.unstable_count
        )
        self._unit = Unit(
            match=self.match,
            wants=wants,
            bus=Bus(Tree()),
            log=kmsg.shared,
            clock=time.monotonic,
            loader=lambda: self._loader,
            could_be_faster=usb.could_be_faster if self.ask_speed else None,
            repair=usbport.cycle if self.repair else None,
            history=History(window_seconds=self.unstable_minutes * 60),
        )

    def read(self) -> Reading:
        """Look once. Raises ProbeError where no USB can be seen, and while devices come back after sleep."""
        reading = self._unit.look()
        device = self._unit.history.last
        ids = device.ids if device is not None else f"{self.match.vendor}:{self.match.product}"
        if not {"vendor", "model"} <= reading.facts.keys():
            reading = replace(reading, facts={**self._names(ids), **reading.facts})
        if device is None or not self._unit.history.present or not (self.reader or cardreader.is_reader(device)):
            return reading
        try:
            return cardreader.with_state(reading, device, self.reader, pcsc.readers()) if pcsc.running() else reading
        except ProbeError:
            # The reader is on the bus, which stays true; what pcscd would add cannot be told.
            return reading

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None] | None:
        """Wake when the kernel says that this device came, went or changed. None where netlink is not allowed."""

        def hear(event: Event | None) -> None:
            if self._unit.hear(event):
                wake()

        try:
            stop = hotplug.shared.subscribe(hear)
        except OSError:
            return None
        self._unit.listening = True
        return stop

    @classmethod
    def discover(cls) -> Iterator[Candidate]:
        """All counter equipment on this PC's bus that the catalogue knows; nothing where there is no bus."""
        from probes.usb import discovery  # noqa: PLC0415 -- only discovery pays for the catalogue

        with contextlib.suppress(ProbeError):
            yield from discovery.candidates(Bus(Tree()).all())

    def _names(self, ids: str) -> Mapping[str, SafeText]:
        """What the catalogue calls a device that does not tell, looked up once."""
        if self._named is None or self._named[0] != ids:
            from probes import catalogue  # noqa: PLC0415 -- as below

            self._named = (ids, catalogue.names(ids))
        return self._named[1]

    @cached_property
    def _loader(self) -> str:
        """The ids before the firmware is loaded, from the options or the catalogue; looked up at the first need."""
        from probes import catalogue  # noqa: PLC0415 -- only a missing device pays for the catalogue

        if self.before_firmware or not self.match.product:
            return self.before_firmware.lower()
        return catalogue.before_firmware(self.match.vendor, self.match.product)
