"""TCP to addresses, never to names: one connection, or handshakes with several at the same time in one thread."""

import errno
import os
import selectors
import socket
import time
from collections.abc import Sequence
from typing import NamedTuple

from probes.wire.address import Endpoint, family

_NO_ANSWER = "no answer in time"
_WORDS = {errno.ECONNREFUSED: "refused", errno.ETIMEDOUT: _NO_ANSWER}


class Handshake(NamedTuple):
    """What came of one. seconds: how long it took, None where it failed; why: then, in words."""

    seconds: float | None = None
    why: str = ""


def dial(address: str, port: int, timeout_seconds: float) -> socket.socket:
    """A connection with an address. Raises OSError, TimeoutError among them.

    socket.create_connection() loads the tables of IDNA (RFC 3490) for any text, 0.1 MiB, which an address never needs.
    """
    caller = socket.socket(family(address) or socket.AF_INET, socket.SOCK_STREAM)
    try:
        caller.settimeout(timeout_seconds)
        caller.connect((address, port))
    except BaseException:
        caller.close()
        raise
    return caller


def handshakes(targets: Sequence[Endpoint], timeout_seconds: float) -> list[Handshake]:
    """One with each target, which must be an address; in their order. Never raises; hangs up at once."""
    found: dict[int, Handshake] = {}
    callers: list[socket.socket] = []
    with selectors.DefaultSelector() as waiting:
        try:
            for number, target in enumerate(targets):
                started = time.monotonic()
                caller = socket.socket(family(target.host) or socket.AF_INET, socket.SOCK_STREAM)
                callers.append(caller)
                caller.settimeout(0)
                try:
                    code = caller.connect_ex((target.host, target.port))
                except OSError as error:
                    code = error.errno or errno.EIO
                if code == errno.EINPROGRESS:
                    waiting.register(caller, selectors.EVENT_WRITE, (number, started))
                else:
                    found[number] = _handshake(target, code, time.monotonic() - started)
            _wait(targets, waiting, found, time.monotonic() + timeout_seconds)
        finally:
            for caller in callers:
                caller.close()
    silent = {number: Handshake(why=_told(target, _NO_ANSWER)) for number, target in enumerate(targets)}
    return [found.get(number, silent[number]) for number in range(len(targets))]


def _wait(
    targets: Sequence[Endpoint], waiting: selectors.BaseSelector, found: dict[int, Handshake], until: float
) -> None:
    while waiting.get_map() and (left := until - time.monotonic()) > 0:
        for key, _ in waiting.select(left):
            now, (number, started) = time.monotonic(), key.data
            waiting.unregister(key.fileobj)
            if isinstance(key.fileobj, socket.socket):
                code = key.fileobj.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                found[number] = _handshake(targets[number], code, now - started)


def _handshake(target: Endpoint, code: int, seconds: float) -> Handshake:
    if code == 0:
        return Handshake(seconds=seconds)
    return Handshake(why=_told(target, _WORDS.get(code) or os.strerror(code)))


def _told(target: Endpoint, why: str) -> str:
    return f"{target.host} port {target.port}: {why}"
