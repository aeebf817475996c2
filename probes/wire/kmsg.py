"""What the kernel logged about a USB port (/dev/kmsg, Documentation/ABI/testing/dev-kmsg), where it may be read.

A device that fails to enumerate (errors -71, -110) makes no event and no sysfs entry: only the log tells.
Needs CAP_SYSLOG where kernel.dmesg_restrict is set, which is Debian's default.
"""

import contextlib
import errno
import os
import re
import threading
from collections import deque
from pathlib import Path

from probes.text import SafeText, clean

_LINES_LIMIT = 200
_RECORDS_LIMIT = 20_000
_RECORD_BYTES = 8192
_RECENT_SECONDS = 600.0
_USB_LINE = re.compile(rb"usb (?:usb)?([0-9][0-9.]*(?:-[0-9.]+)?)(?:-port([0-9]+))?: (.*)")
"""A device speaks as usb 1-2:, its hub about a port as usb usb1-port2: or usb 1-2-port3:"""
_CAUSE = re.compile(
    rb"error -\d+|unable to enumerate|power cycle|EMI|over-?current|cable is bad|not running at top speed",
    re.IGNORECASE,
)


class KernelLog:
    """Reads on demand what was logged since the last time; keeps the last causes of trouble on USB ports."""

    def __init__(self, path: Path = Path("/dev/kmsg")) -> None:
        self._path = path
        self._file: int | None = None
        self._lock = threading.Lock()
        self._lines: deque[tuple[float, str, SafeText]] = deque(maxlen=_LINES_LIMIT)

    def causes(self, port: str, now: float) -> tuple[SafeText, ...] | None:
        """The troubles of this port in the ten minutes before now (monotonic seconds, the kernel's own clock).

        Oldest first; None where the log may not be read.
        """
        with self._lock:
            if not self._drain():
                return None
            return tuple(text for at, where, text in self._lines if where == port and now - at < _RECENT_SECONDS)

    def readable(self) -> bool:
        """Whether this process may read the log."""
        return self._file is not None or os.access(self._path, os.R_OK)

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            if self._file is not None:
                os.close(self._file)
                self._file = None

    def _drain(self) -> bool:
        try:
            if self._file is None:
                self._file = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            for _ in range(_RECORDS_LIMIT):
                try:
                    record = os.read(self._file, _RECORD_BYTES)
                except BrokenPipeError:  # records were overwritten before we came; the next read goes on behind them
                    continue
                if not record:
                    break
                self._keep(record)
        except OSError as error:
            return error.errno == errno.EAGAIN
        return True

    def _keep(self, record: bytes) -> None:
        """A record: "priority,sequence,microseconds,flags;text", then lines of dictionary that begin with a blank."""
        head, _, text = record.partition(b";")
        found = _USB_LINE.match(text.partition(b"\n")[0])
        if found and _CAUSE.search(found[3]):
            base, hub_port = found[1].decode(), (found[2] or b"").decode()
            port = f"{base}{'.' if '-' in base else '-'}{hub_port}" if hub_port else base
            with contextlib.suppress(ValueError, IndexError):
                self._lines.append((int(head.split(b",")[2]) / 1e6, port, clean(found[3])))


shared = KernelLog()
"""The agent's one reader."""
