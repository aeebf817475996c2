"""Whether the PC's clock may decide that work is due. Pure but for what it is told of time."""

from probes.wire.clock import RELEASE_EPOCH_SECONDS, kernel_clock

_YEAR_SECONDS = 366 * 86_400.0
LATEST_EPOCH_SECONDS = RELEASE_EPOCH_SECONDS + 20 * _YEAR_SECONDS
"""No copy of this program runs after this; a clock that says so is broken, whoever set it."""
LEAP_SECONDS = 31 * 86_400.0
LONG_LEAP_SECONDS = 400 * 86_400.0
"""What a person notes is believed after a longer time: somebody looked at the day."""
STEADY_SECONDS = 86_400.0
"""A clock that nothing synchronises and that leapt ahead is believed after so long: the PC may have been off."""


class Belief:
    """One clock under watch. leap_seconds: so far ahead of the last known time it needs proof."""

    def __init__(self, leap_seconds: float = LEAP_SECONDS) -> None:
        self._leap_seconds = leap_seconds
        self._leapt_at: float | None = None

    def holds(self, wall: float, monotonic: float, *, known: float | None, synchronised: bool) -> bool:
        """Whether this moment is believed. known: the last that was (UTC epoch seconds), None before the first."""
        if not RELEASE_EPOCH_SECONDS <= wall <= LATEST_EPOCH_SECONDS:
            self._leapt_at = None
            return False
        if synchronised or known is None or wall - known <= self._leap_seconds:
            self._leapt_at = None
            return True
        if self._leapt_at is None:
            self._leapt_at = monotonic
        return monotonic - self._leapt_at >= STEADY_SECONDS


def kernel_keeps_time() -> bool:
    """Whether a time service keeps the PC's clock."""
    kernel = kernel_clock()
    return kernel is not None and kernel.synchronised
