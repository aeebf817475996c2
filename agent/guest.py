"""Who waits at the web server's gate, and for how long."""

import re
import socket
from dataclasses import dataclass, field

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_LENGTH = re.compile(rb"(?i)\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r?\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How much patience the gate has with those who wait.

    body_bytes: the longest body that is taken in before a worker hears of the request; 0: none is waited for.
    """

    head_seconds: float = 5.0
    leave_seconds: float = 1.0
    head_bytes: int = 16 * 1024
    body_bytes: int = 0
    ignored_bytes: int = 256 * 1024
    waiting: int = 48


@dataclass(slots=True, kw_only=True, eq=False)
class Guest:
    """A connection whose request head has not fully come, or that is being seen off."""

    socket: socket.socket
    address: str
    deadline: float
    head: bytearray = field(default_factory=bytearray)
    greeted: bool
    leaving: bool = False
    ignored_bytes: int = 0
    head_bytes: int | None = None
    """How long its head is; None while that is not complete."""
    body_bytes: int = 0
    """How long a body it says will follow."""

    @property
    def is_complete(self) -> bool:
        """Whether all of its request is here."""
        return self.head_bytes is not None and len(self.head) >= self.head_bytes + self.body_bytes

    def measure(self, *, with_body: bool) -> None:
        """Find out how long the request is, once its head is complete. with_body: its body is waited for."""
        end = _HEAD_END.search(self.head)
        if end is not None:
            self.head_bytes = end.end()
            told = _LENGTH.search(self.head, 0, end.end()) if with_body else None
            self.body_bytes = int(told[1]) if told else 0
