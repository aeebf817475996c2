"""How good a cable is: errors by their rate, duplex, and how often it came loose."""

from collections import deque
from pathlib import Path
from typing import NamedTuple

from probes.link.metrics import CARRIER_CHANGES, INTERFACE_BYTES, INTERFACE_ERRORS, SPEED
from probes.reading import Actor, Fault, Sample, Severity
from probes.text import SafeText, clean
from probes.wire.route import Interface

SYS_NET = Path("/sys/class/net")
_PAUSE_SECONDS = 30.0
_ERROR_WINDOW_SECONDS = 120.0
_LOOSE_WINDOW_SECONDS = 900.0
_MOST_MARKS = 64
_LOOSE_CHANGES = 4
_ERROR_RATIO = 0.01
_FEW_ERRORS = 10


class _Mark(NamedTuple):
    """The counters at one moment."""

    at: float
    interface: Interface


class CableQuality:
    """Rates decide, never totals: a counter says nothing about when."""

    def __init__(self, sys_net: Path = SYS_NET) -> None:
        self._sys_net = sys_net
        self._marks: deque[_Mark] = deque(maxlen=_MOST_MARKS)
        self._speed: tuple[float | None, str] = (None, "")

    def look(self, interface: Interface, now: float) -> tuple[tuple[Sample, ...], tuple[Fault, ...]]:
        """Samples and faults of an interface that has a carrier."""
        if self._marks and self._marks[-1].interface.name != interface.name:
            self._marks.clear()
        if not self._marks or now - self._marks[-1].at >= _PAUSE_SECONDS:
            self._marks.append(_Mark(now, interface))
            self._speed = self._read_speed(interface.name)
        bits_per_second, duplex = self._speed
        faults = [*self._errors(interface, now), *self._loose(interface, now)]
        if duplex == "half" and bits_per_second:
            detail = f"half duplex at {bits_per_second / 1e6:.0f} Mbit/s: check cable and switch port"
            faults.append(_fault("interface-errors", detail))
        return _samples(interface, bits_per_second), tuple(faults)

    def _since(self, now: float, window_seconds: float) -> Interface | None:
        """The oldest counters within a window."""
        return next((m.interface for m in self._marks if now - m.at <= window_seconds), None)

    def _errors(self, interface: Interface, now: float) -> list[Fault]:
        before = self._since(now, _ERROR_WINDOW_SECONDS)
        if before is None:
            return []
        errors, packets = interface.errors - before.errors, interface.packets - before.packets
        if errors < _FEW_ERRORS or errors < _ERROR_RATIO * packets:
            return []
        return [_fault("interface-errors", f"{interface.name}: {errors} errors, {packets} packets in 2 minutes")]

    def _loose(self, interface: Interface, now: float) -> list[Fault]:
        before = self._since(now, _LOOSE_WINDOW_SECONDS)
        changes = interface.carrier_changes - before.carrier_changes if before else 0
        if changes < _LOOSE_CHANGES:
            return []
        return [_fault("unstable-connection", f"{interface.name} lost or found its partner {changes} times in 15 min")]

    def _read_speed(self, name: str) -> tuple[float | None, str]:
        """Bits per second and duplex; virtual and radio interfaces do not tell (sysfs-class-net)."""
        try:
            megabits = int((self._sys_net / name / "speed").read_text("ascii"))
            duplex = (self._sys_net / name / "duplex").read_text("ascii").strip()
        except (OSError, ValueError):
            return None, ""
        return (megabits * 1e6, duplex) if megabits > 0 else (None, "")


def _fault(code: str, detail: str) -> Fault:
    return Fault(
        code=code,
        severity=Severity.DEGRADED,
        actor=Actor.TECHNICIAN,
        part=SafeText("cable"),
        detail=clean(detail),
    )


def _samples(interface: Interface, bits_per_second: float | None) -> tuple[Sample, ...]:
    speed = () if bits_per_second is None else (Sample(metric=SPEED, value=bits_per_second),)
    return (
        Sample(metric=INTERFACE_ERRORS, value=interface.errors),
        Sample(metric=CARRIER_CHANGES, value=interface.carrier_changes),
        Sample(metric=INTERFACE_BYTES, value=interface.received_bytes, labels=(SafeText("received"),)),
        Sample(metric=INTERFACE_BYTES, value=interface.sent_bytes, labels=(SafeText("sent"),)),
        *speed,
    )
