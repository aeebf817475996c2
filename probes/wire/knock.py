"""Whether a machine answers on any of a few TCP ports: connects and hangs up, sends nothing."""

import errno
import selectors
import socket
import time
from typing import NamedTuple

from probes.wire import names
from probes.wire.address import family

_LOOKUP_SECONDS = 1.0


class Knock(NamedTuple):
    """What came of it. port: the first that let us in, or None. refused: somebody is there and said no."""

    port: int | None = None
    refused: bool = False


def knock(host: str, ports: tuple[int, ...], timeout_seconds: float) -> Knock:
    """Try all ports at once. Never raises: no answer, no route and no such name are all nobody."""
    addresses = names.lookup(host, names.name_servers(), _LOOKUP_SECONDS).addresses
    if not addresses:
        return Knock()
    callers: dict[socket.socket, int] = {}
    with selectors.DefaultSelector() as waiting:
        try:
            for port in ports:
                _call(addresses[0], port, callers, waiting)
            return _first(callers, waiting, time.monotonic() + timeout_seconds)
        finally:
            for caller in callers:
                caller.close()


def _call(address: str, port: int, callers: dict[socket.socket, int], waiting: selectors.BaseSelector) -> None:
    caller = socket.socket(family(address) or socket.AF_INET, socket.SOCK_STREAM)
    callers[caller] = port
    caller.settimeout(0)
    if caller.connect_ex((address, port)) in {0, errno.EINPROGRESS, errno.ECONNREFUSED}:
        waiting.register(caller, selectors.EVENT_WRITE)


def _first(callers: dict[socket.socket, int], waiting: selectors.BaseSelector, until: float) -> Knock:
    refused = False
    while waiting.get_map() and (left := until - time.monotonic()) > 0:
        for key, _ in waiting.select(left):
            caller = key.fileobj
            waiting.unregister(caller)
            if not isinstance(caller, socket.socket):
                continue
            outcome = caller.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if outcome == 0 and _connected(caller):
                return Knock(port=callers[caller])
            refused = refused or outcome in {0, errno.ECONNREFUSED}
    return Knock(refused=refused)


def _connected(caller: socket.socket) -> bool:
    try:
        caller.getpeername()
    except OSError:
        return False
    return True
