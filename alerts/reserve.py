"""Room for the store on a full disk: the agent that reports a full disk must not be its first victim (Netdata #12324).

Two reserves. The store's log (-wal) is allocated ahead: SQLite writes a commit into it and, on a full disk, leaves it
there until the store itself can grow; nobody else can take this room. And a file beside the store is given back when
the agent starts on a disk that is full already, where there is no log yet.
"""

import os
from pathlib import Path

from alerts import disk

LOG_BYTES = 3 * 1024 * 1024
CHECKPOINT_PAGES = 256
"""The log is moved into the store after so many pages (1 MiB), so that two thirds of it are always free."""
FILE_BYTES = 4 * 1024 * 1024
_TIGHT_BYTES = 1024 * 1024


def allocate(log: Path) -> None:
    """Let a store's log have its room; call it only while nobody else can write there. Best effort."""
    try:
        handle = os.open(log, os.O_RDWR)
    except OSError:
        return
    try:
        size = os.fstat(handle).st_size
        if size < LOG_BYTES:
            os.posix_fallocate(handle, size, LOG_BYTES - size)
    except OSError:
        # Later openings try again; meanwhile the store does without.
        return
    finally:
        os.close(handle)


def name(store: Path) -> Path:
    """Where the file that is given back stands."""
    return store.with_name(f"{store.name}.reserve")


def keep(store: Path) -> None:
    """Make the file again where there is room for it twice over. Raises OSError."""
    file = name(store)
    if file.exists() or _free(store) < 2 * FILE_BYTES:
        return
    disk.create(file)
    handle = os.open(file, os.O_RDWR)
    try:
        os.posix_fallocate(handle, 0, FILE_BYTES)
    except OSError:
        file.unlink(missing_ok=True)
        raise
    finally:
        os.close(handle)


def give_back(store: Path) -> bool:
    """On a disk that is full: delete the file. True when that made room. Raises OSError."""
    file = name(store)
    if not file.exists() or _free(store) >= _TIGHT_BYTES:
        return False
    file.unlink()
    return True


def _free(store: Path) -> int:
    state = os.statvfs(store.parent)
    return state.f_bavail * state.f_frsize
