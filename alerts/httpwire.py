"""Below requests: connections that can be cut at a deadline in any state, and that know whether a request has left."""

import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

MOST_BYTES = 1024 * 1024
"""The longest answer that is read."""
_PIECE_BYTES = 65_536


class Wire:
    """What is known of the connection under way. left: a byte of the request went out; late: the deadline is over."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._socket: socket.socket | None = None
        self.left = self.late = False

    def begin(self) -> None:
        """A new exchange."""
        with self._guard:
            self.left = self.late = False

    def connected(self, wire: socket.socket) -> None:
        """There is a new connection; kept as a second handle. Closed, with TimeoutError, when it comes too late."""
        with self._guard:
            self._release()
            if self.late:
                wire.close()
                raise TimeoutError
            self._socket = wire.dup()

    def cut(self) -> None:
        """The deadline is over: whatever is read or written on this connection ends. Safe from any thread."""
        with self._guard:
            self.late = True
            if self._socket is not None:
                with suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the handle back."""
        with self._guard:
            self._release()

    def _release(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


class Adapter(HTTPAdapter):
    """Tells a Wire of each connection and of what leaves on it. One connection, no retries."""

    def __init__(self, wire: Wire) -> None:
        self._told = wire
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:  # noqa: ANN401, FBT001, FBT002 - requests' own signature
        """Make the pools with connections of our own."""
        super().init_poolmanager(connections, maxsize, block, **options)
        told = self._told

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                made = super()._new_conn()
                told.connected(made)
                return made

            def send(self, data: Any) -> None:  # noqa: ANN401 - http.client's own signature
                if self.sock is None:
                    self.connect()
                told.left = True
                super().send(data)

        # Plain's super() reaches HTTPSConnection here, which itself stands on HTTPConnection.
        class Secure(Plain, HTTPSConnection):
            pass

        plain = type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": Plain})
        secure = type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": Secure})
        self.poolmanager.pool_classes_by_scheme = {"http": plain, "https": secure}


def trust(ca_file: Path | None) -> str | bool:
    """The certificates to trust: a file's, or the system's rather than the library's own bundle."""
    system = ssl.get_default_verify_paths()
    return str(ca_file or system.cafile or system.capath or "") or True


def body_of(answer: requests.Response) -> bytes:
    """The whole body, as it came. Raises ValueError when it is too long or was squeezed against our wish."""
    if answer.headers.get("Content-Encoding", "identity").lower() not in ("", "identity"):
        msg = "a compressed answer, which was not asked for"
        raise ValueError(msg)
    body = bytearray()
    while piece := answer.raw.read(_PIECE_BYTES, decode_content=False):
        body += piece
        if len(body) > MOST_BYTES:
            msg = f"an answer of more than {MOST_BYTES} bytes"
            raise ValueError(msg)
    return bytes(body)
