"""A receipt, laser or label printer on loopback TCP, which answers by the published tables and misbehaves on order."""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Self

Answer = Callable[[bytes], tuple[bytes, bytes]]
"""From what came in so far to (the answer, what is left of the input)."""


@dataclass
class Receipt:
    """ESC/POS. What is wrong with it; asb: Automatic Status Back bytes before each answer."""

    cover: bool = False
    paper_out: bool = False
    paper_low: bool = False
    cutter: bool = False
    broken: bool = False
    hot: bool = False
    feeding: bool = False
    offline: bool = False
    jammed: bool = False
    known: tuple[int, ...] = (1, 2, 3, 4)
    counters: dict[int, int] = field(default_factory=dict)
    asb: bytes = b""
    asked: list[int] = field(default_factory=list)

    def status(self, n: int) -> int:
        error = self.jammed << 2 | self.cutter << 3 | self.broken << 5 | self.hot << 6
        off = self.offline or self.cover or self.paper_out or self.cutter or self.broken or self.jammed or self.hot
        return 0x12 | {
            1: off << 3 | self.feeding << 6,
            2: self.cover << 2 | self.feeding << 3 | self.paper_out << 5 | bool(error) << 6,
            3: error,
            4: (self.paper_low or self.paper_out) * 0x0C | self.paper_out * 0x60,
        }.get(n, 0)

    def __call__(self, heard: bytes) -> tuple[bytes, bytes]:
        answer = b""
        while found := re.search(rb"\x10\x04(.)|\x1dg2\x00(.)\x00", heard, re.DOTALL):
            heard = heard[found.end() :]
            if found[1] is not None:
                self.asked.append(found[1][0])
                if found[1][0] in self.known:
                    answer += self.asb + bytes((self.status(found[1][0]),))
            elif found[2][0] in self.counters:
                answer += b"_%d\0" % self.counters[found[2][0]]
        return answer, heard


@dataclass
class Laser:
    """PJL."""

    code: int = 10001
    display: bytes = b"Ready"
    online: bool = True
    pages: int | None = 12345
    model: bytes = b"HP LaserJet 4000 Series"
    before: bytes = b""

    def __call__(self, heard: bytes) -> tuple[bytes, bytes]:
        answer = b""
        while b"\n" in heard:
            line, heard = heard.split(b"\n", 1)
            answer += self._line(line.replace(b"\x1b%-12345X", b"").strip().upper())
        return answer, heard

    def _line(self, line: bytes) -> bytes:
        if line == b"@PJL INFO STATUS":
            online = b"TRUE" if self.online else b"FALSE"
            return self.before + b'@PJL INFO STATUS\r\nCODE=%d\r\nDISPLAY="%s"\r\nONLINE=%s\r\n\x0c' % (
                self.code,
                self.display,
                online,
            )
        if line == b"@PJL INFO ID":
            return b'@PJL INFO ID\r\n"%s"\r\n\x0c' % self.model
        if line == b"@PJL INFO PAGECOUNT" and self.pages is not None:
            return b"@PJL INFO PAGECOUNT\r\nPAGECOUNT=%d\r\n\x0c" % self.pages
        return b""


@dataclass
class Label:
    """ZPL. silent_faults: it does not answer ~HS while it has one, as Zebra's guide says."""

    paper_out: bool = False
    ribbon_out: bool = False
    head_open: bool = False
    paused: bool = False
    hot: bool = False
    cutter: bool = False
    dirty: bool = False
    knows_errors: bool = True
    silent_faults: bool = False
    variables: dict[str, str] = field(
        default_factory=lambda: {
            "device.product_name": "ZD420",
            "device.unique_id": "50J162000123",
            "appl.name": "V84.20.21Z",
            "odometer.total_print_length": "8560 INCHES, 21744 CENTIMETERS",
        }
    )

    def __call__(self, heard: bytes) -> tuple[bytes, bytes]:
        answer = b""
        while found := re.search(rb'~HS|~HQES|! U1 getvar "([^"]*)"\r\n', heard):
            heard = heard[found.end() :]
            if found[1] is not None:
                answer += b'"%s"' % self.variables.get(found[1].decode(), "?").encode() if self.variables else b""
            else:
                answer += self._status() if found[0] == b"~HS" else self._errors()
        return answer, heard

    def _status(self) -> bytes:
        if self.silent_faults and (self.paper_out or self.ribbon_out or self.head_open or self.hot):
            return b""
        return (
            b"\x02030,%d,%d,1245,000,0,0,0,000,0,0,%d\x03\r\n\x02001,0,%d,%d,1,2,6,0,00000000,1,000\x03\r\n\x021234,0\x03\r\n"
            % (self.paper_out, self.paused, self.hot, self.head_open, self.ribbon_out)
        )

    def _errors(self) -> bytes:
        if not self.knows_errors:
            return b""
        errors = self.paper_out | self.ribbon_out << 1 | self.head_open << 2 | self.cutter << 3 | self.hot << 4
        warnings = self.dirty << 1
        rows = b"  ERRORS:         %d 00000000 %08X\r\n  WARNINGS:       %d 00000000 %08X\r\n"
        return b"\x02\r\n  PRINTER STATUS\r\n" + rows % (bool(errors), errors, bool(warnings), warnings) + b"\x03\r\n"


class RawPrinter:
    """Serves one language on a loopback port.

    mute: takes connections and says nothing. garbage: says this instead of answering. drip: one byte at a time,
    with this many seconds between. closes: hangs up on everybody. sessions: how many connections it has had.
    """

    def __init__(self, language: Answer) -> None:
        self.language = language
        self.mute = False
        self.garbage = b""
        self.drip_seconds = 0.0
        self.closes = False
        self.sessions = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Switch the printer off: its port refuses from now on."""
        if not self._stopped.is_set():
            self._stopped.set()
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._thread.join(5)

    def _serve(self) -> None:
        while not self._stopped.is_set():
            try:
                wire, _ = self._listener.accept()
            except OSError:
                return
            self.sessions += 1
            with wire:
                wire.settimeout(5)
                self._session(wire)

    def _session(self, wire: socket.socket) -> None:
        heard = b""
        try:
            while not self.closes and (part := wire.recv(4096)):
                answer, heard = self.language(heard + part)
                self._say(wire, self.garbage or (b"" if self.mute else answer))
        except OSError:
            return

    def _say(self, wire: socket.socket, data: bytes) -> None:
        if not self.drip_seconds:
            wire.sendall(data)
            return
        for byte in data:
            wire.sendall(bytes((byte,)))
            time.sleep(self.drip_seconds)


@contextmanager
def full_backlog() -> Iterator[int]:
    """A single-session printer that serves somebody else: its port takes us into the queue and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def closed_port() -> int:
    """A port of this machine that refuses."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port
