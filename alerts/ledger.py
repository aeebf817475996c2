"""The ledger: incidents, tickets and states on disk. What a method returned is there after a power cut.

One instance per thread. Each method that writes is one transaction; all raise OSError when the store cannot
be used (full disk, damage), and nothing has changed then.
"""

import math
import sqlite3
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from alerts import chronicle, life, outages, owed, redate, rows, steps, work
from alerts.archive import Archive
from alerts.chronicle import Chronicle
from alerts.deskbook import DeskBook
from alerts.incident import Addressee, Context, Incident, Key, Status, Ticket
from alerts.levels import Levels
from alerts.life import Case
from alerts.monthly import Monthly
from alerts.notices import Notices
from alerts.outages import Outages
from alerts.policy import HOUR_SECONDS, PLAIN, TicketPolicy
from alerts.salvage import Salvage
from alerts.stockbook import StockBook
from alerts.store import Store
from alerts.upkeep import Upkeep
from probes.reading import Device, Fault, Severity, State
from probes.text import clean

NO_CONTEXT = Context()
_PREFIX = "JL"
_FIRST_YEAR = 2026
"""This program did not exist before: such a clock is wrong."""


class Ledger:
    """The store of incidents and tickets, open for one thread.

    salvage: what was done to a damaged store on opening; None when it was sound.
    notices: the outbox's rows, for its worker. levels: how supplies went down.
    outages: the times without a way out. upkeep: regular work, done and due. stock: what is in stock.
    desks: where desks keep the tickets. chronicle, archive: how it was, for reports.
    monthly: which reports were mailed. policy: how tickets live.
    """

    def __init__(self, store: Store, zone: tzinfo, policy: TicketPolicy = PLAIN) -> None:
        self._store, self._zone, self.policy = store, zone, policy
        self.notices = Notices(store)
        self.levels = Levels(store)
        self.outages = Outages(store)
        self.upkeep = Upkeep(store, self._number)
        self.chronicle = Chronicle(store)
        self.desks = DeskBook(store)
        self.stock = StockBook(store, self._number)
        self.archive = Archive(store)
        self.monthly = Monthly(store, self._number)

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        clock: Callable[[], float] = time.time,
        zone: tzinfo = UTC,
        check: bool = True,
        policy: TicketPolicy = PLAIN,
    ) -> "Ledger":
        """Open the store, and make it where there is none.

        clock: UTC epoch seconds. zone: the office's, for the year in a ticket's number. check: read the whole
        store once and repair it if it is damaged; for the agent's first opening, others may spare it.
        policy: how tickets live.
        Raises OSError when the store cannot be used, ValueError when a newer version wrote it.
        """
        return cls(Store(path, clock=clock, check=check), zone, policy)

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

    def ticket_of(self, key: Key) -> Ticket | None:
        """The ticket, with its notes, on which an incident of that key stands; None when none does."""
        with self._store.reading() as connection:
            known = life.standing(connection, key)
            return None if known is None else work.read(connection, known["ticket"])

    def begin(
        self,
        device: Device,
        fault: Fault,
        *,
        since: float,
        addressees: Sequence[Addressee],
        context: Context = NO_CONTEXT,
    ) -> Ticket:
        """An incident begins: incident, ticket and notices. Returns the ticket, the old one if it stands already.

        since: UTC epoch seconds of the fault's first sign. A symptom goes onto its cause's ticket and tells nobody.
        """
        case = Case(device=device, fault=fault, since=since, context=context)
        with self._store.transaction() as connection:
            known = life.standing(connection, case.key)
            if known is None:
                return work.read(connection, self._write(connection, case, addressees))
            return work.read(connection, known["ticket"])

    def rehome(
        self, device: Device, fault: Fault, *, addressees: Sequence[Addressee], context: Context = NO_CONTEXT
    ) -> Ticket | None:
        """A standing incident gets another ticket: its cause's, or without a cause one of its own.

        Returns the ticket; None when it stays where it is: people know its ticket already, or it does not stand.
        """
        with self._store.transaction() as connection:
            known = life.standing(connection, (device.id, fault.code, fault.part))
            if known is None:
                return None
            case = Case(device=device, fault=fault, since=known["started"], context=context)
            root = life.cause(connection, context.cause)
            if known["cause"] is None:
                if root is None or not life.merge(connection, known, root, self._store.clock()):
                    return None
                life.join(connection, case, root["ticket"], self._store.clock())
                return work.read(connection, root["ticket"])
            connection.execute("DELETE FROM incident WHERE id = ?", (known["id"],))
            number = self._write(connection, case, addressees)
            outages.go_on(connection, case.key, known)
            return work.read(connection, number)

    def end(self, device: str, code: str, part: str, *, at: float, addressees: Sequence[Addressee]) -> Ticket | None:
        """An incident ends; its ticket is recovered unless somebody closed it. None when no such incident stands.

        at: UTC epoch seconds. Those who were told of the start are told of the end.
        """
        with self._store.transaction() as connection:
            known = life.standing(connection, (device, code, part))
            if known is None:
                return None
            if life.end(connection, known, at):
                owed.settle(connection, known["ticket"], addressees, self.policy, now=self._store.clock())
            return work.read(connection, known["ticket"])

    def unstable(self, key: Key, changes: int) -> None:
        """A standing incident comes and goes all the time. changes: how often since it does; 0: it is steady again."""
        with self._store.transaction() as connection:
            steps.unstable(connection, key, changes, at=self._store.clock())

    def attend(self, addressees: Sequence[Addressee], *, is_open: bool = True) -> bool:
        """What time brings: letters that had to wait, and tickets that nobody took up. True when there is more to send.

        is_open: the office is; outside its hours nothing is told again.
        """
        now = self._store.clock()
        with self._store.reading() as connection:
            waiting = owed.owing(connection)
            late = steps.late(connection, self.policy, now) if is_open else []
        if not waiting and not late:
            return False
        with self._store.transaction() as connection:
            for number in waiting:
                owed.settle(connection, number, addressees, self.policy, now=now)
            for number, count in late:
                steps.escalate(connection, number, count, addressees, policy=self.policy, now=now)
        return True

    def redate(self, *, first: float, before: float, by: float) -> int:
        """The clock was set: move what was written from one time on and before another. Returns how many dates."""
        with self._store.transaction() as connection:
            return redate.redate(connection, first=first, before=before, by=by)

    def record_state(self, device: str, state: State, at: float) -> None:
        """A device's state changed. at: UTC epoch seconds."""
        with self._store.transaction() as connection:
            chronicle.write(connection, device, state, at)
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

    def close(self, number: str, who: str, text: str = "", *, wont_fix: bool = False) -> Ticket:
        """Somebody closes a ticket; its incident may stand on. Raises LookupError, or ValueError when closed."""
        with self._store.transaction() as connection:
            return work.close(connection, number, who, text, at=self._store.clock(), wont_fix=wont_fix)

    def reopen(self, number: str, who: str, text: str = "") -> Ticket:
        """Somebody opens a closed or recovered ticket again. Raises LookupError, or ValueError when it is open."""
        with self._store.transaction() as connection:
            return work.reopen(connection, number, who, text, at=self._store.clock())

    def ticket_counts(self) -> Mapping[tuple[Status, Severity], int]:
        """How many tickets there are of each status and severity; what does not occur is left out."""
        with self._store.reading() as connection:
            return work.counts(connection)

    def _write(self, connection: sqlite3.Connection, case: Case, addressees: Sequence[Addressee]) -> str:
        """A case that does not stand yet: onto its cause's ticket or one of its own, whose number is returned."""
        now, root = self._store.clock(), life.cause(connection, case.context.cause)
        if root is not None:
            life.join(connection, case, root["ticket"], now)
            life.write_incident(connection, case, root["ticket"], root["id"])
            return str(root["ticket"])
        number = life.of_its_own(
            connection,
            case,
            returned_after=now - self.policy.reopen_hours * HOUR_SECONDS if self.policy.reopen_hours else math.inf,
            number=lambda: self._number(connection, case.since),
            now=now,
        )
        life.write_incident(connection, case, number, None)
        owed.settle(connection, number, addressees, self.policy, now=now)
        return number

    def _number(self, connection: sqlite3.Connection, since: float) -> str:
        """The next number of the year in which the fault began, in the office's zone."""
        year = max(_FIRST_YEAR, datetime.fromtimestamp(since, self._zone).year)
        serial = connection.execute(
            "INSERT INTO meta VALUES (?, '1') ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1 "
            "RETURNING value",
            (f"serial-{year}",),
        ).fetchone()[0]
        return f"{_PREFIX}-{year:04}-{int(serial):04}"
