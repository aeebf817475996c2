"""How long a healthy answer over a device node may stand, so that asking stays cheap."""

import math

from probes.wire import lpnode

REST_SECONDS = 60.0
"""How long a healthy answer over a device node is kept: each question costs a process (55 ms of CPU)."""

IDLE_SECONDS = 300.0
"""The same while nothing at all was transferred over USB: nobody has printed since."""


class Rest:
    """Whether an answer is fresh enough to stand for another look. All times are monotonic seconds."""

    def __init__(self) -> None:
        self._since = -math.inf
        self._place = ""
        self._count: int | None = None

    def begin(self, place: str, now: float) -> None:
        """An answer came. place: the device under /sys, "" when it has none there."""
        self._since, self._place = now, place
        self._count = lpnode.transfers(place) if place else None

    def over(self) -> None:
        """The next look asks, whatever was known."""
        self._since = -math.inf

    def lasts(self, now: float) -> bool:
        """Whether the answer may be kept."""
        age = now - self._since
        if age < REST_SECONDS:
            return True
        return age < IDLE_SECONDS and self._count is not None and lpnode.transfers(self._place) == self._count
