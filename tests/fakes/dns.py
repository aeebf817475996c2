"""A name server on loopback that answers what a test says."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

from probes.wire.address import Endpoint

Reply = Callable[[bytes], Iterable[bytes]]
A, CNAME, AAAA = 1, 5, 28


def name(text: str) -> bytes:
    """A name on the wire, uncompressed."""
    return b"".join(bytes([len(x)]) + x.encode() for x in text.split(".")) + b"\0"


def record(kind: int, data: bytes, *, ttl: int = 60, owner: bytes = b"\xc0\x0c") -> bytes:
    """One resource record; its owner is the name asked for."""
    return owner + struct.pack("!HHIH", kind, 1, ttl, len(data)) + data


def answer(question: bytes, *records: bytes, rcode: int = 0, flags: int = 0x8180) -> bytes:
    """A well-formed answer to a question."""
    head = question[:2] + struct.pack("!5H", flags | rcode, 1, len(records), 0, 0)
    return head + question[12:] + b"".join(records)


def knows(*addresses: str, ttl: int = 60) -> Reply:
    """A server that gives these IPv4 addresses to every name."""
    records = [record(A, socket.inet_aton(text), ttl=ttl) for text in addresses]
    return lambda question: [answer(question, *records)]


def refuses(rcode: int) -> Reply:
    """A server that answers every question with one response code."""
    return lambda question: [answer(question, rcode=rcode)]


def silent(question: bytes) -> list[bytes]:
    """A server that never answers."""
    del question
    return []


class DnsServer:
    """Serves from a thread of its own; asked: the questions so far."""

    def __init__(self, reply: Reply, at: Endpoint = Endpoint("127.0.0.1", 0)) -> None:  # noqa: B008 - frozen
        self.reply = reply
        self.asked: list[bytes] = []
        self._wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._wire.bind((at.host, at.port))
        self.at = Endpoint(*self._wire.getsockname())
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self) -> None:
        while True:
            question, sender = self._wire.recvfrom(4096)
            if not question:
                return
            self.asked.append(question)
            for packet in self.reply(question):
                with contextlib.suppress(OSError):
                    self._wire.sendto(packet, sender)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        with contextlib.suppress(OSError):
            # Not connected, says Linux, and wakes the waiting thread all the same.
            self._wire.shutdown(socket.SHUT_RD)
        self._thread.join(5)
        self._wire.close()
