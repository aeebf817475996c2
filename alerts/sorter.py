"""Decides what becomes of letters that wait: held, sent alone, or told together. Pure but for its clock."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from alerts.arrange import Order, Waiting
from alerts.ledger import Ledger
from alerts.manner import Manner, earliest, midnight
from alerts.office import Office

MOST_ALONE = 3
"""So many tickets that are due at once come as letters of their own; more come as one."""


class Sorter:
    """One channel's letters. manners: by address. clock: UTC epoch seconds.

    settling: for how many seconds letters about a fault wait, by its code, since its cause may show a little later.
    trusted: whether that clock is right; a wrong one holds no letter back.
    """

    def __init__(  # noqa: PLR0913 - what holds a letter back has as many sides
        self,
        channel: str,
        manners: Mapping[str, Manner],
        office: Office,
        clock: Callable[[], float],
        settling: Mapping[str, float] = MappingProxyType({}),
        *,
        trusted: Callable[[], bool] = lambda: True,
    ) -> None:
        self._channel, self._manners, self._office, self._clock = channel, manners, office, clock
        self._settling, self._trusted = settling, trusted

    def __call__(self, ledger: Ledger) -> None:
        """Arrange what waits now. Raises OSError when the store cannot be used."""
        ledger.notices.arrange(self._channel, self._decide)

    def _decide(self, address: str, rows: Sequence[Waiting], sent: Callable[[float], int]) -> Mapping[int, Order]:
        now, manner = self._clock(), self._manners.get(address, Manner())
        trusted = self._trusted()
        sent_today = sent(midnight(self._office, now))
        orders: dict[int, Order] = {}
        ripe = []
        for row in rows:
            at = now
            if trusted:
                at = earliest(manner, self._office, created=row.created, now=now, sent_today=sent_today)
            at = max(at, settled(row, self._settling, now))
            orders[row.id] = (at if at > now else 0.0, None)
            if at <= now:
                ripe.append(row)
        alone = 1 if manner.digest or self._office.is_open(now) is False else MOST_ALONE
        return orders | {row: (0.0, carrier) for row, carrier in folded(ripe, alone).items()}


class Pause:
    """Another channel's rows: nothing is folded, and nothing waits but for its cause. clock, settling: as in Sorter."""

    def __init__(self, channel: str, settling: Mapping[str, float], clock: Callable[[], float]) -> None:
        self._channel, self._settling, self._clock = channel, settling, clock

    def __call__(self, ledger: Ledger) -> None:
        """Arrange what waits now. Raises OSError when the store cannot be used."""
        ledger.notices.arrange(self._channel, self._decide)

    def _decide(self, address: str, rows: Sequence[Waiting], sent: Callable[[float], int]) -> Mapping[int, Order]:
        del address, sent
        now = self._clock()
        moments = {row.id: settled(row, self._settling, now) for row in rows}
        return {row: (at if at > now else 0.0, None) for row, at in moments.items()}


def settled(row: Waiting, settling: Mapping[str, float], now: float) -> float:
    """From when on it may be told; a clock that was set back lets nothing wait."""
    wait = settling.get(row.code, 0.0)
    return row.created + wait if now - wait < row.created <= now else now


def folded(rows: Sequence[Waiting], alone: int) -> Mapping[int, int]:
    """Which rows are told by which: those of one ticket by its last; of more tickets than alone, all by the last."""
    last: dict[str, int] = {row.ticket: row.id for row in rows}
    if len(last) > alone:
        last = dict.fromkeys(last, rows[-1].id)
    return {row.id: last[row.ticket] for row in rows if row.id != last[row.ticket]}
