"""What may not follow a clock that cannot be trusted, and what is set right once it can."""

import logging
from collections.abc import Callable
from typing import Protocol

from probes.text import clean
from probes.wire import clock

log = logging.getLogger("jagaloket.trust")
_JUMP_SECONDS = 2.0


def believed(is_open: Callable[[float], bool | None]) -> Callable[[float], bool | None]:
    """An office's hours; None, "cannot tell", while the clock cannot be trusted."""
    return lambda at: is_open(at) if clock.trusted() else None


class DateBook(Protocol):
    """The ledger, as far as wrong dates go."""

    def redate(self, *, first: float, before: float, by: float) -> int:
        """Move every time in a span by so many seconds; how many rows."""


class Redater:
    """keep() is called once a minute in the watch's thread, before anything that counts on dates.

    Only what this run wrote, before this program existed by its dates, is set right: from one CMOS reset to the next
    the same dates return, and how far off an earlier run was is not known any more.
    """

    def __init__(self, book: DateBook, *, wall: Callable[[], float]) -> None:
        self._book = book
        self._began, self._skew = wall(), clock.skew_seconds()

    def keep(self) -> None:
        """Where the clock was set meanwhile, move what was written under the wrong date along."""
        by = clock.skew_seconds() - self._skew
        if abs(by) <= _JUMP_SECONDS:
            return
        if self._began < clock.RELEASE_EPOCH_SECONDS:
            try:
                count = self._book.redate(first=self._began, before=clock.RELEASE_EPOCH_SECONDS, by=by)
            except OSError as error:
                log.warning("wrong dates could not be set right, the next minute tries again: %s", clean(str(error)))
                return
            log.info("the clock was set: %d dates were moved by %.0f s", count, by)
        self._began += by
        self._skew += by
