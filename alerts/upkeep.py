"""The store's tables of regular work: what is known of each duty, and who did what. One transaction a method."""

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from alerts import planned, rows, upkeeplog
from alerts.incident import Addressee, Job
from alerts.plan import Record
from alerts.policy import TicketPolicy
from alerts.store import Store
from alerts.upkeeplog import Entry, Key
from probes.reading import Actor
from probes.text import clean

__all__ = ["Key", "Upkeep"]

JOIN_SECONDS = 7 * 86_400.0
"""So long new work joins a person's open order instead of making another."""
_CLOCK = "maintenance-clock"


class Upkeep:
    """Regular work in the store. All methods raise OSError when it cannot be used."""

    def __init__(self, store: Store, number: Callable[[sqlite3.Connection, float], str]) -> None:
        self._store, self._number = store, number

    def records(self) -> dict[Key, Record]:
        """What is known of every duty, also of those that are no longer in the plan."""
        with self._store.reading() as connection:
            found = connection.execute("SELECT * FROM maintenance").fetchall()
        return {(row["task"], row["device"]): _record(row) for row in found}

    def put(self, records: Mapping[Key, Record], *, dropped: Collection[Key] = ()) -> None:
        """Write these, and forget those."""
        with self._store.transaction() as connection:
            connection.executemany("DELETE FROM maintenance WHERE task = ? AND device = ?", list(dropped))
            for key, record in records.items():
                _put(connection, key, record)

    def update(self, before: Mapping[Key, Record], after: Mapping[Key, Record]) -> None:
        """Write what changed, but nothing over what somebody noted in the meantime."""
        with self._store.transaction() as connection:
            for key, record in after.items():
                known = connection.execute(
                    "SELECT since, ticket FROM maintenance WHERE task = ? AND device = ?", key
                ).fetchone()
                if known is not None and (known["since"], known["ticket"]) == (before[key].since, before[key].ticket):
                    _put(connection, key, record)

    def gather(  # noqa: PLR0913 - what, for whom and when
        self,
        actor: Actor,
        jobs: Sequence[Job],
        *,
        addressees: Sequence[Addressee],
        policy: TicketPolicy,
        now: float,
        midnight: float,
    ) -> str:
        """One person's work that has come due: onto the open order of the last days, or a new one. Its number.

        midnight: when today began. "" when this person's order of today is done already: then it is tomorrow's.
        """
        with self._store.transaction() as connection:
            number = planned.young_upkeep(connection, actor, now - JOIN_SECONDS, room=len(jobs))
            if number is not None:
                planned.add_jobs(connection, number, jobs, now=now)
            elif planned.had_upkeep(connection, actor, midnight, now):
                return ""
            else:
                desk = planned.Desk(number=self._number, policy=policy, addressees=addressees, now=now)
                number = planned.open_upkeep(connection, desk, actor, jobs)
            for job in jobs:
                connection.execute(
                    "UPDATE maintenance SET ticket = ? WHERE task = ? AND device = ?", (number, job.task, job.device)
                )
        return number

    def settle(  # noqa: PLR0913 - what, who and when
        self, key: Key, outcome: str, who: str, note: str = "", *, at: float, identity: str = ""
    ) -> None:
        """Somebody did it or will not; the device's own word counts as well. Its next day is counted from then."""
        with self._store.transaction() as connection:
            self._settle(connection, key, outcome, (who, note), at, identity)

    def settle_closed(self, numbers: Iterable[str]) -> int:
        """Orders that people closed: what still waited on them is done, or skipped if they refused. How many jobs."""
        count = 0
        with self._store.transaction() as connection:
            for number in numbers:
                closed = planned.closed_by(connection, number)
                if closed is None:
                    continue
                at, who, refused = closed
                found = connection.execute("SELECT task, device, since FROM maintenance WHERE ticket = ?", (number,))
                for row in found.fetchall():
                    outcome = "skipped" if refused else "done"
                    key = (row["task"], row["device"])
                    self._settle(connection, key, outcome, (who, ""), max(at, row["since"]), "")
                    count += 1
        return count

    def drop(self, key: Key, *, at: float) -> None:
        """A duty is no longer in the plan, or its device is gone: it leaves its order."""
        with self._store.transaction() as connection:
            row = connection.execute("SELECT ticket FROM maintenance WHERE task = ? AND device = ?", key).fetchone()
            if row is None or not row["ticket"]:
                return
            connection.execute("UPDATE maintenance SET ticket = '' WHERE task = ? AND device = ?", key)
            _settle_job(connection, row["ticket"], key, "gone", who="jagaloket", now=at)
            upkeeplog.write(connection, key, "gone", ("jagaloket", ""), at, row["ticket"])

    def log(self, limit: int = 100) -> tuple[Entry, ...]:
        """What was done, the newest first."""
        with self._store.reading() as connection:
            found = connection.execute("SELECT * FROM maintenance_log ORDER BY id DESC LIMIT ?", (max(0, limit),))
            return tuple(map(upkeeplog.entry, found.fetchall()))

    def clock(self) -> float | None:
        """The last moment at which the PC's clock was believed; None before the first."""
        with self._store.reading() as connection:
            found = connection.execute("SELECT value FROM meta WHERE key = ?", (_CLOCK,)).fetchone()
        try:
            return None if found is None else float(found["value"])
        except ValueError:
            return None

    def set_clock(self, now: float) -> None:
        """The PC's clock is believed now."""
        with self._store.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_CLOCK, str(now)))

    def _settle(  # noqa: PLR0913, PLR0917 - what, who and when
        self,
        connection: sqlite3.Connection,
        key: Key,
        outcome: str,
        said: tuple[str, str],
        at: float,
        identity: str,
    ) -> None:
        row = connection.execute("SELECT * FROM maintenance WHERE task = ? AND device = ?", key).fetchone()
        record = Record(since=at) if row is None else _record(row)  # who works before it is planned has worked, too
        _put(connection, key, Record(since=at, known=True, identity=identity or record.identity))
        upkeeplog.write(connection, key, outcome, said, at, record.ticket)
        if record.ticket:
            _settle_job(connection, record.ticket, key, outcome, who=said[0], now=at)


def _settle_job(  # noqa: PLR0913 - what, who and when
    connection: sqlite3.Connection, number: str, key: Key, outcome: str, *, who: str, now: float
) -> None:
    jobs = planned.jobs_of(connection, number)
    job = next((job for job in jobs if (job.task, job.device) == key and not job.outcome), None)
    if job is not None:
        planned.settle_job(connection, number, replace(job, outcome=outcome), who=who, now=now)


def _put(connection: sqlite3.Connection, key: Key, record: Record) -> None:
    used = json.dumps(dict(record.used)) if record.used else ""
    connection.execute(
        "INSERT OR REPLACE INTO maintenance VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *map(clean, key),
            clean(record.identity),
            record.since,
            record.known,
            record.planned,
            used,
            record.asked,
            clean(record.why),
            clean(record.ticket),
        ),
    )


def _record(row: sqlite3.Row) -> Record:
    try:
        used = {str(name): float(value) for name, value in json.loads(row["used"] or "{}").items()}
    except (ValueError, TypeError, AttributeError):
        used = {}
    return Record(
        since=rows.moment(row["since"]) or 0.0,
        known=bool(row["known"]),
        planned=rows.moment(row["planned"]),
        used=used,
        asked=rows.moment(row["asked"]),
        why=clean(row["why"]),
        identity=clean(row["identity"]),
        ticket=clean(row["ticket"]),
    )
