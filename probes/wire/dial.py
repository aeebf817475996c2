"""Connects to a printer or to CUPS: TCP, TLS or a local socket, by a deadline, and says who is not there."""

import errno
import socket
import ssl
import time
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from probes.reading import ProbeError
from probes.text import clean
from probes.wire import names
from probes.wire.address import Endpoint, endpoint
from probes.wire.tcp import dial

DEFAULT_PORT = 631
CONNECT_SECONDS = 3.0
_LOOKUP_SECONDS = 2.0
_REFUSED = (errno.ECONNREFUSED, errno.ENOENT)
_NOBODY_THERE = (errno.EHOSTUNREACH, errno.EHOSTDOWN, errno.ETIMEDOUT)


class Server(NamedTuple):
    """Where IPP is spoken: a TCP endpoint, or a local socket's path. tls: with TLS from the first byte (ipps)."""

    at: Endpoint | str
    path: str = "/"
    tls: bool = False

    def __str__(self) -> str:
        """As messages name it."""
        return str(self.at)

    @property
    def uri(self) -> str:
        """As IPP's printer-uri names it; CUPS knows itself as localhost."""
        host = self.at if isinstance(self.at, Endpoint) else "localhost"
        return f"{'ipps' if self.tls else 'ipp'}://{host}{self.path}"


def server(uri: str) -> Server:
    """Read ipp://host[:631]/path or ipps://. Raises ValueError("what is wrong; what to write instead")."""
    parts = urlsplit(uri)
    if parts.scheme not in ("ipp", "ipps") or not parts.netloc or "@" in parts.netloc:
        msg = f"{uri!r} is not a printer's address; write ipp://192.0.2.7/ipp/print, or ipps://"
        raise ValueError(msg)
    return Server(
        at=endpoint(parts.netloc, DEFAULT_PORT),
        path=quote(parts.path, safe="/%") or "/ipp/print",
        tls=parts.scheme == "ipps",
    )


def cups_server(text: str, path: str) -> Server:
    """Read CUPS's own address: a socket's path, or host[:631]. Raises ValueError like server()."""
    return Server(at=text if text.startswith("/") else endpoint(text, DEFAULT_PORT), path=path)


def left(until: float) -> float:
    """Seconds to the deadline. Raises TimeoutError when it is past."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def connect(server: Server, *, verify: bool, until: float) -> socket.socket:
    """A connected socket.

    Raises ConnectionError when nobody is there (ConnectionRefusedError when only the service is missing),
    ProbeError when that cannot be told.
    """
    if time.monotonic() >= until:
        msg = clean(f"no time was left to ask {server}: its last answer came too late")
        raise ProbeError(msg)
    try:
        if isinstance(server.at, str):
            return _dial_local(server.at, until)
        sock = _dial_first(server.at, until)
        return _wrapped(sock, server.at.host, verify=verify, until=until) if server.tls else sock
    except OSError as error:
        why = clean("timed out" if isinstance(error, TimeoutError) else error.strerror or type(error).__name__)
        msg = clean(f"no connection to {server}: {why.lower()}")
        if error.errno in _REFUSED:
            raise ConnectionRefusedError(msg) from error
        if isinstance(error, TimeoutError) or error.errno in _NOBODY_THERE:
            raise ConnectionError(msg) from error
        msg = clean(f"cannot look for {server}: {why}")
        raise ProbeError(msg) from error


def _dial_first(at: Endpoint, until: float) -> socket.socket:
    """Connect to the first of a name's addresses that lets us; raise the last one's error."""
    found = names.lookup(at.host, names.name_servers(), min(left(until), _LOOKUP_SECONDS))
    if not found.addresses:
        msg = clean(f"the name {at.host} has no address ({found.why}): write the printer's address instead")
        raise ProbeError(msg)
    addresses = found.addresses
    for address in addresses[:-1]:
        try:
            return dial(address, at.port, _patience(until))
        except OSError:
            continue
    return dial(addresses[-1], at.port, _patience(until))


def _patience(until: float) -> float:
    return min(left(until), CONNECT_SECONDS)


def _dial_local(path: str, until: float) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.settimeout(_patience(until))
        sock.connect(path)
    except BaseException:
        sock.close()
        raise
    return sock


def _wrapped(sock: socket.socket, host: str, *, verify: bool, until: float) -> ssl.SSLSocket:
    """The socket with TLS; without verification also as old printers speak it."""
    context = ssl.create_default_context() if verify else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
    try:
        sock.settimeout(left(until))
        return context.wrap_socket(sock, server_hostname=host.encode())
    except OSError as error:
        sock.close()
        why = getattr(error, "reason", None) or error.strerror or type(error).__name__
        msg = clean(f"no encrypted connection to {host}: {why}; check its certificate, or verify = false", limit=256)
        raise ProbeError(msg) from error
