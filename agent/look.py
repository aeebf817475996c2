"""One look at one device, with everything that can go wrong while looking caught and named."""

import logging
from dataclasses import dataclass

from agent.clock import Clock
from agent.watched import Watched
from probes.reading import NO_TEXT, ProbeError, Reading
from probes.text import SafeText, clean

log = logging.getLogger("jagaloket.look")
_ERROR_LIMIT_BYTES = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One finished look. reading is None when looking was impossible; error says why.

    outcome: "success", "error" or "deadline".
    """

    reading: Reading | None
    error: SafeText = NO_TEXT
    duration_seconds: float
    outcome: str


def failed(error: str, duration_seconds: float, outcome: str = "error") -> Look:
    """A look that was impossible."""
    return Look(
        reading=None, error=clean(error, _ERROR_LIMIT_BYTES), duration_seconds=duration_seconds, outcome=outcome
    )


def take(item: Watched, clock: Clock) -> Look:
    """Look once, in the caller's thread. Never raises: a probe's defect is an error of this look."""
    started = clock.monotonic()
    try:
        reading = item.probe.read()
    except ProbeError as problem:
        return failed(str(problem), clock.monotonic() - started)
    except Exception as problem:  # the watch must survive any probe's defect
        log.exception("the probe of %s has a defect", item.device.id)
        return failed(f"defect in the probe: {type(problem).__name__}: {problem}", clock.monotonic() - started)
    return Look(reading=reading, duration_seconds=clock.monotonic() - started, outcome="success")
