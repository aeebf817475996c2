"""Which months' reports were mailed: each once, whatever happens in between."""

import sqlite3
from collections.abc import Callable, Sequence

from alerts import postbox, work
from alerts.incident import REPORT, Action, Addressee, Context
from alerts.store import Store
from probes.reading import Actor, Device, Fault, Severity
from probes.text import clean

CODE = "monthly-report"
_KEY = "report-mailed"


class Monthly:
    """The store, as far as mailed reports go. number: gives the next ticket's. All methods raise OSError."""

    def __init__(self, store: Store, number: Callable[[sqlite3.Connection, float], str]) -> None:
        self._store, self._number = store, number

    def last(self) -> str:
        """The last month that was dealt with, as 2026-10; "" when none was."""
        with self._store.reading() as connection:
            row = connection.execute("SELECT value FROM meta WHERE key = ?", (_KEY,)).fetchone()
        return str(clean(row[0])) if row is not None else ""

    def skip(self, month: str) -> None:
        """Nothing is to be mailed for this month."""
        with self._store.transaction() as connection:
            _set(connection, month)

    def post(self, month: str, label: str, addressees: Sequence[Addressee]) -> bool:
        """Put a month's report into the outbox, in one transaction with the note that it was. False: it was already.

        label: what people call it; the ticket that carries it is closed from the start.
        """
        now = self._store.clock()
        device = Device(id=f"{REPORT}-{month}", kind=REPORT, label=clean(label), role=REPORT)
        fault = Fault(code=CODE, severity=Severity.NOTICE, actor=Actor.COUNTER)
        with self._store.transaction() as connection:
            row = connection.execute("SELECT value FROM meta WHERE key = ?", (_KEY,)).fetchone()
            if row is not None and row[0] >= month:
                return False
            number = self._number(connection, now)
            work.insert(connection, number, device, fault, since=now, context=Context())
            connection.execute("UPDATE ticket SET status = 'closed', closed = ? WHERE number = ?", (now, number))
            postbox.enqueue(connection, number, Action.OPENED, addressees, at=now)
            _set(connection, month)
        return True


def _set(connection: sqlite3.Connection, month: str) -> None:
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_KEY, month))
