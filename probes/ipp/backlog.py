"""Whether a queue still moves: how old its oldest job is, and for how long nothing has come of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from probes.wire.ipp import Group

MAX_JOBS = 100
_PENDING, _JOB_PROCESSING, _JOB_STOPPED = 3, 5, 6
_WAITING = (_PENDING, _JOB_PROCESSING, _JOB_STOPPED)
_MOVES = ("job-impressions-completed", "job-media-sheets-completed", "job-k-octets-processed")
ASKED = ("job-id", "job-state", "time-at-creation", "job-printer-up-time", *_MOVES)
"""What Get-Jobs is asked for (RFC 8011 section 5.3). Held jobs (state 4) wait because somebody wants it."""
_MOST_SECONDS = 366 * 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a queue stands; both are 0 for an empty one.

    oldest_seconds: the age of its oldest job that is not held. still_seconds: how long nothing has moved.
    """

    oldest_seconds: float = 0.0
    still_seconds: float = 0.0


@dataclass
class Backlog:
    """Remembers a queue's jobs between looks, on the monotonic clock: the PC's wall clock may jump."""

    _born: dict[int, float] = field(default_factory=dict)
    _mark: tuple[int, ...] = ()
    _still_since: float = 0.0

    def look(self, jobs: Iterable[Group], up_time: int | None, now: float) -> Standing:
        """Take note of the jobs that Get-Jobs listed.

        up_time: printer-up-time, the clock of time-at-creation, in seconds. now: monotonic seconds.
        A job met for the first time is as old as it says; from then on our own clock counts.
        """
        waiting = {number: job for job in jobs if (number := _waiting(job)) is not None}
        self._born = {
            number: self._born.get(number, now - _age(job, up_time)) for number, job in list(waiting.items())[:MAX_JOBS]
        }
        if not self._born:
            self._mark = ()
            return Standing()
        oldest = min(self._born, key=lambda number: self._born[number])
        mark = (oldest, *(waiting[oldest].integer(name) or 0 for name in ("job-state", *_MOVES)))
        if mark != self._mark:
            self._still_since = now if self._mark else self._born[oldest]
            self._mark = mark
        return Standing(oldest_seconds=now - self._born[oldest], still_seconds=now - self._still_since)


def _waiting(job: Group) -> int | None:
    """The number of a job that waits or prints."""
    return job.integer("job-id") if job.integer("job-state") in _WAITING else None


def _age(job: Group, up_time: int | None) -> float:
    """The job's age by the printer's own clock; 0 where that makes no sense."""
    clock = job.integer("job-printer-up-time") or up_time
    created = job.integer("time-at-creation")
    if clock is None or created is None or not 0 <= clock - created <= _MOST_SECONDS:
        return 0.0
    return float(clock - created)
