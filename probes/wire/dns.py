"""A small DNS client over UDP (RFC 1035): one question, one server, one deadline.

Not the C resolver, which cannot be interrupted, and not dnspython, which costs 14 MiB for what is needed here.
An answer counts only when it came from the server asked and repeats the id and the question (RFC 5452).
"""

import os
import socket
import struct
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from probes.wire.address import Endpoint, family

_HEADER = struct.Struct("!6H")
_RECORD = struct.Struct("!HHIH")
_IN, _A, _CNAME, _AAAA = 1, 1, 5, 28
_TYPES = {socket.AF_INET: _A, socket.AF_INET6: _AAAA}
_RESPONSE, _OPCODE, _RECURSION_DESIRED, _TRUNCATED, _RCODE = 0x8000, 0x7800, 0x0100, 0x0200, 0x000F
_POINTER = 0xC0
_MOST_LABEL, _MOST_NAME, _MOST_RECORDS, _MOST_BYTES, _MOST_STRAYS = 63, 255, 64, 4096, 64

NXDOMAIN = 3
_RCODES = ("NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED")


class Answer(NamedTuple):
    """What a server said. addresses and aliases (CNAME targets) are in the order of the answer."""

    rcode: int
    addresses: tuple[str, ...]
    aliases: tuple[str, ...]
    ttl_seconds: int
    seconds: float

    @property
    def verdict(self) -> str:
        """The response code's name (RFC 1035 4.1.1, RFC 6895)."""
        return _RCODES[self.rcode] if self.rcode < len(_RCODES) else f"RCODE{self.rcode}"


def encode(number: int, name: str, kind: socket.AddressFamily = socket.AF_INET) -> bytes:
    """A question. Raises ValueError where the name cannot be asked for."""
    out = _HEADER.pack(number, _RECURSION_DESIRED, 1, 0, 0, 0)
    for label in name.rstrip(".").split("."):
        raw = label.encode("ascii")
        if not 0 < len(raw) <= _MOST_LABEL:
            msg = f"{name!r} is not a host name"
            raise ValueError(msg)
        out += bytes([len(raw)]) + raw
    if len(out) - _HEADER.size >= _MOST_NAME:
        msg = f"{name!r} is too long for a host name"
        raise ValueError(msg)
    return out + b"\0" + struct.pack("!HH", _TYPES[kind], _IN)


def decode(data: bytes, question: bytes, seconds: float = 0.0) -> Answer | None:
    """What a datagram answers to a question; None where it answers something else or cannot be read.

    Never raises: servers may be hostile. Compression pointers must lead backwards, so they end.
    """
    try:
        return _decode(data, question, seconds)
    except (ValueError, IndexError, struct.error):
        return None


def _decode(data: bytes, question: bytes, seconds: float) -> Answer | None:
    number, flags, questions, answers, _, _ = _HEADER.unpack_from(data)
    asked = question[_HEADER.size :]
    body = data[_HEADER.size : _HEADER.size + len(asked)]
    if (number,) != struct.unpack_from("!H", question) or not flags & _RESPONSE or flags & _OPCODE:
        return None
    if questions == 0 and flags & _RCODE:
        return Answer(rcode=flags & _RCODE, addresses=(), aliases=(), ttl_seconds=0, seconds=seconds)
    if questions != 1 or body.lower() != asked.lower():
        return None
    records = list(_records(data, _HEADER.size + len(asked), min(answers, _MOST_RECORDS)))
    return Answer(
        rcode=flags & _RCODE,
        addresses=tuple(text for kind, text, _ in records if kind != _CNAME),
        aliases=tuple(text for kind, text, _ in records if kind == _CNAME),
        ttl_seconds=min((ttl for _, _, ttl in records), default=0),
        seconds=seconds,
    )


def _records(data: bytes, offset: int, count: int) -> Iterator[tuple[int, str, int]]:
    """Type, text and TTL of the address and alias records; a cut-off record ends the list."""
    for _ in range(count):
        if offset >= len(data):
            return
        _, offset = _name(data, offset)
        kind, class_, ttl, length = _RECORD.unpack_from(data, offset)
        offset += _RECORD.size
        raw = data[offset : offset + length]
        if class_ == _IN and kind == _A and length == len(raw) == 4:  # noqa: PLR2004 - bytes of an IPv4 address
            yield kind, socket.inet_ntop(socket.AF_INET, raw), ttl
        elif class_ == _IN and kind == _AAAA and length == len(raw) == 16:  # noqa: PLR2004 - bytes of an IPv6 address
            yield kind, socket.inet_ntop(socket.AF_INET6, raw), ttl
        elif class_ == _IN and kind == _CNAME:
            yield kind, _name(data, offset)[0], ttl
        offset += length


def _name(data: bytes, offset: int) -> tuple[str, int]:
    """A name and where the next field starts."""
    labels: list[str] = []
    after = None
    lowest = offset
    while (length := data[offset]) != 0:
        if length & _POINTER == _POINTER:
            after = offset + 2 if after is None else after
            offset = (length & ~_POINTER) << 8 | data[offset + 1]
            if offset >= lowest:
                msg = "a compression pointer leads forwards"
                raise ValueError(msg)
            lowest = offset
            continue
        if length & _POINTER or sum(map(len, labels)) + length > _MOST_NAME:
            msg = "a label is too long"
            raise ValueError(msg)
        labels.append(data[offset + 1 : offset + 1 + length].decode("ascii"))
        offset += 1 + length
    return ".".join(labels), offset + 1 if after is None else after


def ask(
    server: Endpoint,
    names: Sequence[str],
    timeout_seconds: float,
    kind: socket.AddressFamily = socket.AF_INET,
) -> Answer | None:
    """The first good answer to any of the names, each asked a share of the time after the one before.

    Without a good one, the last answer that was not (its rcode says why); None where nothing came. A name may
    stand twice to be asked twice. Raises OSError where the server refuses or there is no way to it.
    """
    wire_family = family(server.host) or socket.AF_INET
    questions: list[tuple[bytes, float]] = []
    worst = None
    with socket.socket(wire_family, socket.SOCK_DGRAM) as wire:
        wire.connect((server.host, server.port))
        for name in names:
            question = encode(int.from_bytes(os.urandom(2)), name, kind)
            questions.append((question, time.monotonic()))
            wire.send(question)
            answer = _listen(wire, questions, time.monotonic() + timeout_seconds / len(names))
            if answer and answer.rcode == 0 and answer.addresses:
                return answer
            worst = answer or worst
    return worst


def _listen(wire: socket.socket, questions: Sequence[tuple[bytes, float]], until: float) -> Answer | None:
    """The first datagram that answers one of the questions; strays and forgeries are passed over."""
    for _ in range(_MOST_STRAYS):
        left = until - time.monotonic()
        if left <= 0:
            return None
        wire.settimeout(left)
        try:
            data = wire.recv(_MOST_BYTES)
        except TimeoutError:
            return None
        for question, sent in questions:
            answer = decode(data, question, time.monotonic() - sent)
            if answer:
                return answer
    return None
