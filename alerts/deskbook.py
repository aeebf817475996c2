"""Where the desks keep our tickets, and what people did to them there; each method is one transaction."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from alerts import rows, work
from alerts.desk import Remote, RemoteNote
from alerts.incident import Status, Ticket
from alerts.store import Store
from probes.text import SafeText, clean

WATCHED_SECONDS = 7 * 86_400.0
"""So long after its end a ticket is still looked at: somebody may close it, or open it again."""

_WATCHED = """FROM desk_ticket d JOIN ticket t ON t.number = d.ticket WHERE d.desk = ? AND d.state != 'gone' AND
    (t.status NOT IN ('recovered', 'closed') OR max(coalesce(t.recovered, 0), coalesce(t.closed, 0)) > ?)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """One of our tickets at a desk, as it was when it was looked at last. last_note: the newest note read."""

    ticket: str
    remote_id: str
    closed: bool
    person: SafeText
    last_note: int
    polled: float


class DeskBook:
    """The tickets at the desks, for who looks after them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def stalest(self, desk: str) -> Filing | None:
        """The ticket that was not looked at for longest; None when there is none to look at."""
        with self._store.reading() as connection:
            row = connection.execute(
                f"SELECT d.* {_WATCHED} ORDER BY d.polled LIMIT 1",
                (desk, self._store.clock() - WATCHED_SECONDS),
            ).fetchone()
        if row is None:
            return None
        return Filing(
            ticket=row["ticket"],
            remote_id=row["remote_id"],
            closed=row["state"] == "closed",
            person=clean(row["person"]),
            last_note=row["last_note"],
            polled=row["polled"],
        )

    def age_seconds(self, filing: Filing) -> float:
        """How long ago a ticket was looked at; never negative: wall clocks jump."""
        age = self._store.clock() - filing.polled
        return age if age >= 0 else float("inf")

    def gone(self, desk: str, filing: Filing) -> None:
        """The desk has this ticket no longer: nobody looks again."""
        with self._store.transaction() as connection:
            self._write(connection, desk, filing, "state = 'gone'", ())

    def hear(self, desk: str, filing: Filing, remote: Remote, notes: Sequence[RemoteNote], *, last_note: int) -> bool:
        """What people did at the desk since last time happens here, too. notes: theirs. True when there was any."""
        with self._store.transaction() as connection:
            ticket = work.read(connection, filing.ticket)
            heard = self._take(connection, desk, filing, remote, ticket)
            for note in notes:
                who = _who(note.author, desk)
                work.write_note(connection, ticket.number, who, note.text, at=self._store.clock())
            heard |= bool(notes) | self._end(connection, desk, filing, remote, ticket)
            state = "closed" if remote.closed else "open"
            self._write(
                connection, desk, filing, "state = ?, person = ?, last_note = ?", (state, remote.person, last_note)
            )
        return heard

    def _take(self, connection: sqlite3.Connection, desk: str, filing: Filing, remote: Remote, ticket: Ticket) -> bool:
        if not remote.taken or remote.closed or remote.person == filing.person:
            return False
        if ticket.status in (Status.RECOVERED, Status.CLOSED):
            return False
        work.take(connection, ticket.number, _who(remote.person, desk), at=self._store.clock())
        return True

    def _end(self, connection: sqlite3.Connection, desk: str, filing: Filing, remote: Remote, ticket: Ticket) -> bool:
        if remote.closed == filing.closed:
            return False
        who, now = _who(remote.person, desk), self._store.clock()
        # Of a shared ticket whose fault is over here, another counter's agent may have been the one that solved it.
        is_news = ticket.status is not Status.CLOSED and not (ticket.status is Status.RECOVERED and ticket.shared_key)
        if remote.closed and is_news:
            work.close(connection, ticket.number, who, "", at=now, wont_fix=False)
            return True
        if not remote.closed and ticket.status is Status.CLOSED and not (ticket.wont_fix or ticket.merged_into):
            work.reopen(connection, ticket.number, who, "", at=now)
            return True
        return False

    def _write(
        self, connection: sqlite3.Connection, desk: str, filing: Filing, what: str, values: tuple[object, ...]
    ) -> None:
        connection.execute(
            f"UPDATE desk_ticket SET {what}, polled = ? WHERE desk = ? AND ticket = ? AND remote_id = ?",  # noqa: S608 - constants only
            (*values, self._store.clock(), desk, filing.ticket, filing.remote_id),
        )


def _who(person: str, desk: str) -> str:
    return clean(f"{clean(person, rows.DETAIL_LIMIT_BYTES)} ({desk})") if person else desk
