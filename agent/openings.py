"""When the office opens and closes next: told ahead, so that others know its hours while this PC is silent.

Beside it the PC's clock, by which they see whether its days can be believed.
"""

from collections.abc import Callable, Iterator

from agent import names
from alerts.office import Office
from probes.reading import Sample
from probes.text import SafeText

STRETCHES = 3
"""So long others can judge this PC's silence by what it said before. With a break at noon the third is always another
working day's: whatever holidays lie between, they know when the office opens after them. A thousand PCs tell these."""
_KEPT_SECONDS = 3_600.0
_FAR_SECONDS = 40 * 86_400.0


def openings(office: Office, epoch: float, count: int = STRETCHES) -> tuple[tuple[float, float], ...]:
    """The stretches of opening time that have not ended, the present one first; UTC epoch seconds.

    () without hours. A stretch whose end is not in sight ends after 40 days.
    """
    moment = office.local(epoch)
    at = moment.replace(hour=0, minute=0, second=0, microsecond=0, fold=0).timestamp()
    begun = at if office.is_open(at) else None
    found: list[tuple[float, float]] = []
    while len(found) < count:
        changes = office.next_change(at)
        if changes is None:
            break
        if begun is not None and changes > epoch:
            found.append((begun, changes))
        begun = changes if begun is None else None
        at = changes
    if begun is not None and len(found) < count:
        found.append((begun, at + _FAR_SECONDS))
    return tuple(found)


class Openings:
    """The metrics about them; looked up in the calendar once an hour, and whenever a stretch has ended.

    clock: UTC epoch seconds.
    """

    def __init__(self, office: Office, clock: Callable[[], float]) -> None:
        self._office, self._clock = office, clock
        self._known: tuple[tuple[float, float], ...] = ()
        self._looked = self._stale = float("-inf")

    def samples(self) -> Iterator[Sample]:
        """The clock, and each stretch by its number, 0 for the present or next one."""
        now = self._clock()
        yield Sample(metric=names.TIME, value=now)
        if not self._looked <= now < self._stale:
            self._known = openings(self._office, now)
            self._looked = now
            self._stale = min([now + _KEPT_SECONDS, *(closes for _, closes in self._known)])
        for number, (opens, closes) in enumerate(self._known):
            label = (SafeText(str(number)),)
            yield Sample(metric=names.OFFICE_OPENS, value=opens, labels=label)
            yield Sample(metric=names.OFFICE_CLOSES, value=closes, labels=label)
