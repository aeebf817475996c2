"""What the kernel knows of this PC's own power: adapters and batteries (Documentation/ABI, sysfs-class-power).

Batteries of mice, keyboards and headsets stand there, too, and so do USB-C ports of desktop PCs that no adapter
feeds: neither says anything about the mains.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

SUPPLIES = Path("/sys/class/power_supply")
_MOST_SUPPLIES = 32
_MOST_BYTES = 64
_ADAPTERS = ("Mains", "USB", "Wireless")


class Battery(NamedTuple):
    """One battery of this PC. ratio: how full, from 0 to 1; None where it does not tell. status: the kernel's word."""

    ratio: float | None
    weight: float
    status: str


class Power(NamedTuple):
    """on_mains: None where the PC has no battery, or does not tell. ratio: how full all batteries are together."""

    on_mains: bool | None = None
    has_battery: bool = False
    ratio: float | None = None


def power(supplies: Path = SUPPLIES) -> Power:
    """How this PC is fed now. Never raises."""
    try:
        found = sorted(supplies.iterdir())[:_MOST_SUPPLIES]
    except OSError:
        return Power()
    own = [one for one in found if _word(one, "scope") != "Device"]
    batteries = [_battery(one) for one in own if _word(one, "type") == "Battery" and _word(one, "present") != "0"]
    if not batteries:
        return Power()
    online = [_word(one, "online") for one in own if _word(one, "type") in _ADAPTERS]
    return Power(on_mains=_on_mains(online, batteries), has_battery=True, ratio=_ratio(batteries))


def _on_mains(online: list[str], batteries: Iterable[Battery]) -> bool | None:
    if any(word not in ("", "0") for word in online):
        return True
    statuses = {battery.status for battery in batteries}
    if "Discharging" in statuses:
        return False
    if statuses & {"Charging", "Full", "Not charging"}:
        return True
    return False if "0" in online else None


def _battery(folder: Path) -> Battery:
    for what in ("energy", "charge"):
        now, full = _number(folder, f"{what}_now"), _number(folder, f"{what}_full")
        if now is not None and full:
            return Battery(ratio=min(1.0, now / full), weight=full, status=_word(folder, "status"))
    percent = _number(folder, "capacity")
    ratio = None if percent is None else min(1.0, percent / 100)
    return Battery(ratio=ratio, weight=1.0, status=_word(folder, "status"))


def _ratio(batteries: Iterable[Battery]) -> float | None:
    told = [(battery.ratio, battery.weight) for battery in batteries if battery.ratio is not None]
    whole = sum(weight for _, weight in told)
    return sum(ratio * weight for ratio, weight in told) / whole if whole else None


def _number(folder: Path, name: str) -> float | None:
    text = _word(folder, name)
    return float(text) if text.isascii() and text.isdecimal() else None


def _word(folder: Path, name: str) -> str:
    """An attribute's text; "" where there is none or the driver refuses it."""
    try:
        with (folder / name).open("rb") as file:
            return file.read(_MOST_BYTES).decode("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
