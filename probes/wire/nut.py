"""NUT's network protocol, as a client that only reads: what upsd knows of its UPSes (RFC 9271, upsd 2.8)."""

import re
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from probes.reading import ProbeError
from probes.text import SafeText, clean
from probes.wire import names
from probes.wire.tcp import dial

PORT = 3493
_MOST_BYTES = 128 * 1024
_MOST_LINE_BYTES = 4096
_MOST_ADDRESSES = 3
_LOOKUP_SECONDS = 2.0
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_STALE = ("DATA-STALE", "DRIVER-NOT-CONNECTED")
_HINTS = {
    "ACCESS-DENIED": "allow this PC in upsd.conf, or give user and password_file",
    "UNKNOWN-UPS": "write its name as upsd knows it (upsc -l)",
    "DATA-STALE": "look at the cable between UPS and computer, and at its driver (upsdrvctl)",
    "DRIVER-NOT-CONNECTED": "start its driver (upsdrvctl start)",
}


class Login(NamedTuple):
    """Who asks. Most upsd let everybody read; the password crosses the network as it is."""

    user: str
    password: str


class Session:
    """One connection to upsd, under one deadline and one cap on bytes."""

    def __init__(self, wire: socket.socket, where: str, until: float) -> None:
        self._wire, self._where, self._until = wire, where, until
        self._heard = bytearray()
        self._total = 0

    def login(self, who: Login) -> None:
        """Say who asks. This is no LOGIN: upsd counts those, and would wait for us before it lets a UPS go off."""
        for word, text in (("USERNAME", who.user), ("PASSWORD", who.password)):
            self._send(f"{word} {_quoted(text)}")
            answer = self._words()
            if answer[:1] != ["OK"]:
                raise self._refused(word, answer)

    def rows(self, what: str) -> Iterator[list[str]]:
        """The rows of LIST UPS or LIST VAR NAME, without their first word. Raises ProbeError, OSError."""
        asked = f"LIST {what}"
        self._send(asked)
        row = self._words()
        if row[:2] != ["BEGIN", "LIST"]:
            raise self._refused(asked, row)
        while (row := self._words())[:2] != ["END", "LIST"]:
            if row[:1] != [what.partition(" ")[0]]:
                raise self._refused(asked, row)
            yield row[1:]

    def _refused(self, asked: str, answer: list[str]) -> ProbeError:
        code = answer[1] if answer[:1] == ["ERR"] and len(answer) > 1 else ""
        if not code:
            return ProbeError(clean(f"{self._where}: this is no upsd: it answers {' '.join(answer)!r}", 200))
        hint = _HINTS.get(code, "see upsd's own log")
        what = "has lost its UPS" if code in _STALE else f"refuses {asked}"
        return ProbeError(clean(f"upsd at {self._where} {what} ({code}): {hint}", 256))

    def _send(self, line: str) -> None:
        self._wire.settimeout(self._left())
        self._wire.sendall(f"{line}\n".encode())

    def _words(self) -> list[str]:
        """One line, as words; within quotes a backslash stands before a quote or a backslash."""
        while (end := self._heard.find(b"\n")) < 0:
            self._wire.settimeout(self._left())
            part = self._wire.recv(4096)
            self._total += len(part)
            if not part or self._total > _MOST_BYTES or len(self._heard) > _MOST_LINE_BYTES:
                why = "sends without end" if part else "hung up in the middle of an answer"
                msg = clean(f"{self._where}: {why}; is this upsd?")
                raise ProbeError(msg)
            self._heard += part
        line = bytes(self._heard[:end]).decode("utf-8", "replace")
        del self._heard[: end + 1]
        return [
            re.sub(r"\\(.)", r"\1", found[1]) if found[1] is not None else found[2] for found in _WORD.finditer(line)
        ]

    def _left(self) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


@contextmanager
def session(host: str, port: int, seconds: float) -> Iterator[Session]:
    """Connect, ask, say good-bye: everything within so many seconds.

    Raises ConnectionRefusedError where nobody listens, TimeoutError and OSError where nobody is there, ProbeError
    where the name cannot be found.
    """
    until = time.monotonic() + seconds
    found = names.lookup(host, names.name_servers(), min(seconds / 2, _LOOKUP_SECONDS))
    if not found.addresses:
        msg = clean(f"the name {host} has no address ({found.why}): write the address of upsd's PC instead")
        raise ProbeError(msg)
    with _dial(found.addresses[:_MOST_ADDRESSES], port, until) as wire:
        yield Session(wire, f"{host}:{port}", until)


def _dial(addresses: tuple[str, ...], port: int, until: float) -> socket.socket:
    for tries_left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
        share = max(0.001, (until - time.monotonic()) / tries_left / 2)
        try:
            return dial(address, port, share)
        except OSError:
            if tries_left == 1:
                raise
    raise TimeoutError


def upses(asked: Session) -> dict[str, SafeText]:
    """The UPSes that upsd knows, and what it calls them. A name that NUT does not allow is left out."""
    rows = (row for row in asked.rows("UPS") if row)
    return {row[0]: clean(" ".join(row[1:2])) for row in rows if _NAME.fullmatch(row[0])}


def variables(asked: Session, ups: str) -> Mapping[str, SafeText]:
    """All that upsd knows of one UPS: "ups.status" to "OL CHRG" (NUT, docs/nut-names.txt)."""
    rows = (row for row in asked.rows(f"VAR {ups}") if len(row) >= 3 and row[0] == ups)  # noqa: PLR2004 - VAR's words
    return {row[1]: clean(row[2]) for row in rows}


def is_name(text: str) -> bool:
    """Whether upsd could know a UPS by this name."""
    return _NAME.fullmatch(text) is not None


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
