"""Sets right the times that were written while the clock was plainly wrong, once it is right."""

import sqlite3

_TIMES = {
    "incident": ("started", "ended", "seen_at"),
    "ticket": ("opened", "recovered", "closed", "reopened_at"),
    "note": ("at",),
    "outbox": ("created", "finished", "not_before"),
    "device_state": ("at",),
}


def redate(connection: sqlite3.Connection, *, first: float, before: float, by: float) -> int:
    """Move every time from first on and before another by so many seconds; how many rows.

    Without it a ticket of 1970 would be fifty years old, and told again and again.
    """
    return sum(
        connection.execute(
            f"UPDATE {table} SET {column} = {column} + ? WHERE {column} >= ? AND {column} < ? AND {column} > 0",  # noqa: S608 - constants
            (by, first, before),
        ).rowcount
        for table, columns in _TIMES.items()
        for column in columns
    )
