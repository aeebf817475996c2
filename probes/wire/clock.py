"""What the kernel knows of its own clock: adjtimex(2). It asks nobody over the network."""

import ctypes
import time
from typing import NamedTuple

RELEASE_EPOCH_SECONDS = 1_767_225_600
"""2026-01-01 UTC: this program was written later, so an earlier clock is wrong."""

_STA_UNSYNC, _STA_NANO = 0x0040, 0x2000
_TIME_ERROR = 5
_FORWARD = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class _Timex(ctypes.Structure):
    """struct timex of linux/timex.h; the kernel writes 208 bytes on 64-bit machines."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 192),
    )


class KernelClock(NamedTuple):
    """Whether a time service keeps the clock; offset_seconds: what the kernel still has to slew."""

    synchronised: bool
    offset_seconds: float
    max_error_seconds: float


def kernel_clock() -> KernelClock | None:
    """The kernel's view; None where it does not tell (a container's filter may forbid the call)."""
    timex = _Timex()
    try:
        state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(timex))
    except (OSError, AttributeError):
        return None
    if state < 0:
        return None
    unit = 1e9 if timex.status & _STA_NANO else 1e6
    return KernelClock(
        synchronised=state != _TIME_ERROR and not timex.status & _STA_UNSYNC,
        offset_seconds=timex.offset / unit,
        max_error_seconds=timex.maxerror / 1e6,
    )


def skew_seconds() -> float:
    """Wall time minus time since boot, suspension included: it changes only when somebody sets the clock."""
    return time.time() - time.clock_gettime(_FORWARD)


_SLACK_SECONDS = 86_400.0
_YEAR_3000_SECONDS = 32_503_680_000
_LONGEST_LEAP_SECONDS = 366 * 86_400.0


class Floor:
    """The last time that was known to be right, kept over restarts: time does not run backwards.

    A CMOS battery that is empty sets the clock to the year in which the board was made, which may be plausible.
    A leap forwards that no time service vouches for does not raise the floor: a wrong year that somebody typed in
    would make every right one look wrong.
    """

    def __init__(self) -> None:
        self.seconds = float(RELEASE_EPOCH_SECONDS)
        self._skew = skew_seconds()

    def start(self, known_seconds: float = 0.0) -> None:
        """The agent starts. known_seconds: the floor of the run before, UTC epoch seconds; 0: there was none."""
        plausible = RELEASE_EPOCH_SECONDS <= known_seconds < _YEAR_3000_SECONDS
        self.seconds = known_seconds if plausible else float(RELEASE_EPOCH_SECONDS)
        self._skew = skew_seconds()

    def rise(self) -> float:
        """Take the present time over, where it can be believed; the floor from now on."""
        now, known = time.time(), kernel_clock()
        if known is not None and known.synchronised and now >= RELEASE_EPOCH_SECONDS:
            self.seconds, self._skew = now, skew_seconds()
        elif now <= self.seconds + _LONGEST_LEAP_SECONDS and abs(skew_seconds() - self._skew) <= _SLACK_SECONDS:
            self.seconds = max(self.seconds, now)
        return self.seconds


FLOOR = Floor()


def trusted() -> bool:
    """Whether verdicts that hang on the date may be believed.

    It must be past this program's writing, whoever keeps it; and where nobody does, past the last time known.
    """
    now = time.time()
    if now < RELEASE_EPOCH_SECONDS:
        return False
    if now >= FLOOR.seconds - _SLACK_SECONDS:
        return True
    known = kernel_clock()
    return known is not None and known.synchronised
