"""How each item in stock stands, for pages and the command line. A view, it stores nothing."""

from collections.abc import Sequence

from agent.config import Config
from alerts.ledger import Ledger
from alerts.stock import Count, Item, Level, level


def lines_of(config: Config, book: Ledger, now: float) -> Sequence[tuple[Item, Level]]:
    """Every item and how it stands."""
    return [(item, level(item, counts(item, book), config.office, now)) for item in config.stock]


def counts(item: Item, book: Ledger) -> Sequence[Count]:
    """An item's counts, oldest first; of a device's supply its levels in percent."""
    if not item.device:
        return book.stock.counts(item.id)
    for supply, kept in book.levels.all().items():
        if item.is_of(supply):
            return [Count(at=at, amount=round(share * 100, 1)) for at, share in kept]
    return ()
