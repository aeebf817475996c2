"""A figure with its limit, and how processes are measured."""

import os
import re
import statistics
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value. limit: what was promised, None for a figure to compare with."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    note: str = ""

    @property
    def kept(self) -> bool:
        """Whether the promise is kept."""
        return self.limit is None or self.value < self.limit

    def __str__(self) -> str:
        promise = "" if self.limit is None else f"limit {self.limit:g} {self.unit}: {'kept' if self.kept else 'MISSED'}"
        return f"{self.name:62} {self.value:9.2f} {self.unit:9} {promise:28} {self.note}".rstrip()


def pss_mib(pid: int) -> float:
    """Proportional set size of one process, MiB (proc(5), smaps_rollup)."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    match = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    assert match is not None
    return int(match[1]) / 1024


def cpu_seconds(pid: int) -> float:
    """User and system time of one process and of the children it waited for.

    Its own by its clock (clock_getcpuclockid(3); linux/posix-timers.h, CPUCLOCK_SCHED): of looks that take a
    millisecond the ticks of 10 ms in /proc, which are all that there is for ended children, miss a third and more.
    """
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return time.clock_gettime(~pid << 3 | 2) + sum(map(int, fields[13:15])) / TICKS


def quantile(values: Iterable[float], ratio: float) -> float:
    """The smallest value that so many of the values do not exceed."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * ratio))]


def median(values: Iterable[float]) -> float:
    """The middle value."""
    return statistics.median(values)
