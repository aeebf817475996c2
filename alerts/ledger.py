"""The ledger: incidents, tickets and states on disk. What a method returned is there after a power cut.

One instance per thread. Each method that writes is one transaction; all raise OSError when the store cannot
be used (full disk, damage), and nothing has changed then.
"""

import sqlite3
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from alerts import notices, rows, work
from alerts.incident import Action, Addressee, Incident, Status, Ticket
from alerts.levels import Levels
from alerts.notices import Notices
from alerts.salvage import Salvage
from alerts.store import Store
from probes.reading import Device, Fault, Severity, State
from probes.text import clean

HISTORY_ROWS = 20_000
_PREFIX = "JL"


class Ledger:
    """The store of incidents and tickets, open for one thread.

    salvage: what was done to a damaged store on opening; None when it was sound.
    notices: the outbox's rows, for its worker. levels: how supplies went down.
    """

    def __init__(self, store: Store, zone: tzinfo) -> None:
        self._store, self._zone = store, zone
        self.notices = Notices(store)
        self.levels = Levels(store)

    @classmethod
    def open(
        cls, path: Path, *, clock: Callable[[], float] = time.time, zone: tzinfo = UTC, check: bool = True
    ) -> "Ledger":
        """Open the store, and make it where there is none.

        clock: UTC epoch seconds. zone: the office's, for the year in a ticket's number. check: read the whole
        store once and repair it if it is damaged; for the agent's first opening, others may spare it.
        Raises OSError when the store cannot be used, ValueError when a newer version wrote it.
        """
        return cls(Store(path, clock=clock, check=check), zone)

    @property
    def salvage(self) -> Salvage | None:
        """What was done to a damaged store on opening."""
        return self._store.salvage

    def shut(self) -> None:
        """Give the files back; close() closes a ticket."""
        self._store.close()

    def standing(self) -> tuple[Incident, ...]:
        """The incidents that have not ended, oldest first."""
        with self._store.reading() as connection:
            found = connection.execute(
                f"SELECT {rows.INCIDENT_COLUMNS} FROM incident WHERE ended IS NULL ORDER BY id"  # noqa: S608 - a constant
            ).fetchall()
        return tuple(map(rows.incident, found))

    def begin(self, device: Device, fault: Fault, *, since: float, addressees: Sequence[Addressee]) -> Ticket:
        """An incident begins: incident, ticket and notices. Returns the ticket, the old one if it stands already.

        since: UTC epoch seconds of the fault's first sign.
        """
        with self._store.transaction() as connection:
            known = _standing(connection, device.id, fault.code, fault.part)
            if known is not None:
                return work.read(connection, known["ticket"])
            number = self._number(connection, since)
            work.insert(connection, number, device, fault, since)
            connection.execute(
                "INSERT INTO incident (device, code, part, severity, actor, detail, started, ticket) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (clean(device.id), *work.fault_values(fault), since, number),
            )
            notices.enqueue(connection, number, Action.OPENED, addressees, at=self._store.clock())
            return work.read(connection, number)

    def end(self, device: str, code: str, part: str, *, at: float, addressees: Sequence[Addressee]) -> Ticket | None:
        """An incident ends; its ticket is recovered unless somebody closed it. None when no such incident stands.

        at: UTC epoch seconds. Those who were told of the start are told of the end.
        """
        with self._store.transaction() as connection:
            known = _standing(connection, device, code, part)
            if known is None:
                return None
            number = known["ticket"]
            connection.execute("UPDATE incident SET ended = ? WHERE id = ?", (at, known["id"]))
            connection.execute(
                "UPDATE ticket SET recovered = ?, status = CASE status WHEN 'closed' THEN status ELSE 'recovered' END "
                "WHERE number = ?",
                (at, number),
            )
            work.add_note(connection, number, at=at, author=work.AGENT, text=work.RECOVERED)
            told = notices.told(connection, number, addressees)
            notices.enqueue(connection, number, Action.RECOVERED, told, at=self._store.clock())
            return work.read(connection, number)

    def record_state(self, device: str, state: State, at: float) -> None:
        """A device's state changed. at: UTC epoch seconds. The newest HISTORY_ROWS changes are kept."""
        with self._store.transaction() as connection:
            connection.execute("INSERT INTO history (device, state, at) VALUES (?, ?, ?)", (clean(device), state, at))
            connection.execute("DELETE FROM history WHERE id <= (SELECT max(id) FROM history) - ?", (HISTORY_ROWS,))
            connection.execute("INSERT OR REPLACE INTO device_state VALUES (?, ?, ?)", (clean(device), state, at))

    def last_states(self) -> Mapping[str, tuple[State, float]]:
        """Each device's last state and since when (UTC epoch seconds)."""
        with self._store.reading() as connection:
            found = connection.execute("SELECT device, state, at FROM device_state").fetchall()
        return {row["device"]: (State(row["state"]), row["at"]) for row in found if row["state"] in set(State)}

    def tickets(self, statuses: Collection[Status] | None = None, limit: int = 100) -> tuple[Ticket, ...]:
        """Tickets without their notes, newest first. statuses: only these; None: all."""
        with self._store.reading() as connection:
            return work.latest(connection, list(Status) if statuses is None else statuses, limit)

    def ticket(self, number: str) -> Ticket:
        """One ticket with its notes. Raises LookupError when there is none."""
        with self._store.reading() as connection:
            return work.read(connection, number)

    def take(self, number: str, who: str) -> Ticket:
        """Somebody takes a ticket up. Raises LookupError, or ValueError when it is recovered or closed."""
        with self._store.transaction() as connection:
            return work.take(connection, number, who, at=self._store.clock())

    def note(self, number: str, who: str, text: str) -> Ticket:
        """Somebody writes a note. Raises LookupError, or ValueError when it is empty."""
        with self._store.transaction() as connection:
            return work.write_note(connection, number, who, text, at=self._store.clock())

    def close(self, number: str, who: str, text: str = "") -> Ticket:
        """Somebody closes a ticket; its incident may stand on. Raises LookupError, or ValueError when closed."""
        with self._store.transaction() as connection:
            return work.close(connection, number, who, text, at=self._store.clock())

    def reopen(self, number: str, who: str, text: str = "") -> Ticket:
        """Somebody opens a closed or recovered ticket again. Raises LookupError, or ValueError when it is open."""
        with self._store.transaction() as connection:
            return work.reopen(connection, number, who, text, at=self._store.clock())

    def ticket_counts(self) -> Mapping[tuple[Status, Severity], int]:
        """How many tickets there are of each status and severity; what does not occur is left out."""
        with self._store.reading() as connection:
            return work.counts(connection)

    def outbox_counts(self) -> Mapping[tuple[str, str], int]:
        """How many notices there are, by channel and state."""
        return self.notices.counts()

    def outbox_totals(self) -> Mapping[tuple[str, str], int]:
        """How many notices were ever "sent" or "dead", by channel; survives restarts."""
        return self.notices.totals()

    def outbox_oldest(self) -> Mapping[str, float]:
        """Age of the oldest notice that still waits, in seconds, by channel; a channel without one is left out."""
        return self.notices.oldest()

    def outbox_oldest_seconds(self) -> float:
        """Age of the oldest notice that still waits; 0 when none does."""
        return self.notices.oldest_seconds()

    def _number(self, connection: sqlite3.Connection, since: float) -> str:
        """The next number of the year in which the fault began, in the office's zone."""
        year = datetime.fromtimestamp(since, self._zone).year
        serial = connection.execute(
            "INSERT INTO meta VALUES (?, '1') ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1 "
            "RETURNING value",
            (f"serial-{year}",),
        ).fetchone()[0]
        return f"{_PREFIX}-{year:04}-{int(serial):04}"


def _standing(connection: sqlite3.Connection, device: str, code: str, part: str) -> sqlite3.Row | None:
    found: sqlite3.Row | None = connection.execute(
        "SELECT id, ticket FROM incident WHERE device = ? AND code = ? AND part = ? AND ended IS NULL",
        (clean(device), clean(code), clean(part)),
    ).fetchone()
    return found
