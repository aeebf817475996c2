"""Does a program still write? By the newest file it left, for programs that look alive and do nothing."""

import os
import stat
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from probes.reading import Actor, Metric, MetricType, ProbeError, Sample, Severity
from probes.software.part import STALE, Found, wrong
from probes.wire import clock

NEWEST = Metric(
    name="jagaloket_software_newest_file_timestamp_seconds",
    type=MetricType.GAUGE,
    help="When a program last wrote a file, as far as that was looked at.",
)
_MOST_ENTRIES = 5000
_DEEPEST = 3
_RESCAN_SECONDS = 60.0
_AHEAD_SECONDS = 300.0
"""A file may be from another PC whose clock is a little ahead; what is further ahead says nothing."""


class OutputCheck:
    """A file, or the newest file in a folder and its subfolders.

    minutes: how old it may be. Nobody can have written before the PC or the program started, so the time counts from
    then at the earliest. started: the program's start (UTC epoch seconds), where that is known.
    """

    codes: tuple[str, ...] = (STALE,)

    def __init__(self, path: Path, minutes: float, started: Callable[[], float | None]) -> None:
        self.name = "output"
        self._path, self._limit, self._started = path, minutes * 60, started
        self._newest: float | None = None
        self._scanned = -_RESCAN_SECONDS

    def look(self) -> Found:
        """Compare the newest file's time with the clock. Raises ProbeError where that may not be read."""
        if not clock.trusted():
            return Found(up=None)
        now = time.time()
        try:
            whole = self._refresh(now)
        except FileNotFoundError:
            return wrong(STALE, Actor.TECHNICIAN, f"{self._path} is not there", Severity.DEGRADED)
        except OSError as error:
            msg = f"cannot read {self._path}: {error.strerror}; let the agent's user read it"
            raise ProbeError(msg) from error
        samples = () if self._newest is None else (Sample(metric=NEWEST, value=self._newest),)
        since = max(self._newest or 0.0, psutil.boot_time(), self._started() or 0.0)
        if now - since <= self._limit:
            return Found(up=True, samples=samples)
        if not whole:
            return Found(up=None, samples=samples)
        last = "nothing" if self._newest is None else f"nothing for {(now - self._newest) / 60:.0f} minutes"
        found = wrong(STALE, Actor.COUNTER, f"{self._path}: {last} was written", Severity.DEGRADED)
        return Found(up=False, fault=found.fault, samples=samples)

    def _refresh(self, now: float) -> bool:
        """Read the times anew where they may have changed; False when there was more than may be looked through."""
        fresh = self._newest is not None and now - self._newest <= self._limit
        if fresh and time.monotonic() - self._scanned < _RESCAN_SECONDS:
            return True
        self._scanned = time.monotonic()
        self._newest, whole = newest(self._path, now + _AHEAD_SECONDS)
        return whole


def newest(path: Path, latest: float) -> tuple[float | None, bool]:
    """The time of the newest file, and whether all were looked at. Raises OSError where path cannot be read.

    latest: times after this do not count. Hidden files and links do not, either.
    """
    top = path.stat()
    if not stat.S_ISDIR(top.st_mode):
        return (top.st_mtime if top.st_mtime <= latest else None), True
    best: float | None = None
    left = _MOST_ENTRIES
    folders = [(str(path), 0)]
    while folders:
        folder, depth = folders.pop()
        times, inner, seen = _entries(folder, left, top=depth == 0)
        left -= seen
        best = max((one for one in (best, *times) if one is not None and one <= latest), default=None)
        if left <= 0:
            return best, False
        # The folder that changed last is looked at first.
        folders += [(name, depth + 1) for _, name in sorted(inner)] if depth < _DEEPEST else []
    return best, True


def _entries(folder: str, most: int, *, top: bool) -> tuple[list[float], list[tuple[float, str]], int]:
    """The files' times, the subfolders with theirs, and how many entries were looked at."""
    times: list[float] = []
    inner: list[tuple[float, str]] = []
    seen = 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                seen += 1
                if seen > most:
                    break
                if not entry.name.startswith("."):
                    status = entry.stat(follow_symlinks=False)
                    if stat.S_ISDIR(status.st_mode):
                        inner.append((status.st_mtime, entry.path))
                    elif stat.S_ISREG(status.st_mode):
                        times.append(status.st_mtime)
    except OSError:
        if top:
            raise  # one that went away, or may not be read, while others can
    return times, inner, seen
