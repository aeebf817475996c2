"""Processor, memory and temperature."""

import time

import psutil

from probes.host.part import Found, gauge
from probes.reading import Actor, Fault, Severity
from probes.text import clean

CPU = gauge("cpu_ratio", "Share of processor time used since the last look.")
MEMORY_SIZE = gauge("memory_size_bytes", "Main memory.")
MEMORY_FREE = gauge("memory_available_bytes", "Memory that programs can still get without swapping.")
TEMPERATURE = gauge("temperature_celsius", "Temperature of a sensor.", "sensor")
UPTIME = gauge("uptime_seconds", "Time since the PC started, suspension included.")
METRICS = (CPU, MEMORY_SIZE, MEMORY_FREE, TEMPERATURE, UPTIME)

_MOST_SENSORS = 32
# Boards report 0, -273 or 65261 for sensors that are not there, and critical limits just as odd.
_BELIEVABLE_CELSIUS = (1.0, 150.0)
_BELIEVABLE_LIMIT_CELSIUS = (60.0, 130.0)
_SENSOR_PAUSE_SECONDS = 60.0


class Processor:
    """How busy the processor was between two looks."""

    def __init__(self) -> None:
        self._last: tuple[float, float] | None = None

    def look(self, found: Found) -> None:
        """The first look cannot tell yet."""
        times = psutil.cpu_times()
        # user and nice hold the guest times already (proc(5)).
        total = sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
        idle = times.idle + getattr(times, "iowait", 0.0)
        last, self._last = self._last, (total, idle)
        found.told["cpu"] = last is not None and total > last[0]
        if last is not None and total > last[0]:
            found.sample(CPU, min(1.0, max(0.0, 1 - (idle - last[1]) / (total - last[0]))))
        found.sample(UPTIME, time.clock_gettime(time.CLOCK_BOOTTIME))


def memory(found: Found, low_ratio: float) -> None:
    """Memory is low where little is available without swapping."""
    now = psutil.virtual_memory()
    found.told["memory"] = now.total > 0
    found.sample(MEMORY_SIZE, now.total)
    found.sample(MEMORY_FREE, now.available)
    if now.total and now.available / now.total < low_ratio:
        detail = clean(f"{now.available / 1e6:.0f} MB of {now.total / 1e6:.0f} MB available")
        found.faults.append(Fault(code="memory-low", severity=Severity.DEGRADED, actor=Actor.TECHNICIAN, detail=detail))


class Thermometer:
    """Temperatures, once a minute: some drivers take milliseconds for each."""

    def __init__(self, limit_celsius: float) -> None:
        self._limit = limit_celsius
        self._due = 0.0
        self._kept: list[tuple[str, float, float]] = []

    def look(self, found: Found) -> None:
        """Each sensor against its own critical limit, where that is believable, else against the option."""
        now = time.monotonic()
        if now >= self._due:
            self._due = now + _SENSOR_PAUSE_SECONDS
            self._kept = self._read()
        found.told["temperature"] = bool(self._kept)
        for sensor, celsius, _ in self._kept:
            found.sample(TEMPERATURE, celsius, sensor)
        hot = [f"{sensor} {celsius:.0f} C" for sensor, celsius, limit in self._kept if celsius >= limit]
        if hot:
            self._due = 0.0
            found.faults.append(
                Fault(
                    code="overheating",
                    severity=Severity.DEGRADED,
                    actor=Actor.TECHNICIAN,
                    detail=clean("; ".join(hot)),
                )
            )

    def _read(self) -> list[tuple[str, float, float]]:
        sensors = psutil.sensors_temperatures() if hasattr(psutil, "sensors_temperatures") else {}
        low, high = _BELIEVABLE_CELSIUS
        return [
            (f"{chip} {entry.label or index}", entry.current, self._limit_of(entry.critical))
            for chip, entries in sorted(sensors.items())
            for index, entry in enumerate(entries)
            if low <= entry.current <= high
        ][:_MOST_SENSORS]

    def _limit_of(self, critical: float | None) -> float:
        low, high = _BELIEVABLE_LIMIT_CELSIUS
        return min(critical, self._limit) if critical and low <= critical <= high else self._limit
