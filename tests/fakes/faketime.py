"""A clock of its own for one process: libfaketime, told by a file, so that it can be set while the process runs."""

import os
from datetime import datetime
from pathlib import Path

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))


def missing() -> str:
    """Why there is none here, or ""."""
    return "" if LIBRARIES else "libfaketime is not installed: scripts/test-tools.sh"


class FakeTime:
    """env: for the process. Monotonic clocks stay as they are."""

    def __init__(self, folder: Path, moment: datetime) -> None:
        self._file = folder / "faketime"
        self.set(moment)
        self.env = os.environ | {
            "LD_PRELOAD": str(LIBRARIES[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, moment: datetime) -> None:
        """Set the clock; it goes on from there."""
        offset = moment.timestamp() - datetime.now().timestamp()  # noqa: DTZ005 - only the difference counts
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{offset:+.0f}\n", encoding="ascii")
        fresh.replace(self._file)
