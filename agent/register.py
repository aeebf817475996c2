"""Who is in the plan: new duties get a first day, renamed devices keep what is known of them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from alerts.office import Office
from alerts.plan import Record, first_day
from alerts.task import Duty
from alerts.upkeep import Key

FORGET_SECONDS = 400 * 86_400.0
"""So long a duty that left the plan is remembered: a device may come back under another name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What a plan changes. fresh: to be written; dropped: to be forgotten; leaving: what leaves its order."""

    fresh: Mapping[Key, Record]
    dropped: Sequence[Key]
    leaving: Sequence[Key]


def news(
    duties: Sequence[Duty], records: Mapping[Key, Record], units: Mapping[Key, str], office: Office, now: float
) -> News:
    """Compare the plan with what is known. units: which piece of equipment stands at each duty, "" unknown."""
    current = {duty.key for duty in duties}
    gone = {key: record for key, record in records.items() if key not in current}
    leaving = [key for key, record in gone.items() if record.ticket]
    dropped = [key for key, record in gone.items() if record.since < now - FORGET_SECONDS]
    fresh: dict[Key, Record] = {}
    for duty in duties:
        known, unit = records.get(duty.key), units[duty.key]
        if known is not None and (known.known or known.identity or not unit):
            continue
        heir = _heir(duty.key, unit, gone)
        if heir is not None:
            fresh[duty.key] = replace(gone.pop(heir), ticket="")
            dropped.append(heir)
        elif known is None:
            fresh[duty.key] = Record(since=now, planned=first_day(duty, office, now), identity=unit)
    return News(fresh=fresh, dropped=dropped, leaving=leaving)


def _heir(key: Key, unit: str, gone: Mapping[Key, Record]) -> Key | None:
    """The same task at the same piece of equipment under its old name."""
    return next((old for old, one in gone.items() if unit and old[0] == key[0] and one.identity == unit), None)
