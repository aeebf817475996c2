"""Stores as older releases wrote them: the tables of a schema version, with rows in them."""

import sqlite3
from pathlib import Path

from alerts.migrations import MIGRATIONS
from tests.alerts.make import NOON

ROWS = 20
_TICKET = (
    "INSERT INTO ticket (number, status, device, kind, label, role, responsible, asset, code, part, severity, actor, "
    "detail, opened) VALUES (?, 'new', 'pad', 'usb', 'Pad', 'signature', '', '{}', ?, '', 'blocking', 'counter', '', ?)"
)
_INCIDENT = (
    "INSERT INTO incident (device, code, part, severity, actor, detail, started, ticket) "
    "VALUES ('pad', ?, '', 'blocking', 'counter', '', ?, ?)"
)
_OUTBOX = (
    "INSERT INTO outbox (ticket, action, channel, address, role, language, message_id, created) "
    "VALUES (?, 'opened', 'mail', 'camat@example.go.id', 'office', 'id', ?, ?)"
)


def make(path: Path, version: int) -> None:
    """A store of that schema version with ROWS tickets, closed in order."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    for statements in MIGRATIONS[:version]:
        for statement in statements:
            connection.execute(statement)
    connection.execute("INSERT INTO meta VALUES ('schema', ?)", (str(version),))
    connection.execute("INSERT INTO meta VALUES ('serial-2026', ?)", (str(ROWS),))
    connection.execute(f"PRAGMA user_version = {version}")
    for index in range(1, ROWS + 1):
        number, code = f"JL-2026-{index:04}", f"code-{index}"
        connection.execute(_TICKET, (number, code, NOON))
        connection.execute(_INCIDENT, (code, NOON, number))
        connection.execute(_OUTBOX, (number, f"{number}.x@jagaloket.invalid", NOON))
        connection.execute("INSERT INTO note (ticket, at, author, text) VALUES (?, ?, 'Ani', 'a')", (number, NOON))
    connection.close()
    path.chmod(0o600)


def counted(path: Path) -> dict[str, int]:
    """How many rows each of the first release's tables has."""
    connection = sqlite3.connect(path)
    tables = ("ticket", "incident", "outbox", "note")
    found = {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}  # noqa: S608 - constants
    connection.close()
    return found


WHOLE = dict.fromkeys(("ticket", "incident", "outbox", "note"), ROWS)
