"""One HTTP request and its answer, under a deadline for all of it and a cap on bytes (RFC 9110, RFC 9112).

No http.client: its time-outs are per read, so a server that drips holds it for minutes.
"""

import re
import socket
import time

from probes.reading import NO_TEXT
from probes.text import clean
from probes.wire.target import PORTS, Outcome, Stage, Url, reason

_MOST_HEADER = 16 * 1024
_MOST_BODY = 64 * 1024
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9][0-9])(?: [^\r\n]*)?\r?\n")
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_LOCATION = re.compile(rb"\r?\nlocation:[ \t]*([^\r\n]*)", re.IGNORECASE)
_LENGTH = re.compile(rb"\r?\ncontent-length:[ \t]*([0-9]{1,9})[ \t]*\r?\n", re.IGNORECASE)
_NO_BODY = (204, 304)


def request(wire: socket.socket, target: Url, outcome: Outcome, until: float, body_bytes: int) -> Outcome:
    """Ask for the target's path on an open connection and add what came to the outcome so far. Never raises."""
    body_bytes = min(body_bytes, _MOST_BODY)
    host = f"[{target.at.host}]" if ":" in target.at.host else target.at.host
    port = "" if target.at.port == PORTS[target.scheme] else f":{target.at.port}"
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
        return outcome._replace(failed=Stage.HTTP, why=clean(f"HTTP: {reason(error)}"), first_byte_seconds=first_byte)
    return _answer(data, body_bytes, outcome._replace(first_byte_seconds=first_byte))


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
        return outcome._replace(failed=Stage.HTTP, why=clean("HTTP: the answer is not HTTP, or is cut off"))
    code = int(status[1])
    moved = _LOCATION.search(data, 0, end.start())
    failed = code >= 500  # noqa: PLR2004 - RFC 9110 15.6: the server failed
    return outcome._replace(
        failed=Stage.HTTP if failed else None,
        why=clean(f"HTTP status {code}") if failed else NO_TEXT,
        status=code,
        location=clean(moved[1]) if moved else NO_TEXT,
        body=data[end.end() : end.end() + body_bytes],
    )
