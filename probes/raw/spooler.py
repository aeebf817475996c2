"""Whether a CUPS queue of this PC has a job, so that nobody talks into it. Imported only where a queue is named."""

import time
from urllib.parse import quote

from probes.ipp.backlog import ASKED, MAX_JOBS, Backlog
from probes.reading import ProbeError
from probes.wire.dial import Server
from probes.wire.ipp import Tag
from probes.wire.ipp_client import Client, Operation
from probes.wire.ipp_http import Line

CUPS_SOCKET = "/run/cups/cups.sock"
_ANSWER_SECONDS = 3.0
_ACTIVE = (3, 5, 6)
"""job-state pending, processing and processing-stopped (RFC 8011 section 5.3.7)."""


class Spooler:
    """One queue, asked over CUPS's local socket (RFC 8011 section 4.2.6, Get-Jobs)."""

    def __init__(self, queue: str, socket_path: str = CUPS_SOCKET) -> None:
        path = f"/printers/{quote(queue)}"
        self._queue, self._uri = queue, f"ipp://localhost{path}"
        self._client = Client(line=Line(server=Server(at=socket_path, path=path)))
        self._backlog = Backlog()

    def still_seconds(self, now: float) -> float | None:
        """For how long nothing has moved in the queue; None when no job waits or prints. Held jobs do not count.

        now: monotonic seconds. Raises ProbeError when CUPS does not tell: then the printer may be printing.
        """
        asked = (
            (Tag.URI, "printer-uri", (self._uri,)),
            (Tag.NAME, "requesting-user-name", ("jagaloket",)),
            (Tag.INTEGER, "limit", (MAX_JOBS,)),
            (Tag.KEYWORD, "which-jobs", ("not-completed",)),
            (Tag.KEYWORD, "requested-attributes", ASKED),
        )
        try:
            answer = self._client.ask(Operation.GET_JOBS, asked, until=time.monotonic() + _ANSWER_SECONDS)
        except ConnectionError as error:
            msg = f"CUPS does not tell whether queue {self._queue} prints ({error}); start CUPS, or leave queue out"
            raise ProbeError(msg) from error
        jobs = answer.all(Tag.JOB_GROUP)
        standing = self._backlog.look(jobs, None, now)
        return standing.still_seconds if any(job.integer("job-state") in _ACTIVE for job in jobs) else None

    def close(self) -> None:
        """Close the connection to CUPS."""
        self._client.close()
