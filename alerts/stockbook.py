"""The store's table of stock, and the tickets of what runs short. One transaction a method."""

import sqlite3
from collections.abc import Callable, Sequence

from alerts import planned, rows, work
from alerts.incident import STOCK, STOCK_LOW, Addressee
from alerts.policy import TicketPolicy
from alerts.stock import Count, Item
from alerts.store import Store
from probes.reading import Device, Fault, Severity
from probes.text import clean

KEPT_COUNTS = 400
"""So many counts are kept of each item; what devices took in one day is one."""
MOST = 1e9


class StockBook:
    """Stock in the store. All methods raise OSError when it cannot be used."""

    def __init__(self, store: Store, number: Callable[[sqlite3.Connection, float], str]) -> None:
        self._store, self._number = store, number

    def counts(self, item: str) -> list[Count]:
        """An item's counts, oldest first."""
        with self._store.reading() as connection:
            found = connection.execute("SELECT * FROM stock WHERE item = ? ORDER BY id", (clean(item),)).fetchall()
        return [_count(row) for row in found]

    def stamp(self, item: str) -> tuple[int, float, float] | None:
        """Differs after each change of an item's counts; None before the first."""
        with self._store.reading() as connection:
            row = connection.execute(
                "SELECT id, at, amount FROM stock WHERE item = ? ORDER BY id DESC LIMIT 1", (clean(item),)
            ).fetchone()
        return None if row is None else (row["id"], row["at"], row["amount"])

    def put(self, item: str, amount: float, who: str, note: str = "", *, at: float) -> float:
        """Somebody counted so many. Returns what is noted. Raises ValueError for what cannot be in stock."""
        with self._store.transaction() as connection:
            return _write(connection, item, amount, (who, note), at)

    def change(self, item: str, by: float, who: str, note: str = "", *, at: float) -> float:
        """Some were taken (below 0) or came in. Returns what is left, never below 0.

        Raises LookupError when nobody has counted the item yet, ValueError for a nonsensical number.
        """
        with self._store.transaction() as connection:
            return _write(connection, item, _last(connection, item)["amount"] + by, (who, note), at)

    def take(self, item: str, used: float, *, at: float, since: float) -> bool:
        """A device took some. All that is taken after since (today's midnight) is one count. False: never counted."""
        with self._store.transaction() as connection:
            try:
                last = _last(connection, item)
            except LookupError:
                return False
            left = max(0.0, last["amount"] - used)
            if last["author"] == work.AGENT and since <= last["at"] <= at:
                connection.execute("UPDATE stock SET amount = ?, at = ? WHERE id = ?", (left, at, last["id"]))
            else:
                _write(connection, item, left, (work.AGENT, ""), at)
        return True

    def shortage(self, item: str) -> tuple[str, float, bool] | None:
        """The ticket of an item's present shortage, closed or not: number, when opened, whether refused; or None."""
        with self._store.reading() as connection:
            return _standing(connection, item)

    def run_short(  # noqa: PLR0913 - what, for whom and when
        self, item: Item, detail: str, *, empty: bool, addressees: Sequence[Addressee], policy: TicketPolicy, now: float
    ) -> bool:
        """An item runs short: its ticket, or what has become worse on it. True when there is a letter to send."""
        severity = Severity.DEGRADED if empty else Severity.NOTICE
        with self._store.transaction() as connection:
            known = _standing(connection, item.id)
            if known is None:
                fault = Fault(code=STOCK_LOW, severity=severity, actor=item.actor, detail=clean(detail))
                desk = planned.Desk(number=self._number, policy=policy, addressees=addressees, now=now)
                planned.open_one(connection, desk, device(item), fault)
                return True
            connection.execute(
                "UPDATE ticket SET severity = ?, detail = ? WHERE number = ? AND (severity, detail) != (?, ?)",
                (severity, clean(detail), known[0], severity, clean(detail)),
            )
        return False

    def recover(self, item: str, *, now: float) -> bool:
        """An item was filled up. True when it had a ticket; desks and addressees hear of it within a minute."""
        with self._store.transaction() as connection:
            known = _standing(connection, item)
            if known is None:
                return False
            connection.execute(
                "UPDATE ticket SET recovered = ?, owes = 1, status = CASE status WHEN 'closed' THEN status "
                "ELSE 'recovered' END WHERE number = ?",
                (now, known[0]),
            )
            work.add_note(connection, known[0], at=now, author=work.AGENT, text="filled")
        return True

    def shortages(self) -> list[str]:
        """The items that have a ticket for a present shortage."""
        with self._store.reading() as connection:
            found = connection.execute(
                "SELECT DISTINCT device FROM ticket WHERE kind = ? AND recovered IS NULL", (STOCK,)
            )
            return [str(row["device"]).removeprefix(f"{STOCK}-") for row in found]


def device(item: Item) -> Device:
    """What stands in a ticket's place of a device."""
    return Device(id=f"{STOCK}-{item.id}", kind=STOCK, label=clean(item.name), role=STOCK)


def _standing(connection: sqlite3.Connection, item: str) -> tuple[str, float, bool] | None:
    row = connection.execute(
        "SELECT number, opened, wont_fix FROM ticket WHERE device = ? AND recovered IS NULL ORDER BY id DESC LIMIT 1",
        (f"{STOCK}-{clean(item)}",),
    ).fetchone()
    return None if row is None else (str(row["number"]), float(row["opened"]), bool(row["wont_fix"]))


def _last(connection: sqlite3.Connection, item: str) -> sqlite3.Row:
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM stock WHERE item = ? ORDER BY id DESC LIMIT 1", (clean(item),)
    ).fetchone()
    if row is None:
        msg = f"{clean(item)} was never counted; count it first: jagaloket stock set {clean(item)} NUMBER"
        raise LookupError(msg)
    return row


def _write(connection: sqlite3.Connection, item: str, amount: float, said: tuple[str, str], at: float) -> float:
    if not amount <= MOST:  # also refuses what is no number
        msg = f"amount: must be 0 to {MOST:.0f}"
        raise ValueError(msg)
    who, note = said
    left = max(0.0, amount)
    connection.execute(
        "INSERT INTO stock (item, at, amount, author, note) VALUES (?, ?, ?, ?, ?)",
        (clean(item), at, left, clean(who), clean(note, rows.NOTE_LIMIT_BYTES)),
    )
    connection.execute(
        "DELETE FROM stock WHERE item = ? AND id <= "
        "(SELECT id FROM stock WHERE item = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
        (clean(item), clean(item), KEPT_COUNTS),
    )
    return left


def _count(row: sqlite3.Row) -> Count:
    return Count(
        at=rows.moment(row["at"]) or 0.0,
        amount=row["amount"],
        who=clean(row["author"]),
        note=clean(row["note"], rows.NOTE_LIMIT_BYTES),
    )
