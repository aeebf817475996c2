"""Run as a process: opens the oldest store and dies at each statement in turn; says what was found afterwards.

Newer stores go through the same statements, but for the first ones: every STRIDEth is enough.

words: an empty folder; "loose" to leave out the transaction, which must be noticed.
"""

import os
import signal
import sqlite3
import sys
from pathlib import Path
from typing import Any

from alerts import schema
from alerts.ledger import Ledger
from alerts.migrations import VERSION
from tests.alerts import oldstore

STRIDE = 7
_REAL = sqlite3.connect


def opened(path: Path, fatal: int, *, loose: bool) -> None:
    """Open the store; die after so many statements of all connections."""
    count = 0

    class Mortal(sqlite3.Connection):
        def execute(self, *words: Any) -> sqlite3.Cursor:  # noqa: ANN401 - sqlite3's own
            nonlocal count
            left_out = loose and words[0] in ("BEGIN IMMEDIATE", "COMMIT")
            done = super().execute(*("SELECT 1",) if left_out else words)
            count += 1
            if count == fatal:
                os.kill(os.getpid(), signal.SIGKILL)
            return done

    def connect(*words: Any, **options: Any) -> sqlite3.Connection:  # noqa: ANN401 - sqlite3's own
        return _REAL(*words, factory=Mortal, **options)

    schema.sqlite3.connect = connect  # type: ignore[attr-defined] # the module that backup and schema share
    Ledger.open(path).shut()


def died_at(path: Path, fatal: int, *, loose: bool) -> bool:
    """The same in a child process; False when it lived."""
    child = os.fork()
    if child == 0:
        opened(path, fatal, loose=loose)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def is_whole(store: Path) -> bool:
    """Whether the next start finds a sound store with every row."""
    try:
        ledger = Ledger.open(store)
    except OSError:
        return False
    sound = ledger.salvage is None and len(ledger.standing()) == oldstore.ROWS
    ledger.shut()
    return sound and oldstore.counted(store) == oldstore.WHOLE


def main(folder: Path, *, loose: bool) -> None:
    """Kill the opening of every older store at every statement; says what was found after each."""
    for version in range(VERSION - 1 if loose else 1, VERSION):
        fatal = 0
        while True:
            fatal += 1 if version == 1 or loose else STRIDE
            place = folder / f"{version}-{fatal}"
            place.mkdir()
            store = place / "store.db"
            oldstore.make(store, version)
            died = died_at(store, fatal, loose=loose)
            print(version, fatal, "died" if died else "lived", "whole" if is_whole(store) else "LOST")  # noqa: T201 - what the parent reads
            if not died:
                break


if __name__ == "__main__":
    main(Path(sys.argv[1]), loose=sys.argv[2:] == ["loose"])
