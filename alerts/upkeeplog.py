"""Who did what of the regular work; inside a transaction under way, bounded."""

import sqlite3
from dataclasses import dataclass

from alerts import rows
from probes.text import SafeText, clean

KEPT_LOG = 5_000
Key = tuple[str, str]
"""Task and device, "" for the office's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the log. outcome: done, skipped or gone. at: UTC epoch seconds."""

    at: float
    key: Key
    outcome: str
    who: SafeText
    note: SafeText
    ticket: str


def write(  # noqa: PLR0913, PLR0917 - what, who and when
    connection: sqlite3.Connection, key: Key, outcome: str, said: tuple[str, str], at: float, ticket: str
) -> None:
    """One more line; beyond KEPT_LOG the oldest goes. said: who, and what was seen or done."""
    who, note = said
    connection.execute(
        "INSERT INTO maintenance_log (at, task, device, outcome, author, note, ticket) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (at, *map(clean, key), outcome, clean(who), clean(note, rows.NOTE_LIMIT_BYTES), ticket),
    )
    connection.execute("DELETE FROM maintenance_log WHERE id <= (SELECT max(id) FROM maintenance_log) - ?", (KEPT_LOG,))


def entry(row: sqlite3.Row) -> Entry:
    """A line from its row."""
    return Entry(
        at=rows.moment(row["at"]) or 0.0,
        key=(clean(row["task"]), clean(row["device"])),
        outcome=clean(row["outcome"]),
        who=clean(row["author"]),
        note=clean(row["note"], rows.NOTE_LIMIT_BYTES),
        ticket=clean(row["ticket"]),
    )
