"""What creeps up on a PC: disks that fill, disks that wear out, memory that thrashes, updates that wait."""

import threading
from collections import deque
from pathlib import Path

from probes.host.part import Found, gauge
from probes.reading import Actor, Fault, Severity
from probes.text import SafeText, clean
from probes.wire import smart

DAYS_LEFT = gauge("disk_days_left", "Days until a file system is full at the pace of the last day.", "mount")
SMART_PASSED = gauge("disk_smart_passed", "Whether a disk believes in its own health.", "disk")
PRESSURE = gauge("memory_pressure_ratio", "Share of the last minute in which all work waited for memory.")
REBOOT = gauge("reboot_required", "Whether installed updates wait for a restart.")
METRICS = (DAYS_LEFT, SMART_PASSED, PRESSURE, REBOOT)

_SMART_PAUSE_SECONDS = 6 * 3600.0
_MARK_SECONDS = 1800.0
_MARKS = 48
_SHORTEST_SECONDS = 6 * 3600.0
_DAY_SECONDS = 86400.0
_FAR_DAYS = 365.0


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


class Smart:
    """Disks' own verdicts, four times a day, asked beside the looks: a dying disk answers slowly or never."""

    def __init__(self) -> None:
        self._due = 0.0
        self._thread: threading.Thread | None = None
        self._known: dict[str, tuple[bool, SafeText]] = {}

    def look(self, found: Found, now: float) -> None:
        """Add what is known; ask again when it is time and the last question came back."""
        if now >= self._due and (self._thread is None or not self._thread.is_alive()):
            self._due = now + _SMART_PAUSE_SECONDS
            self._thread = threading.Thread(target=self._ask, daemon=True, name="host-smart")
            self._thread.start()
        known = dict(self._known)
        found.told["smart"] = bool(known)
        for disk, (passed, model) in known.items():
            found.sample(SMART_PASSED, float(passed), disk)
            if not passed:
                found.faults.append(_fault("disk-failing", Severity.BLOCKING, disk, f"{model} expects to fail (SMART)"))

    def _ask(self) -> None:
        fresh = {}
        for disk in smart.disks():
            passed, model = smart.passed(disk)
            if passed is not None:
                fresh[disk] = (passed, model)
        self._known = fresh


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


def reboot_required(found: Found, flag: Path = Path("/run/reboot-required")) -> None:
    """Debian's and Ubuntu's own flag; worth knowing, no fault."""
    found.sample(REBOOT, float(flag.exists()))


def _fault(code: str, severity: Severity, part: str, detail: str) -> Fault:
    return Fault(code=code, severity=severity, actor=Actor.TECHNICIAN, part=clean(part), detail=clean(detail))
