"""Mains, battery, and whether the PC went down without being shut down."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psutil

from probes.host.part import Found, gauge
from probes.reading import Actor, Fault, Severity
from probes.text import clean
from probes.wire import boot, clock
from probes.wire.powersupply import SUPPLIES, power

BATTERY = gauge("battery_ratio", "How full the battery is.")
ON_MAINS = gauge("power_online", "Whether the PC runs on mains.")
METRICS = (BATTERY, ON_MAINS)

_TOLD_SECONDS = 300.0
"""How long an unclean restart is reported: until the rest of the office has started, too."""


def battery(found: Found, low_ratio: float, supplies: Path = SUPPLIES) -> None:
    """A PC without a battery cannot tell; neither can one whose driver does not know about the mains."""
    now = power(supplies)
    found.told["battery"] = now.on_mains is not None
    if now.ratio is not None:
        found.sample(BATTERY, now.ratio)
    if now.on_mains is None:
        return
    found.sample(ON_MAINS, float(now.on_mains))
    if now.on_mains:
        return
    left = "" if now.ratio is None else f"{now.ratio:.0%} left"
    found.faults.append(_fault("on-battery", Severity.NOTICE, left))
    if now.ratio is not None and now.ratio < low_ratio:
        found.faults.append(_fault("battery-low", Severity.DEGRADED, left))


def restart(found: Found) -> None:
    """A new boot id without a stop in between: the power failed, or somebody held the button down."""
    found.told["restart"] = bool(boot.LAST)
    for last in boot.LAST:
        if last.lost_power and time.monotonic() - last.begun < _TOLD_SECONDS:
            detail = f"last sign of life {_shown(last.last_seen)}"
            if clock.trusted():
                detail += f", started again {_shown(psutil.boot_time())}"
            found.faults.append(replace(_fault("reboot-unclean", Severity.NOTICE, detail), certain=True))


def _shown(epoch: float) -> str:
    """A moment on this PC's own clock, with its distance from UTC (RFC 3339)."""
    return datetime.fromtimestamp(epoch, UTC).astimezone().isoformat(timespec="seconds")


def _fault(code: str, severity: Severity, detail: str) -> Fault:
    return Fault(code=code, severity=severity, actor=Actor.POWER, detail=clean(detail))
