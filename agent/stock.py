"""Keeps stock: what devices take from it, and a ticket for what runs short."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence

from agent.clock import Clock
from agent.config import Config
from agent.names import STOCK_AMOUNT, STOCK_DAYS_LEFT, STOCK_LOW
from agent.usage import Meter
from agent.view import Panel
from alerts.incident import Addressee
from alerts.ledger import Ledger
from alerts.levels import Supply
from alerts.manner import midnight
from alerts.office import Office
from alerts.stock import Count, Item, Level, detail, level, was_filled
from probes.reading import Sample
from probes.text import clean

log = logging.getLogger("jagaloket.stock")

Seen = Callable[[], Mapping[Supply, Sequence[tuple[float, float]]]]
"""How supplies went down: by supply (UTC epoch seconds, share left), oldest first."""


class StockKeeper:
    """Called once a minute in the watch's thread; samples() and levels() may be called from any.

    told: called when there is a letter to send. seen: how devices' supplies went down. replaced: when a supply was
    last replaced, by device. believed: whether the PC's clock is.
    """

    def __init__(  # noqa: PLR0913 - what it watches, and whom it tells
        self,
        panel: Panel,
        book: Ledger,
        clock: Clock,
        *,
        told: Callable[[], None],
        seen: Seen,
        replaced: Callable[[], Mapping[str, float]],
        believed: Callable[[float], bool],
    ) -> None:
        self._panel, self._book, self._clock, self._told = panel, book, clock, told
        self._seen, self._replaced, self._believed = seen, replaced, believed
        self._office, self._items = Office(), tuple[Item, ...]()
        self._addressees: Sequence[Addressee] = ()
        self._meters: dict[str, Meter] = {}
        self._taken: dict[str, float] = {}
        self._changed: dict[str, float] | None = None
        self._levels: dict[str, Level] = {}
        self._counted: dict[str, tuple[tuple[int, float, float] | None, Sequence[Count]]] = {}
        """Counts as they were read last, with their stamp: they change rarely."""

    def take(self, config: Config, addressees: Sequence[Addressee]) -> None:
        """Keep this configuration's stock from now on."""
        self._office, self._items, self._addressees = config.office, config.stock, addressees

    def keep(self) -> None:
        """Look at all items once. What cannot be written is written at the next call."""
        self._measure()
        now = self._clock.wall()
        try:
            if self._items and self._believed(now):
                self._keep(now)
        except OSError as error:
            log.warning("stock could not be kept, the next minute tries again: %s", clean(str(error), 200))

    def levels(self) -> Mapping[str, Level]:
        """How each item stands, by its id."""
        return self._levels

    def samples(self) -> Iterator[Sample]:
        """Amounts and days left, for the metrics page."""
        for name, known in self._levels.items():
            low = None if known.amount is None else float(known.low)
            told = ((STOCK_AMOUNT, known.amount), (STOCK_LOW, low), (STOCK_DAYS_LEFT, known.days_left))
            for metric, value in told:
                if value is not None:
                    yield Sample(metric=metric, value=value, labels=(clean(name),))

    def _measure(self) -> None:
        """What devices took since the last call; in memory."""
        wanted = {name for item in self._items for name in item.takes}
        used: dict[str, Mapping[str, float]] = {}
        for view in self._panel.views():
            if view.device.id in wanted and view.success and view.reading is not None:
                used[view.device.id] = self._meters.setdefault(view.device.id, Meter()).look(view.reading).used
        changed = self._replacements()
        for item in self._items:
            taken = sum(
                changed.count(name) if what == "replaced" else used.get(name, {}).get(what, 0.0)
                for name, what in item.takes.items()
            )
            if taken:
                self._taken[item.id] = self._taken.get(item.id, 0.0) + taken

    def _replacements(self) -> list[str]:
        """The devices at which a supply was replaced since the last call; those of before the start are known."""
        now = dict(self._replaced())
        before, self._changed = self._changed, now
        return [] if before is None else [name for name, at in now.items() if at > before.get(name, 0.0)]

    def _keep(self, now: float) -> None:
        for name, taken in list(self._taken.items()):
            self._book.stock.take(name, taken, at=now, since=midnight(self._office, now))
            del self._taken[name]
        levels = {}
        for item in self._items:
            counts = self._counts(item)
            levels[item.id] = level(item, counts, self._office, now)
            self._ticket(item, levels[item.id], counts, now)
        for name in set(self._book.stock.shortages()) - levels.keys():
            self._book.stock.recover(name, now=now)  # it is no longer kept
        self._levels = levels

    def _ticket(self, item: Item, known: Level, counts: Sequence[Count], now: float) -> None:
        if known.low:
            letter = self._book.stock.run_short(
                item,
                detail(item, known),
                empty=known.amount == 0,
                addressees=self._addressees,
                policy=self._book.policy,
                now=now,
            )
            if letter:
                self._told()
            return
        standing = self._book.stock.shortage(item.id)
        if standing is not None and was_filled(counts, standing[1]):
            self._book.stock.recover(item.id, now=now)

    def _counts(self, item: Item) -> Sequence[Count]:
        if not item.device:
            stamp = self._book.stock.stamp(item.id)
            known = self._counted.get(item.id)
            if known is None or known[0] != stamp:
                known = self._counted[item.id] = (stamp, self._book.stock.counts(item.id))
            return known[1]
        for supply, kept in self._seen().items():
            if item.is_of(supply):
                return [Count(at=at, amount=round(share * 100, 1)) for at, share in kept]
        return ()
