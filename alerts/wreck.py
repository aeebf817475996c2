"""Reads what can still be read of a table in a damaged store."""

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

_PROBED_ROWS = 2_000
"""So many rows between two damages are asked for one by one."""


def rows(source: sqlite3.Connection, target: sqlite3.Connection, table: str) -> Iterator[dict[str, object]]:
    """Every row that can be read: from the front, from the back, and one by one in between."""
    columns = _shared_columns(source, target, table)
    select = f"SELECT rowid, {', '.join(columns)} FROM {table}"  # noqa: S608 - our own schema's names
    found = _Reader(source)
    if not columns:
        return
    for row in found.rows(f"{select} ORDER BY rowid"):
        yield dict(zip(columns, row[1:], strict=True))
    first = found.last
    if found.whole:
        return
    for row in found.rows(f"{select} WHERE rowid > {first} ORDER BY rowid DESC"):
        yield dict(zip(columns, row[1:], strict=True))
    if found.whole or found.last == first:
        return
    for number in range(max(first + 1, found.last - _PROBED_ROWS), found.last):
        for row in found.rows(f"{select} WHERE rowid = {number}"):
            yield dict(zip(columns, row[1:], strict=True))


def _shared_columns(source: sqlite3.Connection, target: sqlite3.Connection, table: str) -> list[str]:
    """The columns that both know: a damaged store may also be an old one."""
    wanted = [row[1] for row in target.execute(f"PRAGMA table_info({table})")]
    with suppress(sqlite3.Error, UnicodeDecodeError):
        there = {row[1] for row in source.execute(f"PRAGMA table_info({table})")}
        return [name for name in wanted if name in there]
    return wanted


class _Reader:
    """Reads rows up to the first damage. whole: there was none; last: the rowid it came to."""

    def __init__(self, source: sqlite3.Connection) -> None:
        self._source = source
        self.whole, self.last = False, 0

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        self.whole = False
        with suppress(sqlite3.Error, UnicodeDecodeError):
            for row in self._source.execute(query):
                self.last = row[0]
                yield row
            self.whole = True
