"""What the probes that speak a printer's own language share: where it is, when not to ask, and what silence means.

Port 9100 serves one session at a time on many printers, and a question inside a job can end up on paper. So a
printer whose queue has a job is not asked, and one that refuses a connection is not called dead at once: another
PC may be printing.
"""

import math
import time
from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Protocol

from probes.printer import CAUSES, CONFIRM, fault, silent
from probes.probe import Confirm, Probe
from probes.raw import place
from probes.raw.place import JETDIRECT_PORT
from probes.reading import Actor, Fault, ProbeError, Reading, Severity
from probes.text import clean
from probes.wire import stream
from probes.wire.stream import Exchange, Outcome, Question

if TYPE_CHECKING:
    from probes.raw.way import NodeWay

NOT_CONNECTED = "not-connected"
ASK_SECONDS = 6.0
"""The most that one exchange may take; a probe's deadline is above it."""

STUCK_SECONDS = 300.0
"""A queue in which nothing moves for this long is a fault, since its printer cannot be asked meanwhile."""

REFUSED_SECONDS = 120.0
"""A printer that refuses connections for less than this may be printing for another PC."""

AFTER_JOB_SECONDS = 60.0
"""After the last job was seen in the queue the printer may still be printing it."""

ASLEEP_SECONDS = 600.0
"""How long a sleeping printer is left in peace: a question wakes it."""

_NOT_JUDGED = frozenset(CAUSES) | {NOT_CONNECTED}


class Jobs(Protocol):
    """Tells whether a queue prints: probes.raw.spooler.Spooler, loaded only where a queue is named."""

    def still_seconds(self, now: float) -> float | None:
        """For how long nothing has moved; None when no job waits or prints. Raises ProbeError."""

    def close(self) -> None:
        """Close what is open."""


@dataclass(kw_only=True)
class RawPrinter(Probe):
    """A printer asked over TCP, a serial port or /dev/usb/lp*.

    host, port: its network address; or device: its node on this PC. baud: of a serial port.
    queue: the CUPS queue of this PC that prints on it; while that has a job the printer is not asked.
    """

    deadline_seconds: ClassVar[float] = 18.0  # the queue, two exchanges, two processes to bury
    confirm: ClassVar[Confirm] = CONFIRM

    host: str = ""
    port: int = JETDIRECT_PORT
    device: str = ""
    baud: int = 9600
    queue: str = ""

    _clock: Callable[[], float] = field(default=time.monotonic, init=False, repr=False)
    _jobs: Jobs | None = field(default=None, init=False, repr=False)
    _last: Reading | None = field(default=None, init=False, repr=False)
    _node: "NodeWay | None" = field(default=None, init=False, repr=False)
    _asked_at: float = field(default=-math.inf, init=False, repr=False)
    _job_at: float | None = field(default=None, init=False, repr=False)
    _refused_since: float | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        place.check(self.host, self.port, self.device, self.baud, self.queue)
        if self.queue:
            from probes.raw.spooler import Spooler  # noqa: PLC0415 - only who names a queue pays for IPP

            self._jobs = Spooler(self.queue)
        if self.device:
            from probes.raw.way import NodeWay  # noqa: PLC0415 - only who names a node pays for processes

            self._node = NodeWay(self.device, self.baud)

    def read(self) -> Reading:
        """Look once. Raises ProbeError while it may print for others, and when it does not answer in its language."""
        still = self._jobs.still_seconds(self._clock()) if self._jobs else None
        if still is not None:
            self._job_at = self._clock()
            return self._printing(still)
        if self._node is not None and not self._node.is_there():
            return self._printing(0.0) if self._node.is_lent() else self._unplugged(f"{self.device} is not there")
        if self._last is not None and self._rests(self._last):
            return self._last
        self._asked_at = self._clock()
        return self._heard(self._exchange(self.questions()))

    @abstractmethod
    def questions(self) -> Sequence[Question]:
        """What this look asks."""

    @abstractmethod
    def judge(self, replies: Sequence[bytes]) -> Reading | None:
        """The reading in the replies to questions(); None when the printer did not answer in its language."""

    def mute(self, exchange: Exchange) -> Reading:
        """The reading of a printer that let us in and did not answer. The default raises ProbeError: it is unknown."""
        what = "closed the connection" if exchange.closed else "does not answer status requests"
        other = f" (it sent {exchange.received_bytes} bytes of something else)" if exchange.received_bytes else ""
        msg = (
            f"{self.where}: connected, but it {what}{other}; it may print for another PC, speak another language, "
            "or need its status answers switched on"
        )
        raise ProbeError(clean(msg, 300))

    @property
    def where(self) -> str:
        """The printer's place, as messages name it."""
        return self.device or f"{self.host}:{self.port}"

    def _exchange(self, questions: Sequence[Question]) -> Exchange:
        if self._node is not None:
            return self._node.ask(questions, self._clock(), ASK_SECONDS)
        return stream.ask_tcp(self.host, self.port, questions, deadline_seconds=ASK_SECONDS)

    def close(self) -> None:
        """Close the connection to CUPS, the only thing that stays open."""
        if self._jobs:
            self._jobs.close()

    def _heard(self, exchange: Exchange) -> Reading:
        if exchange.outcome is not Outcome.REFUSED:
            self._refused_since = None
        if exchange.outcome in (Outcome.REFUSED, Outcome.UNREACHABLE):
            return self._nobody(exchange)
        if exchange.outcome is Outcome.ABSENT:
            return self._unplugged(exchange.detail)
        if exchange.outcome is Outcome.BUSY:
            return self._printing(0.0)
        if exchange.outcome is Outcome.DENIED:
            raise ProbeError(exchange.detail)
        reading = self.judge(exchange.replies) or self.mute(exchange)
        self._last = reading
        return reading

    def _nobody(self, exchange: Exchange) -> Reading:
        """Nobody lets us in: silence, unless a job may be the reason."""
        now = self._clock()
        if exchange.outcome is Outcome.REFUSED:
            self._refused_since = now if self._refused_since is None else self._refused_since
        refused_for = 0.0 if self._refused_since is None else now - self._refused_since
        young = exchange.outcome is Outcome.REFUSED and refused_for < REFUSED_SECONDS
        if young or (self._job_at is not None and now - self._job_at < AFTER_JOB_SECONDS):
            msg = f"{exchange.detail}; it may be printing, looking again"
            raise ProbeError(clean(msg, 300))
        self._last = None
        return silent(exchange.detail)

    def _unplugged(self, detail: str) -> Reading:
        self._last = None
        text = clean(f"{detail}; plug the printer in and switch it on")
        return Reading(
            reachable=False,
            faults=(Fault(code=NOT_CONNECTED, severity=Severity.BLOCKING, actor=Actor.COUNTER, detail=text),),
        )

    def _printing(self, still_seconds: float) -> Reading:
        """Not asked now: what stood stands, and nothing else is said; but a job that does not move is a fault."""
        if self._last is None and still_seconds < STUCK_SECONDS:
            msg = f"{self.where}: a job is being printed; its status is asked when the queue is empty"
            raise ProbeError(msg)
        faults: tuple[Fault, ...] = ()
        if still_seconds >= STUCK_SECONDS:
            detail = f"queue {self.queue}: nothing printed for {still_seconds / 60:.0f} min; look at paper and cover"
            faults = (fault("queue-stuck", detail=clean(detail)),)
        self._asked_at = -math.inf
        if self._node is not None:
            self._node.stir()
        known = self._last or Reading(reachable=True)
        return replace(known, asleep=False, faults=faults, skipped=_NOT_JUDGED - {one.code for one in faults})

    def _rests(self, last: Reading) -> bool:
        """Whether the last answer is fresh enough to stand for this look too."""
        now = self._clock()
        if last.asleep:
            return now - self._asked_at < ASLEEP_SECONDS
        return self._node is not None and not last.faults and self._node.is_fresh(now)
