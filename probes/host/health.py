"""What creeps up on a PC: disks that fill, memory that thrashes, updates that wait."""

import time
from collections import deque
from pathlib import Path

from probes.host.part import Found, gauge
from probes.reading import Actor, Fault, Severity
from probes.text import clean

DAYS_LEFT = gauge("disk_days_left", "Days until a file system is full at the pace of the last day.", "mount")
PRESSURE = gauge("memory_pressure_ratio", "Share of the last minute in which all work waited for memory.")
REBOOT = gauge("reboot_required", "Whether installed updates wait for a restart.")
METRICS = (DAYS_LEFT, PRESSURE, REBOOT)

_MARK_SECONDS = 1800.0
_MARKS = 48
_SHORTEST_SECONDS = 6 * 3600.0
_DAY_SECONDS = 86400.0
_FAR_DAYS = 365.0
_PATIENCE_DAYS = 14.0
"""Who switches a PC off each evening never hears of updates; who never does is reminded, once."""


class Forecast:
    """When a disk will be full: a straight line through a day of marks, once it knows six hours."""

    def __init__(self) -> None:
        self._marks: dict[str, deque[tuple[float, float]]] = {}

    def days_left(self, mount: str, free: float, now: float) -> float | None:
        """None while it cannot be told, and while the disk does not fill."""
        marks = self._marks.setdefault(mount, deque(maxlen=_MARKS))
        if not marks or now - marks[-1][0] >= _MARK_SECONDS:
            marks.append((now, free))
        began, had = marks[0]
        if now - began < _SHORTEST_SECONDS or had <= free:
            return None
        days = free / ((had - free) / (now - began)) / _DAY_SECONDS
        return days if days < _FAR_DAYS else None


def pressure(found: Found, limit_ratio: float, path: Path = Path("/proc/pressure/memory")) -> None:
    """Memory is low as well where all work waits for it, however much is "available" (kernel PSI)."""
    try:
        full = next(line for line in path.read_text("ascii").splitlines() if line.startswith("full "))
        ratio = float(full.split("avg60=")[1].split()[0]) / 100
    except (OSError, StopIteration, IndexError, ValueError):
        found.told["pressure"] = False
        return
    found.told["pressure"] = True
    found.sample(PRESSURE, ratio)
    if ratio >= limit_ratio and not any(fault.code == "memory-low" for fault in found.faults):
        found.faults.append(_fault("memory-low", Severity.DEGRADED, "", f"all work waits {ratio:.0%} of the time"))


def reboot_required(found: Found, up_seconds: float, flag: Path = Path("/run/reboot-required")) -> None:
    """Debian's and Ubuntu's own flag (update-notifier-common); a notice where it stands for two weeks.

    up_seconds: how long the PC runs; the flag is not older, whatever a clock that was wrong wrote on it.
    """
    try:
        stands_days = min(time.time() - flag.stat().st_mtime, up_seconds) / _DAY_SECONDS
    except FileNotFoundError:
        found.sample(REBOOT, 0.0)
        return
    found.sample(REBOOT, 1.0)
    if stands_days >= _PATIENCE_DAYS:
        detail = f"updates wait for a restart for {stands_days:.0f} days"
        found.faults.append(_fault("reboot-required", Severity.NOTICE, "", detail, Actor.COUNTER))


def _fault(code: str, severity: Severity, part: str, detail: str, actor: Actor = Actor.TECHNICIAN) -> Fault:
    return Fault(code=code, severity=severity, actor=actor, part=clean(part), detail=clean(detail))
