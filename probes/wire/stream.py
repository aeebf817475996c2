"""Questions and answers over a raw stream: a printer's TCP port 9100 ("JetDirect"), or a device node.

Every wait ends at one deadline, every reply is bounded, and a printer that sends something else in between is
read past. What a reply must look like is part of the question. Device nodes are opened by probes.wire.node.
"""

import errno
import os
import re
import select
import time
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from probes.reading import NO_TEXT, ProbeError
from probes.text import SafeText, clean
from probes.wire import names
from probes.wire.address import family
from probes.wire.tcp import dial

REPLY_LIMIT_BYTES = 4096
"""The longest reply that is waited for; a printer's status has at most some hundred bytes."""

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 1.5
_STALE_LIMIT_BYTES = 65536

# What the network says about a host that is off, or unplugged; anything else is this PC's own trouble.
_NOBODY = (errno.EHOSTUNREACH, errno.EHOSTDOWN, errno.ETIMEDOUT, errno.ECONNRESET, errno.ECONNABORTED)


class Outcome(StrEnum):
    """How far an exchange came."""

    ASKED = "asked"  # the way stood and the questions went out; replies tells what came back
    REFUSED = "refused"  # the host answers, but lets nobody in: switched off service, or one session at a time
    UNREACHABLE = "unreachable"
    ABSENT = "absent"  # no such device node, or it vanished: unplugged
    BUSY = "busy"  # another program has the device node open: it prints
    DENIED = "denied"


class Question(NamedTuple):
    """What to send, and what a complete reply looks like.

    until: a regular expression over bytes; the reply is what it matches, wherever in the stream. b"" sends only.
    optional: when no reply comes, the next question is asked all the same. Otherwise the exchange ends, so that
    a late reply is never taken for the next question's.
    """

    send: bytes
    until: bytes = b""
    optional: bool = False


class Exchange(NamedTuple):
    """What came of an exchange.

    replies: one per question that was asked, b"" where none came; as many as questions only if all were asked.
    received_bytes: everything that came, also what was no reply. closed: the other side ended it early.
    """

    outcome: Outcome
    replies: tuple[bytes, ...] = ()
    received_bytes: int = 0
    closed: bool = False
    detail: SafeText = NO_TEXT


def ask_tcp(host: str, port: int, questions: Sequence[Question], *, deadline_seconds: float) -> Exchange:
    """Connect, ask, close at once: many printers serve one session at a time.

    Raises ProbeError where this PC itself cannot look: no route, no name, no right.
    """
    deadline = time.monotonic() + deadline_seconds
    address = _address(host, deadline_seconds / 2)
    try:
        wire = dial(address, port, max(0.001, min(CONNECT_SECONDS, deadline - time.monotonic())))
    except OSError as error:
        return _not_connected(error, f"{host}:{port}")
    with wire:
        wire.settimeout(0)
        return converse(wire.fileno(), questions, deadline=deadline)


def reply_in(question: Question, heard: bytes | bytearray) -> bytes:
    """The reply to a question in what was heard so far, b"" while there is none."""
    found = re.search(question.until, heard, re.DOTALL)
    return bytes(found.group()) if found else b""


def converse(file: int, questions: Iterable[Question], *, deadline: float) -> Exchange:
    """Ask over an open non-blocking file. deadline: monotonic."""
    talk = _Talk(file, deadline)
    talk.forget()
    replies: list[bytes] = []
    for question in questions:
        reply = talk.ask(question)
        replies.append(reply)
        if talk.closed or not (reply or question.optional or not question.until) or time.monotonic() >= deadline:
            break
    return Exchange(outcome=Outcome.ASKED, replies=tuple(replies), received_bytes=talk.received, closed=talk.closed)


class _Talk:
    """One conversation over a non-blocking file."""

    def __init__(self, file: int, deadline: float) -> None:
        self._file, self._deadline = file, deadline
        self.received = 0
        self.closed = False

    def forget(self) -> None:
        """Drop what lies there from before: it answers nobody's question."""
        dropped = 0
        while not self.closed and dropped < _STALE_LIMIT_BYTES and self._ready(select.POLLIN, time.monotonic()):
            dropped += len(self._read())

    def ask(self, question: Question) -> bytes:
        """Send one question and wait for its reply; b"" when none came in time."""
        until = min(self._deadline, time.monotonic() + ANSWER_SECONDS)
        if not self._send(question.send, until) or not question.until:
            return b""
        heard = bytearray()
        while len(heard) < REPLY_LIMIT_BYTES and not self.closed and self._ready(select.POLLIN, until):
            heard += self._read()
            if reply := reply_in(question, heard):
                return reply
        return b""

    def _send(self, data: bytes, until: float) -> bool:
        while data and self._ready(select.POLLOUT, until):
            try:
                data = data[os.write(self._file, data) :]
            except BlockingIOError:
                continue
            except OSError:
                self.closed = True
                return False
        return not data

    def _read(self) -> bytes:
        try:
            part = os.read(self._file, REPLY_LIMIT_BYTES)
        except BlockingIOError:
            return b""
        except OSError:
            part = b""
        self.closed = not part
        self.received += len(part)
        return part

    def _ready(self, what: int, until: float) -> bool:
        poller = select.poll()
        poller.register(self._file, what)
        return bool(poller.poll(max(0.0, until - time.monotonic()) * 1000))


def _address(host: str, timeout_seconds: float) -> str:
    if family(host) is not None:
        return host
    found = names.lookup(host, names.name_servers(), timeout_seconds)
    if not found.addresses:
        msg = f"{host}: no address found ({clean(found.why)}); write the printer's IP address instead of its name"
        raise ProbeError(msg)
    return found.addresses[0]


def _not_connected(error: OSError, where: str) -> Exchange:
    if isinstance(error, ConnectionRefusedError):
        return Exchange(outcome=Outcome.REFUSED, detail=clean(f"{where} refuses the connection"))
    if isinstance(error, TimeoutError) or error.errno in _NOBODY:
        why = "no answer" if isinstance(error, TimeoutError) else error.strerror
        return Exchange(outcome=Outcome.UNREACHABLE, detail=clean(f"{where}: {why}"))
    msg = f"{where}: cannot connect from this PC ({error.strerror}); look at its network cable, address and firewall"
    raise ProbeError(msg) from error
