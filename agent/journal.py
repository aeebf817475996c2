"""The log: one line an event, on standard error, in the journal's own levels when a service manager reads it."""

import logging
import os
import sys
import time
from collections.abc import Callable
from typing import TextIO

from agent.calm import Calm
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


class _Journal(logging.StreamHandler[TextIO]):
    """Writes what is new, and how often the rest was repeated."""

    def __init__(self, stream: TextIO, clock: Callable[[], float]) -> None:
        super().__init__(stream)
        self._calm = Calm(clock, grave=logging.ERROR)

    def emit(self, record: logging.LogRecord) -> None:
        for repeated in self._calm.over():
            said = f"{repeated.text} (repeated {repeated.times} times)"
            super().emit(logging.LogRecord(record.name, repeated.level, "", 0, said, None, None))
        if self._calm.may(str(clean(record.getMessage(), _LIMIT_BYTES)), record.levelno):
            super().emit(record)


def start_log(*, verbose: bool, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
    """Send the log to standard error. clock: seconds that only go forward."""
    handler = _Journal(stream or sys.stderr, clock)
    handler.setFormatter(_Lines(journal="JOURNAL_STREAM" in os.environ))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
