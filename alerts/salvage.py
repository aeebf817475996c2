"""What to do with a store that is damaged: save what can be read, move the rest aside, go on.

An agent that cannot start because of its own store would be silent for ever (Telegraf #18528, Netdata 17924).
"""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from alerts import disk, schema, wreck
from alerts.migrations import TABLES
from probes.text import SafeText, clean

KEPT_BAD = 5
_SUFFIXES = ("", "-wal", "-shm")
_NUMBER = re.compile(rb"JL-(\d{4})-(\d{4,7})(?!\d)")
_SCAN_BYTES = 1024 * 1024
_GAP = 10
"""Numbers left out after a loss, so that no number is ever given twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Salvage:
    """What became of a damaged store. kept: rows saved, by table; moved_to: where the damaged file lies."""

    moved_to: Path
    reason: SafeText
    kept: Mapping[str, int]

    def __str__(self) -> str:
        tickets = self.kept.get("ticket", 0)
        return (
            f"the store was damaged ({self.reason}); {tickets} tickets and {self.kept.get('incident', 0)} incidents "
            f"were saved, the damaged file was kept as {self.moved_to}"
        )


def is_pending(path: Path) -> bool:
    """Whether a repair was interrupted after the new store was complete."""
    return _ready(path).exists()


def salvage(path: Path, *, reason: str) -> Salvage:
    """Replace a damaged store by a sound one with all rows that can still be read. Raises OSError.

    The new store is built beside the old one, gets its name of completion, and then takes the old one's place:
    an end of the agent anywhere in between loses nothing, the next start goes on from there.
    """
    ready = _ready(path)
    try:
        if not ready.exists():
            _build(path, ready)
        kept = _counted(ready)
    except (sqlite3.Error, UnicodeDecodeError, schema.Damaged) as error:
        msg = f"{path}: the store is damaged and could not be repaired: {clean(str(error))}; check the disk"
        raise OSError(msg) from error
    moved_to = _move_aside(path)
    ready.replace(path)
    disk.sync_folder(path.parent)
    return Salvage(moved_to=moved_to, reason=clean(reason), kept=kept)


def _ready(path: Path) -> Path:
    return path.with_name(path.name + ".salvaged")


def _build(path: Path, ready: Path) -> None:
    fresh = path.with_name(path.name + ".new")
    for suffix in _SUFFIXES:
        fresh.with_name(fresh.name + suffix).unlink(missing_ok=True)
    with closing(schema.connect(fresh)) as target:
        _copy(path, target)
        _number_on(path, target)
        # Everything in the one file and nothing in its log: it can be renamed.
        target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    disk.own_like(path, fresh)
    fresh.replace(ready)
    disk.sync_folder(path.parent)


def _counted(ready: Path) -> dict[str, int]:
    with closing(sqlite3.connect(f"{ready.absolute().as_uri()}?immutable=1", uri=True)) as store:
        return {table: store.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}  # noqa: S608 - our own names


def _copy(path: Path, target: sqlite3.Connection) -> None:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)) as source:
        source.text_factory = schema.readable
        target.execute("PRAGMA foreign_keys = OFF")
        target.execute("BEGIN IMMEDIATE")
        for table in TABLES:
            for row in wreck.rows(source, target, table):
                _insert(target, table, row)
        # What belongs to a lost ticket cannot be shown, told or ended.
        for table in ("incident", "note", "outbox", "desk_ticket"):
            target.execute(f"DELETE FROM {table} WHERE ticket NOT IN (SELECT number FROM ticket)")  # noqa: S608 - a constant
        target.execute("COMMIT")


def _insert(target: sqlite3.Connection, table: str, row: dict[str, object]) -> None:
    names = ", ".join(row)
    marks = ", ".join("?" * len(row))
    # A row that breaks the schema's rules is not worth having, nor is the old schema's number.
    with suppress(sqlite3.IntegrityError):
        target.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row.values()))  # noqa: S608 - our own schema's names


def _number_on(path: Path, target: sqlite3.Connection) -> None:
    """Count on above every ticket number that the damaged files still show anywhere."""
    highest: dict[str, int] = {}
    for suffix in _SUFFIXES[:2]:
        for year, serial in _numbers(path.with_name(path.name + suffix)):
            highest[year] = max(highest.get(year, 0), serial)
    for year, serial in highest.items():
        target.execute(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = "
            "max(CAST(value AS INTEGER), CAST(excluded.value AS INTEGER))",
            (f"serial-{year}", str(serial + _GAP)),
        )


def _numbers(path: Path) -> Iterator[tuple[str, int]]:
    if not path.exists():
        return
    with path.open("rb") as file:
        rest = b""
        while block := file.read(_SCAN_BYTES):
            for found in _NUMBER.finditer(rest + block):
                yield found[1].decode(), int(found[2])
            rest = block[-16:]


def _move_aside(path: Path) -> Path:
    taken = sorted(_bad_numbers(path))
    for number in taken[: max(0, len(taken) - KEPT_BAD + 1)]:
        for suffix in _SUFFIXES:
            path.with_name(f"{path.name}.bad-{number}{suffix}").unlink(missing_ok=True)
    aside = path.with_name(f"{path.name}.bad-{(taken[-1] if taken else 0) + 1}")
    for suffix in reversed(_SUFFIXES):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.replace(aside.with_name(aside.name + suffix))
    return aside


def _bad_numbers(path: Path) -> Iterator[int]:
    for file in path.parent.glob(f"{path.name}.bad-*"):
        number = file.name.rpartition("-")[2]
        if number.isdecimal():
            yield int(number)
