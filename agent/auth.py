"""Who may see the pages: HTTP basic authentication (RFC 7617) against bcrypt hashes, as in Prometheus' web-config."""

import base64
import binascii
import hashlib
import hmac
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

import bcrypt

_KNOWN_LIMIT = 64
_ADDRESSES_LIMIT = 256
_PASSWORD_LIMIT_BYTES = 72
"""What bcrypt looks at; a longer password is wrong, not shortened."""


class Verdict(Enum):
    """What came of a try."""

    WELCOME = auto()
    WRONG = auto()
    TOO_MANY = auto()


@dataclass(slots=True)
class _Tries:
    """Wrong tries of one address since a moment."""

    since: float
    wrong: int = 0


@dataclass(slots=True, kw_only=True)
class Users:
    """Checks names and passwords; an unknown name costs as long as a wrong password.

    hashes: name -> bcrypt hash. tries: wrong ones per address and window; further ones are not even looked at.
    What was right once is known by HMAC(name, hash, password) under a key of this process (CVE-2022-46146).
    """

    hashes: Mapping[str, str]
    tries: int = 10
    window_seconds: float = 60.0
    clock: Callable[[], float] = time.monotonic
    _key: bytes = field(default_factory=lambda: os.urandom(32), init=False, repr=False)
    _known: set[bytes] = field(default_factory=set, init=False, repr=False)
    _tries: dict[str, _Tries] = field(default_factory=dict, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def check(self, authorization: str, address: str) -> Verdict:
        """Judge the Authorization header that came from an address."""
        credentials = _credentials(authorization)
        if credentials is None:
            return Verdict.WRONG
        name, password = credentials
        known = name in self.hashes
        stored = self.hashes[name] if known else next(iter(self.hashes.values()))
        mark = self._mark(name, stored, password)
        if known and mark in self._known:
            return Verdict.WELCOME
        # One bcrypt at a time: it is slow by design, and a worker must be left for those who are known.
        if not self._lock.acquire(blocking=False):
            return Verdict.TOO_MANY
        try:
            return self._weigh(address, stored, password, mark=mark, known=known)
        finally:
            self._lock.release()

    def _weigh(self, address: str, stored: str, password: bytes, *, mark: bytes, known: bool) -> Verdict:
        tries = self._tries_of(address)
        if tries.wrong >= self.tries:
            return Verdict.TOO_MANY
        if _matches(password, stored) and known:
            if len(self._known) >= _KNOWN_LIMIT:
                self._known.clear()
            self._known.add(mark)
            return Verdict.WELCOME
        tries.wrong += 1
        return Verdict.WRONG

    def _tries_of(self, address: str) -> _Tries:
        now = self.clock()
        tries = self._tries.pop(address, None)
        if tries is None or now - tries.since >= self.window_seconds:
            tries = _Tries(now)
        if len(self._tries) >= _ADDRESSES_LIMIT:
            del self._tries[next(iter(self._tries))]
        self._tries[address] = tries
        return tries

    def _mark(self, *parts: str | bytes) -> bytes:
        mac = hmac.new(self._key, digestmod=hashlib.sha256)
        for part in parts:
            raw = part if isinstance(part, bytes) else part.encode()
            mac.update(len(raw).to_bytes(4, "big") + raw)
        return mac.digest()


def _credentials(authorization: str) -> tuple[str, bytes] | None:
    """Name and password of a Basic header; None where it is none."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        raw = base64.b64decode(encoded.strip(), validate=True)
        name, colon, password = raw.partition(b":")
        return (name.decode(), password) if colon else None
    except (binascii.Error, UnicodeDecodeError):
        return None


def _matches(password: bytes, stored: str) -> bool:
    right = bcrypt.checkpw(password[:_PASSWORD_LIMIT_BYTES].replace(b"\0", b"?"), stored.encode())
    return right and len(password) <= _PASSWORD_LIMIT_BYTES and b"\0" not in password
