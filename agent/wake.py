"""Wakes the agent of a state folder: another process has written something that it should send."""

import os
import signal
from contextlib import suppress
from pathlib import Path

_NAME = b"jagaloket"
SIGNAL = getattr(signal, "SIGUSR1", None)
"""None where there is none (Windows): there the agent looks once a minute."""


def sign(folder: Path) -> None:
    """Say which process the agent is. Only for who holds the folder's lock."""
    with suppress(OSError):
        (folder / "agent.pid").write_text(str(os.getpid()), encoding="ascii")


def wake(folder: Path) -> bool:
    """Wake the agent; False when it cannot be done. Only while the folder's lock is held by an agent."""
    try:
        process = int((folder / "agent.pid").read_text("ascii"))
        # After a kill the number may be another's, and this signal would end it.
        if SIGNAL is None or _NAME not in Path(f"/proc/{process}/cmdline").read_bytes():
            return False
        os.kill(process, SIGNAL)
    except (OSError, ValueError):
        return False
    return True
