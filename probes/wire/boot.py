"""Whether the PC went down without being shut down: the kernel's boot id against a mark in the state folder.

The mark also keeps the last time that was known to be right (clock.FLOOR). The agent calls begin() when it starts,
tick() about once a minute and end() when it stops in order. The host probe reads LAST; without begin() it cannot
tell, and says so.
"""

import os
import time
from pathlib import Path
from typing import NamedTuple

from probes.wire import clock

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_NAME = "last-run"
_MOST_BYTES = 256


class LastRun(NamedTuple):
    """How the run before this one ended.

    lost_power: the PC booted anew and the agent had not been stopped before.
    last_seen: the last sign of life, UTC epoch seconds; 0 where there was no earlier run.
    begun: when this run began, on the monotonic clock.
    """

    lost_power: bool
    last_seen: float
    begun: float


LAST: list[LastRun] = []
"""Holds the one LastRun after begin(); empty before."""


def boot_id(path: Path = BOOT_ID) -> str:
    """The kernel's name for this boot, "" where it has none (proc(5))."""
    try:
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def begin(folder: Path, *, boot: str | None = None) -> LastRun:
    """Read how the last run ended and mark this one as running. Raises OSError where the folder is not writable."""
    boot = boot_id() if boot is None else boot
    ended, earlier, seen, floor = _read(folder / _NAME)
    clock.FLOOR.start(floor)
    last = LastRun(
        lost_power=ended == "running" and bool(earlier) and bool(boot) and earlier != boot,
        last_seen=seen,
        begun=time.monotonic(),
    )
    LAST[:] = [last]
    _write(folder / _NAME, "running", boot)
    return last


def tick(folder: Path) -> None:
    """Leave a sign of life. Raises OSError as begin() does."""
    _write(folder / _NAME, "running", boot_id())


def end(folder: Path) -> None:
    """Mark that the agent was stopped in order. Raises OSError as begin() does."""
    _write(folder / _NAME, "stopped", boot_id())


def _read(path: Path) -> tuple[str, str, float, float]:
    """How it ended, its boot id, its last sign of life and the clock's floor (0: an earlier version kept none).

    A torn or foreign file is no evidence of anything.
    """
    try:
        with path.open("rb") as file:
            words = file.read(_MOST_BYTES).decode("ascii").split()
        floor = words[2] if len(words) > 2 else "0"  # noqa: PLR2004 - the third word
        return words[0], words[1].strip("-"), path.stat().st_mtime, float(floor) if floor.isdecimal() else 0.0
    except (OSError, UnicodeDecodeError, IndexError):
        return "", "", 0.0, 0.0


def _write(path: Path, state: str, boot: str) -> None:
    """Replace the mark as a whole, so that a power cut leaves the old one or the new one."""
    fresh = path.with_suffix(".new")
    with fresh.open("w", encoding="ascii") as file:
        file.write(f"{state} {boot or '-'} {clock.FLOOR.rise():.0f}\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
