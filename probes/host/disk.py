"""Disks: space, inodes and whether the kernel made one read-only."""

import os
import re
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from probes.host.health import DAYS_LEFT, Forecast
from probes.host.part import Found, gauge
from probes.reading import Actor, Fault, Severity
from probes.text import clean

SIZE = gauge("disk_size_bytes", "Size of a file system.", "mount")
FREE = gauge("disk_free_bytes", "Space left to ordinary users.", "mount")
INODES_FREE = gauge("disk_inodes_free_ratio", "Share of files that can still be made.", "mount")
READ_ONLY = gauge("disk_read_only", "Whether a file system takes no writes.", "mount")
METRICS = (SIZE, FREE, INODES_FREE, READ_ONLY)

MOUNTINFO = Path("/proc/self/mountinfo")
_OCTAL = re.compile(r"\\([0-7]{3})")
_MOST_DISKS = 32
_FULL_PART = 10
# Read-only or fixed by nature: images and install media are full and not writable, and well so.
_IMAGES = ("squashfs", "iso9660", "udf", "erofs", "cramfs")
_SYSTEM = ("/", "/var", "/home")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From which free share on a disk is low or full.

    ample_bytes: a disk with more left is not low, one with more than a tenth of it is not full.
    """

    low_ratio: float
    full_ratio: float
    ample_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """One file system on real storage. read_only: the file system, not just this agent's view of it."""

    path: str
    device: int
    read_only: bool


def mounts(mountinfo: Path = MOUNTINFO) -> Iterator[Mount]:
    """Each real file system once, the root always, by mountinfo (proc(5)). Raises OSError where that cannot be read.

    Not by psutil: it cannot tell a disk that the kernel made read-only from a service manager's ProtectSystem=.
    """
    seen: set[int] = set()
    for line in mountinfo.read_text("utf-8", "surrogateescape").splitlines():
        own, _, rest = line.partition(" - ")
        fields, (kind, source, options) = own.split(" "), rest.split(" ")[:3]
        path = _OCTAL.sub(lambda found: chr(int(found[1], 8)), fields[4])
        if path != "/" and (kind in _IMAGES or not (source.startswith("/dev/") or kind == "zfs")):
            continue
        device = _device(path)
        if device is not None and device not in seen and len(seen) < _MOST_DISKS:
            seen.add(device)
            yield Mount(path=path, device=device, read_only="ro" in options.split(","))


def _device(path: str) -> int | None:
    """The device behind a folder; None for a file (containers mount those) and where we may not look."""
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return status.st_dev if stat.S_ISDIR(status.st_mode) else None


class Disks:
    """Every real disk, and which of them could be written to earlier."""

    def __init__(self, limits: Limits, mountinfo: Path = MOUNTINFO) -> None:
        self._limits = limits
        self._mountinfo = mountinfo
        self._was_writable: set[str] = set()
        self._forecast = Forecast()

    def look(self, found: Found) -> None:
        """Add what the disks say."""
        found.told["disk"] = False
        for mount in mounts(self._mountinfo):
            try:
                status = os.statvfs(mount.path)
            except OSError:
                continue
            found.told["disk"] = True
            self._one(mount, status, found)

    def _one(self, mount: Mount, status: os.statvfs_result, found: Found) -> None:
        size, free = status.f_blocks * status.f_frsize, status.f_bavail * status.f_frsize
        found.sample(READ_ONLY, float(mount.read_only), mount.path)
        found.sample(SIZE, size, mount.path)
        found.sample(FREE, free, mount.path)
        if mount.read_only:
            if mount.path in self._was_writable or mount.path in _SYSTEM:
                found.faults.append(_fault("disk-failing", Severity.BLOCKING, mount.path, "the disk is read-only"))
            return
        self._was_writable.add(mount.path)
        days = self._forecast.days_left(mount.path, free, time.clock_gettime(time.CLOCK_BOOTTIME))
        if days is not None:
            found.sample(DAYS_LEFT, days, mount.path)
        soon = "" if days is None else f", full in {days:.1f} days at this pace"
        shares = [(free / size, f"{free / 1e9:.1f} GB of {size / 1e9:.0f} GB free{soon}", free)] if size else []
        if status.f_files:
            inodes = status.f_favail / status.f_files
            found.sample(INODES_FREE, inodes, mount.path)
            shares.append((inodes, f"{inodes:.1%} of the inodes free", 0))
        found.faults += self._judge(mount.path, shares)

    def _judge(self, path: str, shares: list[tuple[float, str, int]]) -> list[Fault]:
        """The worse of space and inodes: share free, in words, and the bytes that may make it ample."""
        limits = self._limits
        for share, words, left in sorted(shares):
            if share < limits.full_ratio and left <= limits.ample_bytes / _FULL_PART:
                return [_fault("disk-full", Severity.BLOCKING, path, words)]
        for share, words, left in sorted(shares):
            if share < limits.low_ratio and left <= limits.ample_bytes:
                return [_fault("disk-low", Severity.DEGRADED, path, words)]
        return []


def _fault(code: str, severity: Severity, path: str, detail: str) -> Fault:
    return Fault(code=code, severity=severity, actor=Actor.TECHNICIAN, part=clean(path), detail=clean(detail))
