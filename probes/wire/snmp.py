"""SNMP as the printer probes use it: get variables, walk columns, and come to an end whatever the device does.

pysnmp stops in this room: snmp_codec (messages), snmp_v3 (USM). Its own walks never end on a device that repeats
itself (measured with 7.1.30), so the loop here has its own limits.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from probes.reading import ProbeError
from probes.wire.address import Endpoint
from probes.wire.snmp_access import Access, secret
from probes.wire.snmp_codec import Answer, Ask, Question, Version
from probes.wire.snmp_udp import CommunityLine, SilenceError
from probes.wire.snmp_value import Oid, Value, oid
from probes.wire.snmp_walk import Walk

Rows = Mapping[Oid, Value]

MAX_LOOK_SECONDS = 10.0
MAX_AT_ONCE = 4
"""Printers asked at the same time: with 100 at once the asker itself is too slow and takes some for silent."""

_FIRST_GUESS_ROWS = 4
_MAX_VARIABLES = 64  # an answer of 64 variables still fits in one Ethernet frame or two
_SYS_OBJECT_ID = oid("1.3.6.1.2.1.1.2.0")
# RFC 3416 section 3, error-status.
_TOO_BIG, _NO_SUCH_NAME, _GENERIC_ERROR, _AUTHORIZATION_ERROR = 1, 2, 5, 16

_turns = threading.BoundedSemaphore(MAX_AT_ONCE)


class Line(Protocol):
    """A way to ask one device: with a community (snmp_udp) or with a user (snmp_v3)."""

    endpoint: Endpoint

    @property
    def bulk(self) -> bool:
        """Whether it can ask for many rows at once."""

    def open(self) -> object:
        """Begin a look."""

    def close(self) -> None:
        """End a look."""

    def end(self) -> None:
        """Give everything back."""

    def ask(self, question: Question, until: float) -> Answer:
        """Raises SilenceError or another ProbeError."""


def line(access: Access, timeout_seconds: float, retries: int) -> Line:
    """The way to a device that its configuration describes. Raises ProbeError where a secret cannot be read."""
    if access.version == "3":
        from probes.wire.snmp_v3 import UserLine  # noqa: PLC0415 - 20 MiB: only who has version 3 pays

        return UserLine(access, timeout_seconds, retries)
    return CommunityLine(
        endpoint=access.endpoint,
        community=secret("community_file", access.community_file, "public").encode(),
        version=Version.V1 if access.version == "1" else Version.V2C,
        timeout_seconds=timeout_seconds,
        retries=retries,
    )


class _TooMuchError(Exception):
    """The device cannot answer so many variables at once."""


class Talk:
    """A conversation with one device that remembers its weaknesses: what it lacks, what is too much for it."""

    def __init__(self, line: Line, clock: Callable[[], float] = time.monotonic) -> None:
        self.line = line
        self._clock = clock
        self._until = 0.0
        self._met = False
        self._heard = False
        self._one_by_one = False
        self._several: set[Ask] = set()
        self._lengths: dict[tuple[Oid, ...], int] = {}
        self._lacking: set[Oid] = set()

    @contextmanager
    def look(self) -> Iterator[None]:
        """One look: greets the device if need be, then takes its turn among those who are asked now.

        A device that says nothing to the greeting takes no turn: it costs no work, and must keep nobody waiting.
        """
        self._heard = False
        try:
            self.line.open()
            self._greet()
            with self._turn():
                yield
        except SilenceError:
            self._met = False
            raise
        self.line.close()  # after trouble it stays open: an answer that comes too late must be seen as one

    def forget(self) -> None:
        """Ask again for what the device lacked: it may have been given a new part."""
        self._lacking.clear()

    def get(self, oids: tuple[Oid, ...]) -> Rows:
        """The variables that there are. Raises SilenceError or another ProbeError."""
        return self._apart(self._get, tuple(one for one in oids if one not in self._lacking))

    def walk(self, columns: tuple[Oid, ...]) -> Rows:
        """All rows of some columns of one table, or of tables of like length."""
        return self._apart(self._walk, columns)

    def _greet(self) -> None:
        # One small question tells silence from a device that cannot answer large ones.
        self._until = self._clock() + MAX_LOOK_SECONDS
        if not self._met:
            self._ask(Ask.GET, (_SYS_OBJECT_ID,))
            self._met = True

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not _turns.acquire(timeout=MAX_LOOK_SECONDS):
            msg = f"{self.line.endpoint} was not asked: this PC is too busy with other printers"
            raise ProbeError(msg)
        try:
            self._until = self._clock() + MAX_LOOK_SECONDS
            yield
        finally:
            _turns.release()

    def _apart(self, how: Callable[[tuple[Oid, ...]], Rows], oids: tuple[Oid, ...]) -> Rows:
        if not self._one_by_one:
            try:
                return how(oids) if oids else {}
            except _TooMuchError:
                self._one_by_one = True
        return {name: value for one in oids for name, value in how((one,)).items()}

    def _ask(self, ask: Ask, oids: tuple[Oid, ...], repetitions: int = 0) -> Answer:
        try:
            answer = self.line.ask(Question(ask=ask, oids=oids, repetitions=repetitions), self._until)
        except SilenceError as silence:
            if len(oids) > 1 and ask not in self._several:
                raise _TooMuchError from silence
            if not self._heard:
                raise
            msg = f"{self.line.endpoint} stopped answering in the middle of a look; it is slow or restarting"
            raise ProbeError(msg) from silence
        self._heard = True
        if answer.status == _AUTHORIZATION_ERROR:
            msg = f"{self.line.endpoint} does not let us read; give this user or community the right in its settings"
            raise ProbeError(msg)
        if answer.status in {_TOO_BIG, _GENERIC_ERROR} and len(oids) > 1:
            raise _TooMuchError
        if len(oids) > 1 and answer.status in {0, _NO_SUCH_NAME}:
            self._several.add(ask)
        return answer

    def _get(self, oids: tuple[Oid, ...]) -> Rows:
        left = list(oids)
        while left:
            answer = self._ask(Ask.GET, tuple(left))
            if answer.status == _NO_SUCH_NAME and 0 < answer.index <= len(left):
                self._lacking.add(left.pop(answer.index - 1))  # v1 refuses the whole for one
                continue
            if answer.status:
                return {}
            return {name: value for name, value in answer.rows if name in left and value is not None}
        return {}

    def _walk(self, columns: tuple[Oid, ...]) -> Rows:
        walk = Walk(columns, str(self.line.endpoint))
        repetitions = min(self._lengths.get(columns, _FIRST_GUESS_ROWS) + 1, max(1, _MAX_VARIABLES // len(columns)))
        ask = Ask.BULK if self.line.bulk else Ask.NEXT
        while walk.cursors:
            answer = self._ask(ask, tuple(walk.cursors.values()), repetitions if ask is Ask.BULK else 0)
            if answer.status and ask is Ask.BULK and repetitions > 1:
                repetitions = 1
            else:
                walk.take(answer)
        self._lengths[columns] = walk.length
        return walk.rows


__all__ = ["CommunityLine", "Line", "Oid", "Rows", "SilenceError", "Talk", "Value", "line", "oid"]
