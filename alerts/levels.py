"""The levels of supplies as they changed, so that their pace can be told."""

from collections.abc import Mapping

from alerts.store import Store
from probes.text import SafeText, clean

KEPT_LEVELS = 400
"""So many changes are kept of each supply: some two years of a toner that falls a percent a day or two."""

Supply = tuple[SafeText, SafeText, SafeText, SafeText]
"""Device, and the supply's name, colour and type."""


class Levels:
    """The store's table of levels. Each method that writes is one transaction; all raise OSError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def record(self, supply: Supply, ratio: float, at: float) -> None:
        """A supply's level changed. ratio: share left; at: UTC epoch seconds."""
        key = tuple(map(clean, supply))
        with self._store.transaction() as connection:
            connection.execute("INSERT INTO supply_level VALUES (?, ?, ?, ?, ?, ?)", (*key, at, ratio))
            connection.execute(
                "DELETE FROM supply_level WHERE (device, supply, colour, type) = (?, ?, ?, ?) AND rowid <= ("
                "SELECT rowid FROM supply_level WHERE (device, supply, colour, type) = (?, ?, ?, ?) "
                "ORDER BY rowid DESC LIMIT 1 OFFSET ?)",
                (*key, *key, KEPT_LEVELS),
            )

    def all(self) -> Mapping[Supply, list[tuple[float, float]]]:
        """Every supply's levels as (UTC epoch seconds, share left), in the order in which they were seen."""
        found: dict[Supply, list[tuple[float, float]]] = {}
        with self._store.reading() as connection:
            for row in connection.execute("SELECT * FROM supply_level ORDER BY rowid"):
                key = (clean(row["device"]), clean(row["supply"]), clean(row["colour"]), clean(row["type"]))
                found.setdefault(key, []).append((row["at"], row["ratio"]))
        return found
