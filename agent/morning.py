"""Before the office opens, everything is looked at, so that the morning's letter says what is so now."""

from collections.abc import Callable

from alerts.office import Office

LEAD_SECONDS = 180.0
"""So long before the letter may go: time for a look, for the looks that confirm a fault, and for one that is late."""


class Morning:
    """Calls look_at_all once before each opening's self-check. office: as the configuration has it now."""

    def __init__(self, office: Callable[[], Office], look_at_all: Callable[[], None]) -> None:
        self._office, self._look_at_all = office, look_at_all
        self._done_for: float | None = None

    def attend(self, wall: float) -> None:
        """What is due now. wall: UTC epoch seconds."""
        office = self._office()
        opening = office.next_change(wall) if office.is_open(wall) is False else None
        if opening is None or opening == self._done_for:
            return
        if opening - wall <= office.selfcheck_minutes * 60 + LEAD_SECONDS:
            self._done_for = opening
            self._look_at_all()
