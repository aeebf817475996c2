"""One thread's connection to the store: transactions, and the border that SQLite's errors do not cross."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from alerts import disk, filelock, reserve, schema
from alerts.salvage import Salvage, is_pending, salvage


class Store:
    """An open store. Belongs to the thread that opened it; several may be open at once, in several processes.

    clock: UTC epoch seconds. salvage: what was done to a damaged store on opening, None when it was sound.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float], check: bool) -> None:
        self.path, self.clock = path, clock
        self.salvage: Salvage | None = None
        disk.make_folder(path.parent)
        self._lock = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            filelock.share(self._lock)
            if is_pending(path):
                self._repair("an earlier repair was interrupted")
            self.connection = self._connect(check=check)
        except BaseException:
            os.close(self._lock)
            raise
        self.connection.row_factory = sqlite3.Row
        self._reserve()

    def close(self) -> None:
        """Give the files back."""
        self.connection.close()
        os.close(self._lock)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of it or nothing, on disk when the block ends. Raises OSError when it could not be written."""
        with self.reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Read, without changing anything. Raises OSError when it could not be read."""
        try:
            yield self.connection
        except sqlite3.ProgrammingError:
            raise
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise self._as_os_error(error) from error

    def _reserve(self) -> None:
        """The log gets its room, for the day on which the disk is full."""
        log = self.path.with_name(f"{self.path.name}-wal")
        try:
            if not log.exists() or log.stat().st_size < reserve.LOG_BYTES:
                self.connection.execute("BEGIN IMMEDIATE")
                reserve.allocate(log)
                self.connection.execute("COMMIT")
        except (OSError, sqlite3.Error):
            # Somebody else writes for long: the next opening tries again.
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")

    def _connect(self, *, check: bool) -> sqlite3.Connection:
        try:
            connection = schema.connect(self.path)
            if check:
                schema.check(connection, self.path)
        except schema.Damaged as damage:
            self._repair(str(damage))
            return schema.connect(self.path)
        return connection

    def _repair(self, reason: str) -> None:
        """Salvage what can be read, alone: nobody else may have the store open meanwhile."""
        try:
            filelock.alone(self._lock)
        except BlockingIOError as error:
            raise self._damaged(reason, "it is in use; restart the agent, which repairs it") from error
        self.salvage = salvage(self.path, reason=reason)
        filelock.share(self._lock)

    def _as_os_error(self, error: sqlite3.Error | UnicodeDecodeError) -> OSError:
        known = schema.border(error, self.path)
        if isinstance(known, OSError):
            return known
        return self._damaged(str(known), "restart the agent, which repairs it")

    def _damaged(self, reason: str, remedy: str) -> OSError:
        return OSError(f"{self.path}: the store is damaged ({reason}); {remedy}")
