"""The check of the way to the centre: jagaloket-push, where somebody began to set it up (docs/fleet.md)."""

import os
import socket
from pathlib import Path

from agent.doctor.finding import Finding, Subject, mend, skipped, well

FOLDER = Path("/etc/jagaloket")
PROGRAM = Path("/usr/bin/vmagent")
ADDRESS = ("127.0.0.1", 8429)
_FILES = ("push.yml", "push.env", "push.password")
_KNOCK_SECONDS = 2.0


def centre(_subject: Subject) -> Finding:
    """Whether all that reporting to a centre needs is there, and its program runs."""
    if not os.access(FOLDER, os.X_OK) or not any((FOLDER / name).exists() for name in _FILES):
        return skipped("this PC does not report to a centre by itself")
    if missing := [name for name in _FILES if not (FOLDER / name).exists()]:
        return mend(
            f"not there: {', '.join(str(FOLDER / name) for name in missing)}", "docs/fleet.md says what it holds"
        )
    if not PROGRAM.exists():
        return mend(f"{PROGRAM} is not there", "install it: sudo apt install victoria-metrics")
    try:
        with socket.create_connection(ADDRESS, _KNOCK_SECONDS):
            return well(f"vmagent runs; its own page: http://{ADDRESS[0]}:{ADDRESS[1]}/targets")
    except OSError as error:
        start = "sudo systemctl enable --now jagaloket-push; journalctl -u jagaloket-push says why it ended"
        return mend(f"vmagent does not run ({error.strerror or error})", start)
