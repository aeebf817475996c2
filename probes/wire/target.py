"""What a service look aims at and what it found: the values that TCP, TLS and HTTP share."""

from enum import StrEnum
from typing import NamedTuple

from probes.reading import NO_TEXT
from probes.text import SafeText
from probes.wire.address import Endpoint, endpoint

PORTS = {"tcp": None, "tls": None, "http": 80, "https": 443}


class Url(NamedTuple):
    """What to look at. scheme: tcp, tls, http or https; path: for the last two."""

    scheme: str
    at: Endpoint
    path: str = "/"


class Stage(StrEnum):
    """How far a look came."""

    CONNECT = "connect"
    TLS = "tls"
    HTTP = "http"


class Outcome(NamedTuple):
    """What one look found; times in seconds, None where it did not come that far.

    failed: the stage that failed, None when all went well; why: in what words.
    refused: TLS came as far as a certificate, and that does not count; only_dates: for its dates alone, which a wrong
    clock of this PC explains, too.
    expires: the certificate's end, UTC epoch seconds. location: where a redirect leads.
    """

    failed: Stage | None = None
    why: SafeText = NO_TEXT
    connect_seconds: float | None = None
    tls_seconds: float | None = None
    first_byte_seconds: float | None = None
    refused: bool = False
    only_dates: bool = False
    expires: float | None = None
    status: int | None = None
    location: SafeText = NO_TEXT
    body: bytes = b""

    @property
    def seconds(self) -> float:
        """How long all of it took."""
        return sum(t for t in (self.connect_seconds, self.tls_seconds, self.first_byte_seconds) if t is not None)


def read_url(text: str) -> Url:
    """Read tcp://host:port, tls://host:port, http://host/path or https://host/path.

    Raises ValueError("what is wrong; what to write instead").
    """
    scheme, sep, rest = text.partition("://")
    if not sep or scheme not in PORTS:
        msg = f"{text!r} is not a target; write tcp://host:port, tls://host:port, http://host/path or https://host/path"
        raise ValueError(msg)
    where, slash, path = rest.partition("/")
    if not text.isascii() or not text.isprintable() or " " in text or "@" in where:
        msg = f"{text!r} has signs that do not belong in a target; write it without spaces, user or password"
        raise ValueError(msg)
    if slash and path and scheme in ("tcp", "tls"):
        msg = f"{text!r} has a path, which {scheme}:// does not know; write {scheme}://host:port"
        raise ValueError(msg)
    return Url(scheme=scheme, at=endpoint(where, PORTS[scheme]), path="/" + path)


def reason(error: OSError) -> str:
    """A socket's error in a few words."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    return error.strerror or type(error).__name__
