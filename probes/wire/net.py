"""One look at a network service: TCP, then TLS, then one HTTP request, under one deadline and a cap on bytes.

No http.client: its time-outs are per read, so a server that drips holds it for minutes. ssl is imported when the
first tls:// or https:// target is looked at.
"""

import re
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from probes.reading import NO_TEXT
from probes.text import SafeText, clean
from probes.wire.address import Endpoint, endpoint

if TYPE_CHECKING:
    import ssl

_PORTS = {"tcp": None, "tls": None, "http": 80, "https": 443}
_MOST_HEADER = 16 * 1024
_MOST_BODY = 64 * 1024
_MOST_ADDRESSES = 3
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9][0-9])(?: [^\r\n]*)?\r?\n")
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_LOCATION = re.compile(rb"\r?\nlocation:[ \t]*([^\r\n]*)", re.IGNORECASE)
_LENGTH = re.compile(rb"\r?\ncontent-length:[ \t]*([0-9]{1,9})[ \t]*\r?\n", re.IGNORECASE)
_NO_BODY = (204, 304)
# X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED of openssl/x509_vfy.h.
_DATE_CODES = (9, 10)


class Stage(StrEnum):
    """How far a look came."""

    CONNECT = "connect"
    TLS = "tls"
    HTTP = "http"


@dataclass(frozen=True, slots=True, kw_only=True)
class Url:
    """What to look at. scheme: tcp, tls, http or https; path: for the last two."""

    scheme: str
    at: Endpoint
    path: str = "/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Which certificates count: those of the system, or of one file; verify=False takes any."""

    ca_file: str = ""
    verify: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one look found; times in seconds, None where it did not come that far.

    failed: the stage that failed, None when all went well; why: in what words.
    only_dates: the certificate was refused for its dates alone, which a wrong clock of this PC explains, too.
    expires: the certificate's end, UTC epoch seconds. location: where a redirect leads.
    """

    failed: Stage | None = None
    why: SafeText = NO_TEXT
    connect_seconds: float | None = None
    tls_seconds: float | None = None
    first_byte_seconds: float | None = None
    only_dates: bool = False
    expires: float | None = None
    status: int | None = None
    location: SafeText = NO_TEXT
    body: bytes = b""

    @property
    def seconds(self) -> float:
        """How long all of it took."""
        return sum(t for t in (self.connect_seconds, self.tls_seconds, self.first_byte_seconds) if t is not None)


def url(text: str) -> Url:
    """Read tcp://host:port, tls://host:port, http://host/path or https://host/path.

    Raises ValueError("what is wrong; what to write instead").
    """
    scheme, sep, rest = text.partition("://")
    if not sep or scheme not in _PORTS:
        msg = f"{text!r} is not a target; write tcp://host:port, tls://host:port, http://host/path or https://host/path"
        raise ValueError(msg)
    where, slash, path = rest.partition("/")
    if not text.isascii() or not text.isprintable() or " " in text or "@" in where:
        msg = f"{text!r} has signs that do not belong in a target; write it without spaces, user or password"
        raise ValueError(msg)
    if slash and path and scheme in ("tcp", "tls"):
        msg = f"{text!r} has a path, which {scheme}:// does not know; write {scheme}://host:port"
        raise ValueError(msg)
    return Url(scheme=scheme, at=endpoint(where, _PORTS[scheme]), path="/" + path)


def connect(address: str, port: int, timeout_seconds: float) -> tuple[float | None, str]:
    """Only a TCP handshake: the seconds it took, or None and why it failed."""
    wire, seconds, why = _connect((address,), port, time.monotonic() + timeout_seconds)
    if wire is None:
        return None, why
    wire.close()
    return seconds, ""


def look(
    target: Url,
    addresses: Sequence[str],
    timeout_seconds: float,
    *,
    trust: Trust | None = None,
    body_bytes: int = 0,
) -> Outcome:
    """Look at a target at the first of its addresses that lets us in. Never raises.

    timeout_seconds: for everything together. body_bytes: how much of an HTTP body is wanted.
    """
    until = time.monotonic() + timeout_seconds
    wire, seconds, why = _connect(addresses[:_MOST_ADDRESSES], target.at.port, until)
    if wire is None:
        return Outcome(failed=Stage.CONNECT, why=clean(why))
    outcome = Outcome(connect_seconds=seconds)
    try:
        if target.scheme in ("tls", "https"):
            wire, outcome = _handshake(wire, target.at.host, trust or Trust(), outcome, until)
        if target.scheme in ("http", "https") and outcome.failed is None:
            outcome = _request(wire, target, outcome, until, min(body_bytes, _MOST_BODY))
    finally:
        wire.close()
    return outcome


def _connect(addresses: Sequence[str], port: int, until: float) -> tuple[socket.socket | None, float, str]:
    why = "no address"
    for tries_left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
        started = time.monotonic()
        share = max(0.001, (until - started) / tries_left)
        try:
            wire = socket.create_connection((address, port), share)
        except OSError as error:
            why = f"{address} port {port}: {_reason(error)}"
        else:
            return wire, time.monotonic() - started, ""
    return None, 0.0, why


def _reason(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    return error.strerror or type(error).__name__


def _handshake(
    wire: socket.socket, host: str, trust: Trust, outcome: Outcome, until: float
) -> tuple[socket.socket, Outcome]:
    import ssl  # noqa: PLC0415 - 3 MiB that only who has a TLS target pays

    started = time.monotonic()
    try:
        wire.settimeout(max(0.001, until - started))
        secured = _context(trust).wrap_socket(wire, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        only_dates = error.verify_code in _DATE_CODES
        why = clean(f"certificate refused: {error.verify_message}")
        return wire, replace(outcome, failed=Stage.TLS, why=why, only_dates=only_dates)
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or (_reason(error) if isinstance(error, OSError) else str(error))
        return wire, replace(outcome, failed=Stage.TLS, why=clean(f"TLS handshake failed: {reason}"))
    ends = (secured.getpeercert() or {}).get("notAfter")
    expires = float(ssl.cert_time_to_seconds(ends)) if isinstance(ends, str) else None
    return secured, replace(outcome, tls_seconds=time.monotonic() - started, expires=expires)


_CONTEXTS: dict[Trust, "ssl.SSLContext"] = {}
"""One context per trust: making one reads the system's certificates."""


def _context(trust: Trust) -> "ssl.SSLContext":
    import ssl  # noqa: PLC0415 - 3 MiB that only who has a TLS target pays

    if trust not in _CONTEXTS:
        context = ssl.create_default_context(cafile=trust.ca_file or None)
        if not trust.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        _CONTEXTS[trust] = context
    return _CONTEXTS[trust]


def _request(wire: socket.socket, target: Url, outcome: Outcome, until: float, body_bytes: int) -> Outcome:
    host = f"[{target.at.host}]" if ":" in target.at.host else target.at.host
    port = "" if target.at.port == _PORTS[target.scheme] else f":{target.at.port}"
    lines = (
        f"GET {target.path} HTTP/1.1",
        f"Host: {host}{port}",
        "User-Agent: jagaloket",
        "Accept: */*",
        "Accept-Encoding: identity",
        "Connection: close",
    )
    started = time.monotonic()
    first_byte = None
    data = b""
    try:
        wire.settimeout(max(0.001, until - started))
        wire.sendall("\r\n".join((*lines, "", "")).encode("ascii"))
        while len(data) < _MOST_HEADER + body_bytes and not _complete(data, body_bytes):
            wire.settimeout(max(0.001, until - time.monotonic()))
            piece = wire.recv(_MOST_HEADER)
            if not piece:
                break
            first_byte = first_byte or time.monotonic() - started
            data += piece
    except OSError as error:
        return replace(outcome, failed=Stage.HTTP, why=clean(f"HTTP: {_reason(error)}"), first_byte_seconds=first_byte)
    return _answer(data, body_bytes, replace(outcome, first_byte_seconds=first_byte))


def _complete(data: bytes, body_bytes: int) -> bool:
    """Whether the header is whole, and as much of the body as is wanted or as there is."""
    end = _HEADER_END.search(data)
    if end is None:
        return False
    status = _STATUS_LINE.match(data)
    length = _LENGTH.search(data, 0, end.end())
    if body_bytes and status and int(status[1]) not in _NO_BODY:
        body_bytes = min(body_bytes, int(length[1])) if length else body_bytes
        return len(data) - end.end() >= body_bytes
    return True


def _answer(data: bytes, body_bytes: int, outcome: Outcome) -> Outcome:
    status = _STATUS_LINE.match(data)
    end = _HEADER_END.search(data)
    if status is None or end is None:
        return replace(outcome, failed=Stage.HTTP, why=clean("HTTP: the answer is not HTTP, or is cut off"))
    code = int(status[1])
    moved = _LOCATION.search(data, 0, end.start())
    failed = code >= 500  # noqa: PLR2004 - RFC 9110 15.6: the server failed
    return replace(
        outcome,
        failed=Stage.HTTP if failed else None,
        why=clean(f"HTTP status {code}") if failed else NO_TEXT,
        status=code,
        location=clean(moved[1]) if moved else NO_TEXT,
        body=data[end.end() : end.end() + body_bytes],
    )
