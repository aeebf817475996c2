"""Mains, battery, and whether the PC went down without being shut down."""

import time
from datetime import UTC, datetime

import psutil

from probes.host.part import Found, gauge
from probes.reading import Actor, Fault, Severity
from probes.text import clean
from probes.wire import boot

BATTERY = gauge("battery_ratio", "How full the battery is.")
ON_MAINS = gauge("power_online", "Whether the PC runs on mains.")
METRICS = (BATTERY, ON_MAINS)

_TOLD_SECONDS = 900.0
"""How long an unclean restart is reported: long enough to be confirmed and to be seen."""


def battery(found: Found, low_ratio: float) -> None:
    """A PC without a battery cannot tell; neither can one whose driver does not know about the mains."""
    now = getattr(psutil, "sensors_battery", lambda: None)()
    found.told["battery"] = now is not None
    if now is None:
        return
    ratio = min(1.0, max(0.0, now.percent / 100))
    found.sample(BATTERY, ratio)
    found.told["battery"] = now.power_plugged is not None
    if now.power_plugged is None:
        return
    found.sample(ON_MAINS, float(now.power_plugged))
    if now.power_plugged:
        return
    found.faults.append(_fault("on-battery", Severity.NOTICE, f"{ratio:.0%} left"))
    if ratio < low_ratio:
        found.faults.append(_fault("battery-low", Severity.DEGRADED, f"{ratio:.0%} left"))


def restart(found: Found) -> None:
    """A new boot id without a stop in between: the power failed, or somebody held the button down."""
    found.told["restart"] = bool(boot.LAST)
    for last in boot.LAST:
        if last.lost_power and time.monotonic() - last.begun < _TOLD_SECONDS:
            seen = datetime.fromtimestamp(last.last_seen, UTC).isoformat(timespec="seconds")
            started = datetime.fromtimestamp(psutil.boot_time(), UTC).isoformat(timespec="seconds")
            found.faults.append(
                _fault("reboot-unclean", Severity.NOTICE, f"last sign of life {seen}, started again {started}")
            )


def _fault(code: str, severity: Severity, detail: str) -> Fault:
    return Fault(code=code, severity=severity, actor=Actor.POWER, detail=clean(detail))
