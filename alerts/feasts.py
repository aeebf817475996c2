"""National holidays and collective leave, by the library holidays, fetched once per year by a child process."""

import json
import logging
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from probes.text import clean

log = logging.getLogger("jagaloket.office")
_DEADLINE_SECONDS = 30.0
_YEARS = range(1900, 2200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feasts:
    """One country's days off in one year. missing: what is not known of them and what to do, "" when all is."""

    dates: frozenset[date]
    missing: str = ""


_known: dict[tuple[str, int], Feasts] = {}
_lock = threading.Lock()


def of(country: str, year: int) -> Feasts:
    """The days off. The first question about a year takes a second; what is missing is logged once."""
    found = _known.get((country, year))
    if found is None:
        learn(country, (year,))
        found = _known[country, year]
    return found


def learn(country: str, years: Iterable[int]) -> None:
    """Fetch these years together, as far as they are not known. Safe from any thread."""
    with _lock:
        wanted = [year for year in years if (country, year) not in _known]
        if not wanted:
            return
        for year, feasts in zip(wanted, _ask(country, wanted), strict=True):
            _known[country, year] = feasts
            if feasts.missing:
                log.warning("%s", feasts.missing)


def _ask(country: str, years: list[int]) -> list[Feasts]:
    import subprocess  # noqa: PLC0415 - for the few seconds of a year in which it is needed

    askable = [year for year in years if year in _YEARS]
    command = [sys.executable, "-I", "-m", "alerts.feastlist", country, *map(str, askable)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_DEADLINE_SECONDS, check=True)  # noqa: S603 - our own program and checked arguments
        answer = json.loads(done.stdout)
    except subprocess.CalledProcessError as error:
        reason = clean(error.stderr.decode(errors="replace").strip().rpartition("\n")[2], 200)
        return [_without(country, year, reason) for year in years]
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        return [_without(country, year, clean(str(error), 200)) for year in years]
    return [_read(country, year, answer.get(str(year))) for year in years]


def _read(country: str, year: int, found: dict[str, object] | None) -> Feasts:
    if found is None:
        return _without(country, year, "no such year")
    dates = frozenset(map(date.fromisoformat, found["dates"]))  # type: ignore[call-overload] # our own program's answer
    if found["complete"]:
        return Feasts(dates=dates)
    msg = (
        f"collective leave and movable holidays of {year} ({country}) are not known to this version's calendar; "
        f"until an update write the closed days in [office] days"
    )
    return Feasts(dates=dates, missing=msg)


def _without(country: str, year: int, reason: str) -> Feasts:
    msg = f"there are no holidays of {year} for {country!r} ({reason}); write the closed days in [office] days"
    return Feasts(dates=frozenset(), missing=msg)
