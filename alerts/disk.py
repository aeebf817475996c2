"""Files of the store on disk: made with narrow rights, and flushed, so that a power cut does not take them."""

import os
from contextlib import suppress
from pathlib import Path


def create(path: Path) -> None:
    """Make an empty file (0600), flushed to disk; one that exists stays. Raises OSError."""
    if path.exists():
        return
    try:
        # Never open an existing store here: closing it would drop this process's POSIX locks on it.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return
    sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Make the folder (0700), flushed to disk as far as its parent may be read. Raises OSError."""
    if folder.is_dir():
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(PermissionError):
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries to disk. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Flush a file that nobody has open to disk. Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def own_like(path: Path, fresh: Path) -> None:
    """Give a new file to the owner of another: started by hand as root, the agent must still be able to open it."""
    if os.geteuid() == 0:
        owner = path.stat()
        os.chown(fresh, owner.st_uid, owner.st_gid)
