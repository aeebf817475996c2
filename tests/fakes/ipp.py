"""A printer that speaks IPP on loopback: its attributes and jobs can be changed while it runs, or its manners."""

import contextlib
import socket
import struct
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, TypeAlias

from probes.wire.ipp import Message, Tag, decode
from probes.wire.ipp_client import Operation
from tests.fakes.http import HttpServer, Script

Value: TypeAlias = str | int | bool | bytes
Attributes: TypeAlias = Mapping[str, Value | Sequence[Value]]

_ENUMS = ("printer-state", "job-state")
_OCTETS = ("printer-supply", "printer-input-tray", "printer-alert")

HEALTHY: dict[str, Value | Sequence[Value]] = {
    "printer-state": 3,
    "printer-state-reasons": "none",
    "printer-is-accepting-jobs": True,
    "queued-job-count": 0,
    "printer-up-time": 5000,
    "printer-make-and-model": "Example Laser 1",
}


def attribute(tag: int, name: str, values: Iterable[Value]) -> bytes:
    """One attribute as it goes over the wire (RFC 8010 section 3.1.4)."""
    parts = []
    for place, value in enumerate(values):
        label = b"" if place else name.encode()
        raw = _raw(value)
        parts.append(struct.pack(">BH", tag, len(label)) + label + struct.pack(">H", len(raw)) + raw)
    return b"".join(parts)


def _raw(value: Value) -> bytes:
    if isinstance(value, bool):
        return bytes([value])
    if isinstance(value, int):
        return struct.pack(">i", value)
    return value.encode() if isinstance(value, str) else value


def _tag(name: str, value: Value) -> int:
    if isinstance(value, bool):
        return Tag.BOOLEAN
    if isinstance(value, int):
        return Tag.ENUM if name in _ENUMS else Tag.INTEGER
    return Tag.OCTETS if name in _OCTETS else Tag.TEXT


def group(tag: int, attributes: Attributes) -> bytes:
    """One group of attributes; each value's tag follows from its type and name."""
    parts = [bytes([tag])]
    for name, given in attributes.items():
        values = [given] if isinstance(given, str | int | bytes) else list(given)
        if values:
            parts.append(attribute(_tag(name, values[0]), name, values))
    return b"".join(parts)


def answer(*groups: bytes, status: int = 0, version: tuple[int, int] = (2, 0)) -> bytes:
    """A whole answer."""
    head = struct.pack(">BBHI", *version, status, 1)
    charset = attribute(0x47, "attributes-charset", ["utf-8"]) + attribute(0x48, "attributes-natural-language", ["en"])
    return head + bytes([Tag.OPERATION_GROUP]) + charset + b"".join(groups) + b"\x03"


def http_answer(body: bytes, *, status: int = 200, kind: str = "application/ipp", headers: str = "") -> bytes:
    """The same as HTTP carries it."""
    head = f"HTTP/1.1 {status} Reason\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode() + body


@dataclass
class FakePrinter:
    """Answers Get-Printer-Attributes, Get-Jobs and CUPS-Get-Printers.

    queues: what CUPS-Get-Printers lists. http_status: 500 is a printer in deep sleep. status: IPP's own.
    only_version: refuse other IPP versions. one_shot: hang up after each answer without a word.
    """

    printer: dict[str, Value | Sequence[Value]] = field(default_factory=lambda: dict(HEALTHY))
    jobs: list[Attributes] = field(default_factory=list)
    queues: list[Attributes] = field(default_factory=list)
    http_status: int = 200
    status: int = 0
    jobs_status: int = 0
    only_version: tuple[int, int] | None = None
    one_shot: bool = False
    requests: list[Message] = field(default_factory=list)

    def play(self, caller: socket.socket, over: threading.Event) -> None:
        """The script for HttpServer: answers until the caller hangs up."""
        del over
        with caller.makefile("rb") as stream:
            while body := _request(stream):
                request = decode(body)
                self.requests.append(request)
                caller.sendall(http_answer(self._answer(request), status=self.http_status))
                if self.one_shot:
                    return

    def _answer(self, request: Message) -> bytes:
        if self.only_version and request.version != self.only_version:
            return answer(status=0x0503, version=self.only_version)
        if self.status:
            return answer(status=self.status)
        if request.status == Operation.GET_JOBS:
            return answer(*(group(Tag.JOB_GROUP, job) for job in self.jobs), status=self.jobs_status)
        if request.status == Operation.CUPS_GET_PRINTERS:
            return answer(*(group(Tag.PRINTER_GROUP, queue) for queue in self.queues))
        return answer(group(Tag.PRINTER_GROUP, self.printer))


def _request(stream: BinaryIO) -> bytes:
    """The body of the next POST, or nothing when the caller has hung up."""
    length = 0
    for line in iter(stream.readline, b"\r\n"):
        if not line:
            return b""
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return stream.read(length)


def replays(body: bytes) -> Script:
    """The script of a printer that gives one recorded answer to every question."""

    def play(caller: socket.socket, over: threading.Event) -> None:
        del over
        with caller.makefile("rb") as stream:
            while _request(stream):
                caller.sendall(http_answer(body))

    return play


@contextlib.contextmanager
def listening(script: Script) -> Iterator[str]:
    """The printer's address, while it plays this script."""
    with HttpServer(script) as server:
        yield f"ipp://{server.at}/ipp/print"


@contextlib.contextmanager
def listening_at(path: Path, script: Script) -> Iterator[str]:
    """The same at a local socket, as CUPS has one."""
    over = threading.Event()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = listener.accept()
                with caller:
                    caller.settimeout(10)
                    script(caller, over)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield str(path)
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        path.unlink()
        thread.join(5)
