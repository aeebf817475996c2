"""HTTP POST to a printer or to CUPS, over TCP, TLS or a local socket, with one deadline for all of it (RFC 8010)."""

import contextlib
import http.client
import io
import socket
import ssl
from dataclasses import dataclass, field
from typing import Any, cast

from probes.reading import ProbeError
from probes.text import clean
from probes.wire.address import Endpoint
from probes.wire.dial import Server, connect, left
from probes.wire.ipp import MAX_ANSWER_BYTES

CONTENT_TYPE = "application/ipp"
_OK, _SERVER_ERROR = 200, 500
_REMEDIES = {
    401: "it wants a password: allow IPP without one",
    403: "it refuses this computer: allow it in its access list",
    404: "it has no such path: try /ipp/print, /ipp or /",
    426: "it wants an encrypted connection: write ipps:// instead of ipp://",
}


class Unwilling(ProbeError):  # noqa: N818 - a ProbeError, told apart by what it means
    """The HTTP server answered 5xx: several printers do so while they sleep."""


class _Timed(io.RawIOBase):
    """Reads from a socket until one deadline; a socket's own time-out begins anew with each drop that comes."""

    def __init__(self, sock: socket.socket, until: float) -> None:
        self._sock = sock
        self._until = until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer, as RawIOBase says
        self._sock.settimeout(left(self._until))
        return self._sock.recv_into(buffer)

    def makefile(self, mode: str) -> io.BufferedReader:
        """What HTTPResponse asks of a socket."""
        del mode
        return io.BufferedReader(self)


@dataclass(kw_only=True)
class Line:
    """The way to one server: a connection that is made when needed, and kept where that is allowed.

    verify: check the certificate of an ipps server; most printers have one that nobody signed.
    keep: leave the connection open for the next question. Not for a printer on plain TCP: it has few sessions.
    """

    server: Server
    verify: bool = False
    keep: bool = False
    _kept: socket.socket | None = field(default=None, init=False, repr=False)

    def post(self, body: bytes, until: float) -> bytes:
        """Ask once and return the answer's body.

        until: the deadline, in time.monotonic() seconds, for all of it.
        Raises ConnectionError when nobody is there; ProbeError when somebody is, but does not answer as IPP
        does (Unwilling for an HTTP 5xx).
        """
        if self._kept is not None:
            # A kept connection that the server closed in between says nothing: ask anew.
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                return self._exchange(self._kept, body, until)
        self._kept = connect(self.server, verify=self.verify, until=until)
        try:
            return self._exchange(self._kept, body, until)
        except (OSError, http.client.HTTPException) as error:
            msg = clean(f"{self.server} broke off its answer ({type(error).__name__}): is this an IPP printer?")
            raise ProbeError(msg) from error

    def close(self) -> None:
        """Close the connection, if one is open."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _exchange(self, sock: socket.socket, body: bytes, until: float) -> bytes:
        keep = False
        try:
            sock.settimeout(left(until))
            sock.sendall(self._head(len(body)) + body)
            # HTTPResponse asks nothing of a socket but makefile().
            response = http.client.HTTPResponse(cast("socket.socket", _Timed(sock, until)), method="POST")
            response.begin()
            self._refuse(response)
            answer = response.read(MAX_ANSWER_BYTES + 1)
            keep = self.keep and response.isclosed() and not response.will_close
            response.close()
        except TimeoutError as error:
            msg = clean(f"{self.server} takes connections but gave no whole answer in time: it may be waking or busy")
            raise ProbeError(msg) from error
        finally:
            if not keep:
                self.close()
        if len(answer) > MAX_ANSWER_BYTES:
            msg = clean(f"{self.server} sent more than {MAX_ANSWER_BYTES} bytes: no printer's answer is so long")
            raise ProbeError(msg)
        return answer

    def _head(self, length: int) -> bytes:
        host = str(self.server.at) if isinstance(self.server.at, Endpoint) else "localhost"
        lines = (
            f"POST {self.server.path} HTTP/1.1",
            f"Host: {host}",
            f"Content-Type: {CONTENT_TYPE}",
            f"Content-Length: {length}",
            f"Connection: {'keep-alive' if self.keep else 'close'}",
            "Accept-Encoding: identity",
        )
        return "\r\n".join((*lines, "", "")).encode()

    def _refuse(self, response: http.client.HTTPResponse) -> None:
        """Raise ProbeError for an answer that is not one in IPP."""
        status = response.status
        if status >= _SERVER_ERROR:
            raise Unwilling(clean(f"{self.server} answered HTTP {status}: it may be asleep, or have crashed"))
        if status != _OK:
            remedy = _REMEDIES.get(status, "is this the address of an IPP printer?")
            raise ProbeError(clean(f"{self.server}{self.server.path} answered HTTP {status}: {remedy}", limit=256))
        kind = response.headers.get_content_type()
        if kind != CONTENT_TYPE:
            msg = clean(f"{self.server}{self.server.path} answered with {kind}, not IPP: is the path right?", limit=256)
            raise ProbeError(msg)
