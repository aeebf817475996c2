"""A printer that is asked over IPP, directly or through its CUPS queue (RFC 8011, PWG 5100.9, PWG 5100.13)."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar
from urllib.parse import quote

from probes import printer
from probes.ipp import verdict
from probes.ipp.backlog import Backlog, Standing
from probes.ipp.questions import CUPS_SOCKET, jobs_of, printer_of, why_unreached
from probes.probe import Candidate, Confirm, Probe
from probes.reading import NO_TEXT, Metric, Reading
from probes.text import SafeText, clean
from probes.wire.dial import cups_server, server
from probes.wire.ipp import Group
from probes.wire.ipp_client import Client
from probes.wire.ipp_http import Line, Unwilling

_ANSWER_SECONDS = 8.0
_QUEUE = re.compile(r"[^\x00-\x20/#?\x7f]{1,127}")


@dataclass(kw_only=True)
class PrinterIpp(Probe):
    """A printer by its own address (uri), or a queue of this PC's CUPS (queue).

    uri: ipp://host[:631]/ipp/print, or ipps://. It sees a fault as soon as the printer does.
    queue: a CUPS queue's name. CUPS knows the printer only while it prints: give uri where the printer has one.
    A CUPS that refuses is a fault of its own (service-failed, part "cups"), since nothing prints without it.
    cups: CUPS's socket, or host:port of a print server.
    verify: check the certificate of an ipps address.
    stuck_minutes: for how long nothing may come of the oldest job.
    """

    uri: str = ""
    queue: str = ""
    cups: str = CUPS_SOCKET
    verify: bool = False
    stuck_minutes: float = 10.0

    confirm: ClassVar[Confirm] = printer.CONFIRM
    metrics: ClassVar[tuple[Metric, ...]] = printer.METRICS

    _client: Client = field(init=False, repr=False)
    _backlog: Backlog = field(default_factory=Backlog, init=False, repr=False)
    _asleep: Reading | None = field(default=None, init=False, repr=False)
    _clock: Callable[[], float] = field(default=time.monotonic, init=False, repr=False)

    def __post_init__(self) -> None:
        if bool(self.uri) == bool(self.queue):
            msg = 'uri: give either uri = "ipp://192.0.2.7/ipp/print" or queue = "NAME", exactly one of them'
            raise ValueError(msg)
        if self.queue and not _QUEUE.fullmatch(self.queue):
            msg = f"queue: {self.queue!r} cannot be a queue of CUPS; 'lpstat -v' lists their names"
            raise ValueError(msg)
        if not self.stuck_minutes > 0:
            msg = "stuck_minutes: must be above 0, for example 10"
            raise ValueError(msg)
        try:
            at = cups_server(self.cups, f"/printers/{quote(self.queue)}") if self.queue else server(self.uri)
        except ValueError as error:
            msg = f"{'cups' if self.queue else 'uri'}: {error}"
            raise ValueError(msg) from error
        self._client = Client(line=Line(server=at, verify=self.verify, keep=at.tls or bool(self.queue)))

    def read(self) -> Reading:
        """Ask for the printer's attributes, and for its jobs when it has any."""
        until = time.monotonic() + _ANSWER_SECONDS
        try:
            group = printer_of(self._client, until)
        except Unwilling:
            if self._asleep is None:
                raise
            return self._asleep  # it said that it falls asleep, and now sleeps too deep to answer
        except ConnectionError as error:
            return self._nobody(error)
        jobs = jobs_of(self._client, until) if group.integer("queued-job-count") != 0 else []
        standing = None
        if jobs is not None:
            standing = self._backlog.look(jobs, group.integer("printer-up-time"), self._clock())
        reading = self._judge(group, standing, until)
        self._asleep = reading if reading.asleep else None
        return reading

    def close(self) -> None:
        """Close the connection to CUPS or to the printer."""
        self._client.close()

    @classmethod
    def discover(cls) -> Iterator[Candidate]:
        """The queues of this PC's CUPS; nothing where there is no CUPS."""
        from probes.ipp.queues import candidates  # noqa: PLC0415 - needed once, when somebody discovers

        return candidates(CUPS_SOCKET)

    def _judge(self, group: Group, standing: Standing | None, until: float) -> Reading:
        stuck_seconds = self.stuck_minutes * 60
        if not self.queue:
            return verdict.look_at_printer(group, standing, stuck_seconds=stuck_seconds)
        unreached = NO_TEXT
        if verdict.does_not_move(group, standing):
            unreached = why_unreached(group.text("device-uri", 512), until)
        return verdict.look_through_cups(group, standing, stuck_seconds=stuck_seconds, unreached=unreached)

    def _nobody(self, error: ConnectionError) -> Reading:
        """Silence; but a CUPS that refuses is a service that has failed, and nothing prints."""
        if not (self.queue and isinstance(error, ConnectionRefusedError)):
            return printer.silent(clean(str(error)))
        fault = printer.fault("service-failed", part=SafeText("cups"), detail=clean(str(error)))
        return Reading(reachable=True, faults=(fault,), skipped=frozenset(printer.CAUSES) - {fault.code})
