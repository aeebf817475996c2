"""The counter PC itself: processor, memory, disks, temperatures, power, clock, unclean restarts."""

import platform
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

import psutil

from probes.host import clock, disk, health, load, power, wear
from probes.host.part import Found
from probes.probe import Candidate, Confirm, Probe
from probes.reading import Metric, ProbeError, Reading
from probes.text import SafeText, clean

_RATIOS = ("disk_low_ratio", "disk_full_ratio", "memory_low_ratio", "memory_pressure_ratio", "battery_low_ratio")


@dataclass(kw_only=True)
class Host(Probe):
    """This PC.

    disk_low_ratio, disk_full_ratio: the free share below which a disk is low or full, unless more than
    disk_ample_gb (low) or a tenth of it (full) is free. memory_low_ratio: the available share of memory.
    memory_pressure_ratio: the share of a minute in which all work waits for memory.
    overheating_celsius: for sensors without a lower limit of their own. battery_low_ratio: how full.
    require_time_service: also report a clock that nobody keeps, an hour after the start.
    """

    disk_low_ratio: float = 0.10
    disk_full_ratio: float = 0.03
    disk_ample_gb: float = 20.0
    memory_low_ratio: float = 0.05
    memory_pressure_ratio: float = 0.2
    overheating_celsius: float = 95.0
    battery_low_ratio: float = 0.25
    require_time_service: bool = False
    _disks: disk.Disks = field(init=False, repr=False)
    _processor: load.Processor = field(init=False, repr=False)
    _thermometer: load.Thermometer = field(init=False, repr=False)
    _clock: clock.PcClock = field(init=False, repr=False)
    _smart: wear.Smart = field(init=False, repr=False, default_factory=wear.Smart)

    confirm: ClassVar[Confirm] = Confirm(relook_seconds=0.5)  # a power cut is to be known before what it takes along
    tells_power: ClassVar[bool] = True
    metrics: ClassVar[tuple[Metric, ...]] = (
        *disk.METRICS, *load.METRICS, *power.METRICS, *clock.METRICS, *health.METRICS, *wear.METRICS,
    )  # fmt: skip

    def __post_init__(self) -> None:
        """Refuse limits that mean nothing."""
        for option in _RATIOS:
            if not 0 <= getattr(self, option) < 1:
                msg = f"{option}: must be from 0 to less than 1; 0.1 is ten per cent"
                raise ValueError(msg)
        if self.disk_full_ratio > self.disk_low_ratio:
            msg = "disk_full_ratio: must not be more than disk_low_ratio"
            raise ValueError(msg)
        limits = disk.Limits(
            low_ratio=self.disk_low_ratio,
            full_ratio=self.disk_full_ratio,
            ample_bytes=int(self.disk_ample_gb * 1e9),
        )
        self._disks = disk.Disks(limits)
        self._processor = load.Processor()
        self._thermometer = load.Thermometer(self.overheating_celsius)
        self._clock = clock.PcClock(require_synchronised=self.require_time_service)

    def read(self) -> Reading:
        """Look at each part. Raises ProbeError where the kernel does not tell."""
        found = Found()
        try:
            self._processor.look(found)
            load.memory(found, self.memory_low_ratio)
            health.pressure(found, self.memory_pressure_ratio)
            self._disks.look(found)
            self._smart.look(found, time.monotonic())
            self._thermometer.look(found)
            power.battery(found, self.battery_low_ratio)
            power.restart(found)
            self._clock.look(found)
            health.reboot_required(found, time.clock_gettime(time.CLOCK_BOOTTIME))
        except (OSError, psutil.Error, RuntimeError, ValueError, IndexError) as error:
            msg = f"cannot read this PC's state: {clean(str(error))}; is /proc mounted and readable for the agent?"
            raise ProbeError(msg) from error
        return Reading(
            reachable=True,
            faults=tuple(found.faults),
            samples=tuple(found.samples),
            facts={"name": clean(platform.node()), "system": clean(f"Linux {platform.release()}")},
            capabilities=found.told,
            skipped_parts=frozenset(found.skipped),
        )

    @classmethod
    def discover(cls) -> Iterator[Candidate]:
        """There is always one."""
        yield Candidate(id="pc", kind="host", label=SafeText("PC"), role="pc")
