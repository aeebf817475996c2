"""cheroot's request parser and thread pool, fed with connections whose request head is already here."""

import logging
import socket
from functools import partial
from io import BytesIO
from queue import Full
from typing import Any

from cheroot.makefile import StreamWriter
from cheroot.server import HTTPConnection
from cheroot.wsgi import Server

from agent.site import Site

log = logging.getLogger(__name__)

_WORKERS = 2
_QUEUE = 32
_SEND_SECONDS = 5
_SEND_BUFFER_BYTES = 256 * 1024
"""Holds a whole page, so that a client that reads slowly does not hold a worker."""


class _Server(Server):
    """cheroot, with its messages in the agent's log."""

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:  # noqa: FBT001, FBT002 - cheroot's signature
        """Log bugs as what they are, and clients' mischief only to those who ask for it."""
        log.log(level if traceback else logging.DEBUG, "web: %s", msg, exc_info=traceback)


class Workers:
    """A few threads that answer requests; each connection is closed after one answer."""

    def __init__(self, site: Site, address: tuple[str, int]) -> None:
        self._server = _Server(
            address,
            site,
            numthreads=_WORKERS,
            max=_WORKERS,
            server_name="JagaLoket",
            accepted_queue_size=_QUEUE,
            accepted_queue_timeout=0,
        )

    def start(self) -> None:
        """Start the threads; the server's own listening loop is never run, so nothing here ticks."""
        self._server.requests.start()

    def stop(self) -> None:
        """End the threads; what is being answered is given a second."""
        self._server.requests.stop(1)

    def let_in(self, client: socket.socket, head: bytes, address: str) -> bool:
        """Queue one connection that has sent its head; False where the queue is full."""
        client.settimeout(_SEND_SECONDS)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)
        connection = HTTPConnection(self._server, client, partial(_file, head))
        connection.remote_addr = address
        try:
            self._server.requests.put(connection)
        except Full:
            client.settimeout(0)
            return False
        return True


def _file(head: bytes, client: socket.socket, mode: str, size: int) -> Any:  # noqa: ANN401 - cheroot takes any file
    """A connection's two files: reading never waits, for all there is to read is in memory."""
    return BytesIO(head) if "r" in mode else StreamWriter(client, mode, size)
