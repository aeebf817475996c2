"""A copy of the store before it is brought to a newer version: to go back by hand, or when the newer one is damaged.

The copy stands beside the store as store.db.schema-N, N being the version of what it holds.
"""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from alerts import disk

KEPT = 2
"""So many copies are kept, of the newest versions."""
_LONGEST_SECONDS = 30.0


def make(path: Path, version: int) -> Path:
    """Copy the store; complete and on disk when this returns. The caller keeps others from writing meanwhile.

    Raises sqlite3.Error or OSError; then there is no copy, or the one that was there before.
    """
    copy, fresh = name(path, version), path.with_name(f"{path.name}.schema.new")
    fresh.unlink(missing_ok=True)
    disk.create(fresh)
    try:
        with closing(_read(path)) as source, closing(sqlite3.connect(fresh, isolation_level=None)) as target:
            source.backup(target, progress=_until(time.monotonic() + _LONGEST_SECONDS))
            # One file without a log beside it, which can be moved, and read from anywhere.
            target.execute("PRAGMA journal_mode = DELETE")
        disk.own_like(path, fresh)
        disk.sync_file(fresh)
        fresh.replace(copy)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    disk.sync_folder(path.parent)
    for old in sorted(made(path))[:-KEPT]:
        name(path, old).unlink(missing_ok=True)
    return copy


def made(path: Path) -> list[int]:
    """The versions of which there is a copy."""
    numbers = (file.name.rpartition("-")[2] for file in path.parent.glob(f"{path.name}.schema-*"))
    return [int(number) for number in numbers if number.isdecimal()]


def restore(connection: sqlite3.Connection, copy: Path) -> None:
    """Make the open store what the copy is, in one transaction. Raises sqlite3.Error."""
    with closing(_read(copy)) as source:
        source.backup(connection, progress=_until(time.monotonic() + _LONGEST_SECONDS))


def _read(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _until(deadline: float) -> Callable[[int, int, int], None]:
    """sqlite3 itself would wait without end for a store that somebody holds."""

    def look(_status: int, _remaining: int, _total: int) -> None:
        if time.monotonic() > deadline:
            msg = "the store could not be copied in time"
            raise sqlite3.OperationalError(msg)

    return look


def name(path: Path, version: int) -> Path:
    """Where the copy of that version stands."""
    return path.with_name(f"{path.name}.schema-{version}")
