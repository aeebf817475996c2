"""Who waits at the web server's gate, and for how long."""

import socket
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How much patience the gate has with those who wait."""

    head_seconds: float = 5.0
    leave_seconds: float = 1.0
    head_bytes: int = 16 * 1024
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
