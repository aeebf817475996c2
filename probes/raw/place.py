"""Where a printer is that is asked over a raw stream: the options that say so, and their mistakes."""

import math
import re
from collections.abc import Callable

from probes.wire import lpnode, node
from probes.wire.address import endpoint

JETDIRECT_PORT = 9100
REST_SECONDS = 60.0
"""How long a healthy answer over a device node is kept: each question costs a process (55 ms of CPU)."""

IDLE_SECONDS = 300.0
"""The same while nothing at all was transferred: nobody has printed since."""

_MOST_PORT = 65535
_DEVICE = re.compile(r"/dev/[\w./:-]{1,200}", re.ASCII)
_QUEUE = re.compile(r"[^\x00-\x20/#?\x7f]{1,127}")


def check(host: str, port: int, device: str, baud: int, queue: str) -> None:
    """Raise ValueError("option: what is wrong; what to write instead") for the first mistake."""
    if bool(host) == bool(device):
        msg = 'host: write host = "192.0.2.7", or device = "/dev/usb/lp0"; one of the two'
        raise ValueError(msg)
    if host:
        _check_host(host, port)
    elif not _DEVICE.fullmatch(device) or ".." in device:
        msg = 'device: must be a device node such as "/dev/usb/lp0" or "/dev/ttyUSB0"'
        raise ValueError(msg)
    if baud not in node.BAUDS:
        msg = f"baud: must be one of {', '.join(map(str, node.BAUDS))}, as set on the printer"
        raise ValueError(msg)
    if queue and not _QUEUE.fullmatch(queue):
        msg = "queue: must be the name of a CUPS queue, as lpstat -e lists it"
        raise ValueError(msg)


def _check_host(host: str, port: int) -> None:
    if not 0 < port <= _MOST_PORT:
        msg = f"port: must be from 1 to {_MOST_PORT}, usually {JETDIRECT_PORT}"
        raise ValueError(msg)
    try:
        parsed = endpoint(host, port)
    except ValueError as error:
        msg = f"host: {error}"
        raise ValueError(msg) from error
    if parsed.host != host:
        msg = "host: must be an address or a name alone; write the port as port = 9100"
        raise ValueError(msg)


class Rest:
    """Whether a healthy answer is fresh enough to stand for another look. Counts the device's transfers."""

    def __init__(self, transfers: Callable[[str], int | None] = lpnode.transfers) -> None:
        self._transfers = transfers
        self._since = -math.inf
        self._place = ""
        self._count: int | None = None

    def begin(self, place: str, now: float) -> None:
        """An answer came. place: the device under /sys, "" when it has none there; now: monotonic seconds."""
        self._since, self._place = now, place
        self._count = self._transfers(place) if place else None

    def over(self) -> None:
        """The next look asks, whatever was known."""
        self._since = -math.inf

    def age_seconds(self, now: float) -> float:
        """How old the answer is."""
        return now - self._since

    def lasts(self, now: float) -> bool:
        """Whether the answer may be kept."""
        age = now - self._since
        if age < REST_SECONDS:
            return True
        unmoved = self._count is not None and self._transfers(self._place) == self._count
        return unmoved and age < IDLE_SECONDS
