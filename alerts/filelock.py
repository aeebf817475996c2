"""Locks between processes on an open file (flock(2)); the kernel gives them back when a process ends, however it does.

On a system without flock (Windows) taking a lock fails with a plain OSError; nothing else here needs it.
"""

import errno

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment] # a system without it


def share(file: int) -> None:
    """Hold it together with others; waits for one who holds it alone. Raises OSError."""
    _lock(file, alone=False)


def alone(file: int) -> None:
    """Hold it and nobody else. Raises BlockingIOError at once when somebody does, OSError when it cannot be locked."""
    _lock(file, alone=True)


def _lock(file: int, *, alone: bool) -> None:
    if fcntl is None:
        raise OSError(errno.ENOSYS, "this system has no file locks (flock)")
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB if alone else fcntl.LOCK_SH)
