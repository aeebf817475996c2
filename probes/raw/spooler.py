"""Whether a CUPS queue of this PC has a job, so that nobody talks into it. Imported only where a queue is named."""

import time
from urllib.parse import quote

from probes.ipp.backlog import Backlog
from probes.ipp.questions import CUPS_SOCKET, jobs_of, printer_of
from probes.reading import ProbeError
from probes.text import clean
from probes.wire.dial import cups_server
from probes.wire.ipp_client import Client
from probes.wire.ipp_http import Line

_ANSWER_SECONDS = 3.0
_ACTIVE = (3, 5, 6)
"""job-state pending, processing and processing-stopped (RFC 8011 section 5.3.7)."""


class Spooler:
    """One queue, asked over CUPS's local socket."""

    def __init__(self, queue: str, cups: str = CUPS_SOCKET) -> None:
        self._queue = queue
        self._client = Client(line=Line(server=cups_server(cups, f"/printers/{quote(queue)}"), keep=True))
        self._backlog = Backlog()

    def still_seconds(self, now: float) -> float | None:
        """For how long nothing has moved in the queue; None when no job waits or prints. Held jobs do not count.

        now: monotonic seconds. Raises ProbeError when CUPS does not tell: then the printer may be printing.
        """
        until = time.monotonic() + _ANSWER_SECONDS
        try:
            queue = printer_of(self._client, until)
        except ConnectionError as error:
            raise self._untold(str(error)) from error
        if queue.integer("queued-job-count") == 0:
            return None
        jobs = jobs_of(self._client, until)
        if jobs is None:
            why = "it keeps its jobs to itself"
            raise self._untold(why)
        standing = self._backlog.look(jobs, queue.integer("printer-up-time"), now)
        return standing.still_seconds if any(job.integer("job-state") in _ACTIVE for job in jobs) else None

    def close(self) -> None:
        """Close the connection to CUPS."""
        self._client.close()

    def _untold(self, why: str) -> ProbeError:
        text = (
            f"CUPS does not tell whether queue {self._queue} prints ({why}); start CUPS, or leave the option queue out"
        )
        return ProbeError(clean(text, 256))
