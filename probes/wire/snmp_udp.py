"""SNMP v1 and v2c over UDP: one question, one answer, or silence before a deadline."""

import secrets
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from probes.reading import ProbeError
from probes.wire.address import Endpoint, family
from probes.wire.snmp_access import address
from probes.wire.snmp_codec import MAX_DATAGRAM_BYTES, Answer, Ask, MalformedError, Question, Version, decode, encode

_MAX_STRAY_DATAGRAMS = 16
"""Datagrams per try that are no answer to our question: late ones, another's, garbage."""


class SilenceError(ProbeError):
    """Nothing came back in time. refused: the other side said at once that nobody listens on the port."""

    def __init__(self, message: str, *, refused: bool = False) -> None:
        super().__init__(message)
        self.refused = refused


@dataclass(kw_only=True)
class CommunityLine:
    """The way to one printer with a community. Not for use by two threads at once.

    version: V2C steps down to V1 by itself where only that is answered at the first contact, and stays there.
    timeout_seconds: for each try; retries: tries after the first.
    """

    endpoint: Endpoint
    community: bytes
    version: Version = Version.V2C
    timeout_seconds: float = 2.0
    retries: int = 1
    clock: Callable[[], float] = time.monotonic
    _socket: socket.socket | None = field(default=None, init=False, repr=False)
    _target: tuple[str, int] = field(default=("", 0), init=False, repr=False)
    _met: bool = field(default=False, init=False)

    @property
    def bulk(self) -> bool:
        """Whether it can ask for many rows at once (GETBULK came with v2)."""
        return self.version is not Version.V1

    def open(self) -> socket.socket:
        """Take a socket for one look, the last one where nobody closed it and the host is still there.

        Raises ProbeError when the host's name leads nowhere.
        """
        target = (address(self.endpoint.host), self.endpoint.port)
        if self._socket is not None and self._target == target:
            return self._socket
        self.close()
        self._target = target
        self._socket = found = socket.socket(family(target[0]) or socket.AF_INET, socket.SOCK_DGRAM)
        try:
            found.connect(target)  # the kernel then drops what comes from elsewhere
        except OSError as error:
            self.close()
            raise self._silence(error) from error  # no route: as silent as no answer
        return found

    def close(self) -> None:
        """Give the socket back."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def end(self) -> None:
        """Give everything back."""
        self.close()

    def ask(self, question: Question, until: float) -> Answer:
        """The answer to one question. until: the look's deadline on this line's clock.

        Raises SilenceError when nothing came, ProbeError when only bytes came that answer nothing.
        """
        try:
            answer = self._ask(question, until, 1 + self.retries)
        except SilenceError:
            if self._met or self.version is Version.V1 or question.ask is Ask.BULK:
                raise
            answer = self._ask_first_version(question, until)
        self._met = True
        return answer

    def _ask_first_version(self, question: Question, until: float) -> Answer:
        self.version = Version.V1
        try:
            return self._ask(question, until, 1)
        except ProbeError:
            self.version = Version.V2C
            raise

    def _ask(self, question: Question, until: float, tries: int) -> Answer:
        request = secrets.randbits(31)  # hard to guess: an answer cannot be forged from elsewhere
        datagram = encode(self.version, self.community, request, question)
        trouble: ProbeError | None = None
        for _ in range(tries):
            try:
                return self._try(datagram, request, min(until, self.clock() + self.timeout_seconds))
            except SilenceError as silence:
                trouble = trouble or silence
            except ProbeError as odd:
                trouble = odd
            except OSError as error:
                trouble = trouble or self._silence(error)
        raise trouble or SilenceError(f"{self.endpoint} was not asked: the look took too long")

    def _try(self, datagram: bytes, request: int, limit: float) -> Answer:
        line = self._socket or self.open()
        line.send(datagram)
        stray = ""
        for _ in range(_MAX_STRAY_DATAGRAMS):
            # Even past the limit one look into the socket: a busy PC must not take for silence what lies there.
            line.settimeout(max(limit - self.clock(), 0.0))
            try:
                answer = decode(line.recv(MAX_DATAGRAM_BYTES + 1))
            except (TimeoutError, BlockingIOError):
                break
            except MalformedError as error:
                stray = str(error)
                continue
            if answer.request == request:
                return answer
            stray = "an answer to another question"
        if stray:
            msg = f"{self.endpoint} sent {stray}; restart the printer, or read it by another protocol (printer_ipp)"
            raise ProbeError(msg)
        msg = f"{self.endpoint} did not answer within {self.timeout_seconds:g} s"
        raise SilenceError(msg)

    def _silence(self, error: OSError) -> SilenceError:
        refused = isinstance(error, ConnectionRefusedError)  # ICMP: nobody listens on that port
        return SilenceError(f"{self.endpoint}: {error.strerror or error}", refused=refused)
