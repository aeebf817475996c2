"""An SNMP v1/v2c agent on the loopback, in a thread: serves rows that a test sets, well or badly.

Rows are written as snmprec lines, "OID|TAG|VALUE": 2 number, 4 text, 4x hex octets, 6 OID, 64x address,
65 Counter32, 66 Gauge32, 67 TimeTicks, 70 Counter64. Its BER is its own, so that it cannot share a mistake with
the code under test.
"""

import bisect
import socket
import threading
from collections.abc import Iterable
from enum import Enum, auto
from types import TracebackType
from typing import Self

Oid = tuple[int, ...]

_PUBLIC = b"public"
_NO_SUCH_INSTANCE, _END_OF_MIB_VIEW, _NULL = b"\x81\x00", b"\x82\x00", b"\x05\x00"
_GET, _NEXT, _RESPONSE, _BULK = 0xA0, 0xA1, 0xA2, 0xA5
_UNSIGNED = {"65": 0x41, "66": 0x42, "67": 0x43, "70": 0x46}
_MOST_ANSWER_BYTES = 1300


class Mischief(Enum):
    """How the agent answers badly."""

    NONE = auto()
    WRONG_REQUEST_ID = auto()
    TRUNCATED = auto()
    GARBAGE = auto()
    REPEATS = auto()  # every walk step gives the first row again
    CYCLES = auto()  # a walk jumps back to its beginning at its end
    ENDLESS = auto()  # a walk never ends: there is always a next row
    WRONG_TYPES = auto()  # every number becomes an OID, every text a number
    EMPTY = auto()  # a well-formed answer without variables
    TOO_BIG = auto()
    GENERIC_ERROR = auto()
    HUGE = auto()  # a datagram of 60,000 bytes


class SnmpAgent:
    """with SnmpAgent(rows) as agent: ... agent.port. Everything may be changed while it runs.

    mute: says nothing. delay_seconds: before each answer. answers_left: falls silent after so many.
    v1_only: does not hear version 2c. one_column: does not answer a question about several variables.
    asked: (PDU tag, number of variables) of each question heard.
    """

    def __init__(
        self,
        rows: str | Iterable[str] = "",
        community: bytes = _PUBLIC,
        *,
        address: tuple[str, int] = ("127.0.0.1", 0),
    ) -> None:
        self.rows: dict[Oid, bytes] = {}
        self.community = community
        self.mischief = Mischief.NONE
        self.mute = self.v1_only = self.one_column = False
        self.answers_left: int | None = None
        self.delay_seconds = 0.0
        self.asked: list[tuple[int, int]] = []
        self.load(rows)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(address)
        self.address, self.port = self._socket.getsockname()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="snmp agent", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Fall silent for good; answer() still works."""
        self._stop.set()
        if self._thread.ident is not None:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
                waker.sendto(b"", (self.address, self.port))
            self._thread.join(5)
        self._socket.close()

    def load(self, rows: str | Iterable[str]) -> None:
        """Replace all rows."""
        lines = rows.splitlines() if isinstance(rows, str) else rows
        self.rows = dict(read_row(line) for line in lines if line.strip() and not line.startswith("#"))

    def put(self, row: str) -> None:
        """Set one row: "OID|TAG|VALUE"."""
        oid, value = read_row(row)
        self.rows = {**self.rows, oid: value}

    def drop(self, oid: str) -> None:
        """Take away the rows at or below an OID."""
        prefix = _oid(oid)
        self.rows = {name: value for name, value in self.rows.items() if name[: len(prefix)] != prefix}

    def _serve(self) -> None:
        while not self._stop.is_set():
            datagram, sender = self._socket.recvfrom(65535)
            answer = self.answer(datagram) if datagram else None
            if answer is not None:
                self._stop.wait(self.delay_seconds)
                self._socket.sendto(answer, sender)

    def answer(self, datagram: bytes) -> bytes | None:
        """What it sends back, or None."""
        version, community, pdu, fields, oids = _question(datagram)
        self.asked.append((pdu, len(oids)))
        deaf = (self.v1_only and version) or (self.one_column and len(oids) > 1)
        if self.mute or deaf or community != self.community or self.answers_left == 0:
            return None
        if self.answers_left is not None:
            self.answers_left -= 1
        match self.mischief:
            case Mischief.GARBAGE:
                return b"\x30\x82\xff\xffHTTP/1.1 400 Bad Request\r\n\r\n"
            case Mischief.HUGE:
                return b"\x30" * 60_000
            case Mischief.EMPTY:
                return _response(version, community, fields[0], [])
            case Mischief.TOO_BIG | Mischief.GENERIC_ERROR:
                if len(oids) > 1 or pdu == _BULK:
                    status = 1 if self.mischief is Mischief.TOO_BIG else 5
                    return _response(version, community, fields[0], [(oid, _NULL) for oid in oids], status=status)
        rows, status, index = self._rows(version, pdu, fields, oids)
        if self.mischief is Mischief.WRONG_TYPES:
            rows = [(name, _wrong(value)) for name, value in rows]
        request = fields[0] + (self.mischief is Mischief.WRONG_REQUEST_ID)
        whole = _response(version, community, request, rows, status=status, index=index)
        return whole[: len(whole) // 2] if self.mischief is Mischief.TRUNCATED else whole

    def _rows(
        self, version: int, pdu: int, fields: list[int], oids: list[Oid]
    ) -> tuple[list[tuple[Oid, bytes]], int, int]:
        table = self.rows
        keys = sorted(table)
        if pdu == _GET:
            rows = [(oid, table.get(oid, _NO_SUCH_INSTANCE)) for oid in oids]
        else:
            rows, current = [], list(oids)
            for _ in range(max(1, fields[2]) if pdu == _BULK else 1):
                step = [self._next(oid, keys, table) for oid in current]
                rows += step
                current = [name for name, _ in step]
                size = sum(2 * len(name) + len(value) for name, value in rows)
                if all(value == _END_OF_MIB_VIEW for _, value in step) or size > _MOST_ANSWER_BYTES:
                    break
        lacking = [place for place, (_, value) in enumerate(rows, 1) if value in {_NO_SUCH_INSTANCE, _END_OF_MIB_VIEW}]
        if version == 0 and lacking:
            return [(oid, _NULL) for oid in oids], 2, lacking[0]
        return rows, 0, 0

    def _next(self, oid: Oid, keys: list[Oid], table: dict[Oid, bytes]) -> tuple[Oid, bytes]:
        place = bisect.bisect_right(keys, oid)
        if self.mischief is Mischief.REPEATS and place and keys[place - 1] == oid:
            return oid, table[oid]
        if self.mischief is Mischief.ENDLESS and place and keys[place - 1][:-1] == oid[:-1]:
            return (*oid[:-1], oid[-1] + 1), table[keys[place - 1]]
        if self.mischief is Mischief.CYCLES and place and keys[place - 1] == oid:
            first = next(key for key in keys if key[:-1] == oid[:-1])
            return (first, table[first]) if first != oid else (oid, table[oid])
        return (keys[place], table[keys[place]]) if place < len(keys) else (oid, _END_OF_MIB_VIEW)


def read_row(line: str) -> tuple[Oid, bytes]:
    """One snmprec line as OID and BER."""
    oid, tag, text = line.rstrip("\n").split("|", 2)
    return _oid(oid), _value(tag, text)


def _value(tag: str, text: str) -> bytes:
    hexed = tag.endswith("x")
    kind = tag.removesuffix("x")
    if kind == "4":
        return _tlv(4, bytes.fromhex(text) if hexed else text.encode("utf-8", "surrogateescape"))
    if kind == "6":
        return _tlv(6, _arcs(_oid(text)))
    if kind == "64":
        return _tlv(0x40, bytes.fromhex(text) if hexed else bytes(int(part) for part in text.split(".")))
    if kind in _UNSIGNED:
        return _number(int(text), _UNSIGNED[kind])
    return _number(int(text)) if kind == "2" else _NULL


def _wrong(value: bytes) -> bytes:
    if value in {_NO_SUCH_INSTANCE, _END_OF_MIB_VIEW}:
        return value
    return _tlv(6, b"\x2b\x06") if value[0] in {2, *_UNSIGNED.values()} else _number(7)


def _question(datagram: bytes) -> tuple[int, bytes, int, list[int], list[Oid]]:
    _, whole, _ = _open(datagram)
    _, version, rest = _open(whole)
    _, community, rest = _open(rest)
    pdu, body, _ = _open(rest)
    fields = []
    for _ in range(3):
        _, number, body = _open(body)
        fields.append(int.from_bytes(number, signed=True))
    _, binds, _ = _open(body)
    oids = []
    while binds:
        _, bind, binds = _open(binds)
        _, name, _ = _open(bind)
        oids.append(_from_arcs(name))
    return version[-1], community, pdu, fields, oids


def _response(  # noqa: PLR0913 - the fields of a message
    version: int,
    community: bytes,
    request: int,
    rows: list[tuple[Oid, bytes]],
    *,
    status: int = 0,
    index: int = 0,
) -> bytes:
    binds = b"".join(_tlv(0x30, _tlv(6, _arcs(name)) + value) for name, value in rows)
    pdu = _tlv(_RESPONSE, _number(request) + _number(status) + _number(index) + _tlv(0x30, binds))
    return _tlv(0x30, _number(version) + _tlv(4, community) + pdu)


def _tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(length))) + length + content


def _open(raw: bytes) -> tuple[int, bytes, bytes]:
    start, length = 2, raw[1]
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(raw[2:start])
    return raw[0], raw[start : start + length], raw[start + length :]


def _number(number: int, tag: int = 2) -> bytes:
    return _tlv(tag, number.to_bytes(number.bit_length() // 8 + 1, signed=True))


def _oid(text: str) -> Oid:
    return tuple(int(arc) for arc in text.strip(".").split(".") if arc)


def _arcs(oid: Oid) -> bytes:
    padded = (*oid, 0, 0)[: max(2, len(oid))]
    out = bytearray()
    for arc in (padded[0] * 40 + padded[1], *padded[2:]):
        septets = [arc & 0x7F]
        while arc := arc >> 7:
            septets.append(0x80 | (arc & 0x7F))
        out += bytes(reversed(septets))
    return bytes(out)


def _from_arcs(content: bytes) -> Oid:
    arcs: list[int] = []
    arc = 0
    for octet in content:
        arc = (arc << 7) | (octet & 0x7F)
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    return (arcs[0] // 40, arcs[0] % 40, *arcs[1:])
