"""What the kernel knows of its own clock: adjtimex(2). It asks nobody over the network."""

import ctypes
import time
from dataclasses import dataclass

RELEASE_EPOCH_SECONDS = 1_767_225_600
"""2026-01-01 UTC: this program was written later, so an earlier clock is wrong."""

_STA_UNSYNC, _STA_NANO = 0x0040, 0x2000
_TIME_ERROR = 5


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


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelClock:
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
    return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)


def trusted() -> bool:
    """Whether verdicts that hang on the date may be believed: the kernel is kept in time, or at least past 2026."""
    known = kernel_clock()
    return (known is not None and known.synchronised) or time.time() >= RELEASE_EPOCH_SECONDS
