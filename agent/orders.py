"""What has come due, by the person who does it. Pure."""

from collections.abc import Mapping, Sequence

from agent.evidence import Seen
from agent.view import DeviceView
from alerts import rows
from alerts.incident import Job
from alerts.office import Office
from alerts.plan import Record, due, is_due
from alerts.task import Duty
from alerts.upkeep import Key
from probes.reading import NO_TEXT, Actor
from probes.text import clean

VARIANTS = {"05ba": "digitalpersona"}
"""Makers whose own words on cleaning the locales have, by their USB number."""


def waiting(
    duties: Sequence[Duty], records: Mapping[Key, Record], seen: Mapping[Key, Seen], office: Office, now: float
) -> Mapping[Actor, list[Job]]:
    """The jobs of today that stand on no order yet; none while the office is closed.

    What the device asks for by itself has a ticket of its own already. Without opening hours each waits for its hour.
    """
    opens = office.is_open(now)
    found: dict[Actor, list[Job]] = {}
    if opens is False:
        return found
    for duty in duties:
        record = records[duty.key]
        if record.ticket or seen[duty.key].asks(duty.task) or not is_due(duty, record, office, now):
            continue
        if opens or (due(duty.task, record, office, now) or 0.0) <= now:
            found.setdefault(duty.task.actor, []).append(_job(duty, seen[duty.key].view))
    return found


def _job(duty: Duty, view: DeviceView | None) -> Job:
    facts = view.reading.facts if view is not None and view.reading is not None else {}
    return Job(
        task=duty.task.id,
        device=duty.key[1],
        label=duty.device.label if duty.device is not None else NO_TEXT,
        title=duty.task.title,
        step=clean(duty.task.step, rows.DETAIL_LIMIT_BYTES),
        variant=VARIANTS.get(facts.get("ids", "").partition(":")[0], ""),
    )
