"""Tells the host what is committed in the agent's store, the moment it is: one JSON line for each change of a ticket.

Woken by inotify when SQLite's log is written, so it adds no load between changes. What another connection can read
is committed, and the agent's commits are on the disk first (synchronous = FULL). Standard library only: it runs in
the guest.
"""

import ctypes
import json
import os
import select
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

STORE = Path("/var/lib/jagaloket/store.db")
PORT = Path("/dev/virtio-ports/events")
IN_MODIFY = 2
"""sys/inotify.h."""
STEP_SECONDS = 0.005
COMMIT_SECONDS = 1.0
"""A transaction is written first, then forced onto the disk, then shown: no event marks the last."""


def moments(folder: Path) -> Iterator[None]:
    """Now, and in short steps for a while after something was written in the folder."""
    libc = ctypes.CDLL(None, use_errno=True)
    file = libc.inotify_init1(os.O_CLOEXEC)
    if libc.inotify_add_watch(file, bytes(folder), IN_MODIFY) < 0:
        raise OSError(ctypes.get_errno(), "inotify_add_watch", str(folder))
    written = time.monotonic()
    while True:
        yield
        awake = time.monotonic() - written < COMMIT_SECONDS
        if select.select([file], [], [], STEP_SECONDS if awake else None)[0]:
            os.read(file, 65536)
            written = time.monotonic()


def main() -> None:
    """Until stopped."""
    store = sqlite3.connect(f"file:{STORE}?mode=rw", uri=True)
    version: tuple[int] | None = None
    known: dict[str, str] = {}
    with PORT.open("w", encoding="ascii", buffering=1) as port:
        for _ in moments(STORE.parent):
            before, version = version, store.execute("PRAGMA data_version").fetchone()
            if version == before:
                continue
            for number, device, code, status in store.execute("SELECT number, device, code, status FROM ticket"):
                if known.get(number) != status:
                    known[number] = status
                    line = {"number": number, "device": device, "code": code, "status": status}
                    port.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
