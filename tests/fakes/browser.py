"""A client that speaks HTTP over a plain or TLS socket, byte by byte where a test wants that."""

import socket
import ssl
from dataclasses import dataclass

HEAD = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"


@dataclass(frozen=True)
class Reply:
    """One answer."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Browser:
    """Talks to one server. tls: how, for https."""

    address: tuple[str, int]
    tls: ssl.SSLContext | None = None

    def dial(self) -> socket.socket:
        """Connect, and say nothing yet."""
        line = socket.create_connection(self.address, timeout=10)
        return self.tls.wrap_socket(line, server_hostname="localhost") if self.tls else line

    def send(self, request: bytes) -> Reply:
        """Send bytes on a new connection and read the answer to its end."""
        with self.dial() as line:
            line.sendall(request)
            return hear(line)

    def get(self, path: str = "/", method: str = "GET", **headers: str) -> Reply:
        """Send an ordinary request; header names with _ for -."""
        lines = {"Host": "localhost", **{name.replace("_", "-"): value for name, value in headers.items()}}
        told = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
        return self.send(f"{method} {path} HTTP/1.1\r\n{told}\r\n".encode("latin-1"))


def hear(line: socket.socket) -> Reply:
    """Read one answer to its end."""
    raw = b""
    while chunk := line.recv(65536):
        raw += chunk
    head, _, body = raw.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    pairs = (one.partition(": ") for one in lines)
    return Reply(int(status.split()[1]), {name.title(): value for name, _, value in pairs}, body)
