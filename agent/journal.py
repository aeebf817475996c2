"""The log: one line an event, on standard error, in the journal's own levels when a service manager reads it."""

import logging
import os
import sys

from probes.text import clean

_LEVELS = {logging.CRITICAL: 2, logging.ERROR: 3, logging.WARNING: 4, logging.INFO: 6, logging.DEBUG: 7}
_LIMIT_BYTES = 2000


class _Lines(logging.Formatter):
    """One harmless line a record; "<3>" before it where the journal reads (sd-daemon(3))."""

    def __init__(self, *, journal: bool) -> None:
        super().__init__("%(message)s" if journal else "%(asctime)s %(levelname)s %(message)s")
        self._journal = journal

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        lines = [str(clean(line, _LIMIT_BYTES)) for line in text.splitlines()] or [""]
        if not self._journal:
            return "\n".join(lines)
        return "\n".join(f"<{_LEVELS.get(record.levelno, 6)}>{line}" for line in lines)


def start_log(*, verbose: bool) -> None:
    """Send the log to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines(journal="JOURNAL_STREAM" in os.environ))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
