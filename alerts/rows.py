"""From the store's rows to values.

Text was cleaned on its way in and is cleaned again on its way out: a salvaged store may hold anything.
"""

import json
import math
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from alerts.incident import Action, Addressee, Impact, Incident, Job, Note, Notice, Status, Ticket
from probes.reading import Actor, Device, Severity
from probes.text import SafeText, clean

Choice = TypeVar("Choice", bound=StrEnum)

DETAIL_LIMIT_BYTES = 500
NOTE_LIMIT_BYTES = 2_000
ADDRESS_LIMIT_BYTES = 254
REMOTE_LIMIT_BYTES = 200
SHARED_KEY_LIMIT_BYTES = 300
JOBS_LIMIT = 64
_ASSET_LIMIT = 32
_FUNCTIONS_LIMIT = 32

TICKET_COLUMNS = (
    "number, status, device, kind, label, role, responsible, asset, code, part, severity, actor, detail, "
    "opened, recovered, closed, taken_by, impact, shared_key, reopened, reopened_at, changes, wont_fix, merged_into, "
    "escalated, tasks"
)
INCIDENT_COLUMNS = "id, device, code, part, severity, actor, detail, started, ended, ticket, cause"


def ticket(row: sqlite3.Row, notes: tuple[Note, ...] = ()) -> Ticket:
    """A ticket from a row of TICKET_COLUMNS."""
    device = Device(
        id=clean(row["device"]),
        kind=clean(row["kind"]),
        label=clean(row["label"]),
        role=clean(row["role"]),
        responsible=clean(row["responsible"]),
        asset=asset(row["asset"]),
    )
    return Ticket(
        number=clean(row["number"]),
        status=Status(row["status"]),
        device=device,
        code=clean(row["code"]),
        part=clean(row["part"]),
        severity=_choice(Severity, row["severity"], Severity.NOTICE),
        actor=_choice(Actor, row["actor"], Actor.TECHNICIAN),
        detail=clean(row["detail"], DETAIL_LIMIT_BYTES),
        opened=_time(row["opened"]),
        recovered=moment(row["recovered"]),
        closed=moment(row["closed"]),
        taken_by=clean(row["taken_by"]),
        notes=notes,
        impact=impact(row["impact"]),
        shared_key=clean(row["shared_key"], SHARED_KEY_LIMIT_BYTES),
        reopened=row["reopened"],
        reopened_at=moment(row["reopened_at"]),
        changes=row["changes"],
        wont_fix=bool(row["wont_fix"]),
        merged_into=clean(row["merged_into"]),
        escalated=row["escalated"],
        jobs=jobs(row["tasks"]),
    )


def incident(row: sqlite3.Row) -> Incident:
    """An incident from a row of INCIDENT_COLUMNS."""
    return Incident(
        id=row["id"],
        device=clean(row["device"]),
        code=clean(row["code"]),
        part=clean(row["part"]),
        severity=_choice(Severity, row["severity"], Severity.NOTICE),
        actor=_choice(Actor, row["actor"], Actor.TECHNICIAN),
        detail=clean(row["detail"], DETAIL_LIMIT_BYTES),
        started=_time(row["started"]),
        ended=moment(row["ended"]),
        ticket=clean(row["ticket"]),
        cause=row["cause"],
    )


def note(row: sqlite3.Row) -> Note:
    """A note from a row of the note table."""
    return Note(at=_time(row["at"]), author=clean(row["author"]), text=clean(row["text"], NOTE_LIMIT_BYTES))


def notice(row: sqlite3.Row) -> Notice:
    """An outbox row, with the opening letter's id as its thread."""
    return Notice(
        id=row["id"],
        ticket=clean(row["ticket"]),
        action=_choice(Action, row["action"], Action.OPENED),
        addressee=Addressee(
            channel=clean(row["channel"]),
            address=clean(row["address"], ADDRESS_LIMIT_BYTES),
            role=clean(row["role"]),
            language=clean(row["language"]),
        ),
        state=row["state"],
        attempts=row["attempts"],
        resends=row["resends"],
        interrupted=row["interrupted"],
        message_id=clean(row["message_id"], 200),
        thread_id=clean(row["thread_id"] or "", 200),
        created=_time(row["created"]),
        last_error=clean(row["last_error"], DETAIL_LIMIT_BYTES),
        remote_id=clean(row["remote_id"] or "", REMOTE_LIMIT_BYTES),
        finished=moment(row["finished"]),
        also=tuple(map(clean, sorted({*(row["also"] or "").split(",")} - {"", row["ticket"]}))),
    )


def asset_text(asset: Mapping[str, SafeText]) -> str:
    """A device's asset numbers as they are stored, bounded."""
    pairs = list(asset.items())[:_ASSET_LIMIT]
    return json.dumps({clean(name): clean(value) for name, value in pairs}, ensure_ascii=False)


def impact_text(known: Impact) -> str:
    """An impact as it is stored, bounded; "" for none."""
    if not known:
        return ""
    names = (known.down, known.degraded, known.working)
    return json.dumps([[clean(one) for one in labels[:_FUNCTIONS_LIMIT]] for labels in names], ensure_ascii=False)


def impact(text: str) -> Impact:
    """An impact from what impact_text() stored; none for what cannot be read."""
    try:
        down, degraded, working = (
            tuple(clean(str(one)) for one in labels[:_FUNCTIONS_LIMIT]) for labels in json.loads(text or "[[], [], []]")
        )
    except (ValueError, TypeError):
        return Impact()
    return Impact(down=down, degraded=degraded, working=working)


def jobs_text(known: Sequence[Job]) -> str:
    """A ticket's jobs as they are stored, bounded."""
    return json.dumps([astuple(job) for job in known[:JOBS_LIMIT]], ensure_ascii=False) if known else ""


def jobs(text: str) -> tuple[Job, ...]:
    """The jobs that jobs_text() stored; none for what cannot be read."""
    try:
        return tuple(_job(*values) for values in json.loads(text or "[]")[:JOBS_LIMIT])
    except (ValueError, TypeError):
        return ()


def _job(task: str, device: str, label: str, title: str, step: str, variant: str, outcome: str) -> Job:  # noqa: PLR0913, PLR0917 - a stored row
    return Job(
        task=clean(str(task)),
        device=clean(str(device)),
        label=clean(str(label)),
        title=clean(str(title)),
        step=clean(str(step), DETAIL_LIMIT_BYTES),
        variant=clean(str(variant)),
        outcome=clean(str(outcome)),
    )


def asset(text: str) -> Mapping[str, SafeText]:
    """Asset numbers from what asset_text() stored; none for what cannot be read."""
    try:
        known = json.loads(text)
    except ValueError:
        known = {}
    pairs = list(known.items())[:_ASSET_LIMIT] if isinstance(known, dict) else []
    return MappingProxyType({clean(name): clean(str(value)) for name, value in pairs})


def _choice(kind: type[Choice], value: str, otherwise: Choice) -> Choice:
    try:
        return kind(value)
    except ValueError:
        return otherwise


def _time(value: float) -> float:
    """UTC epoch seconds that a calendar can show; 0 for what cannot be one."""
    return value if math.isfinite(value) and 0 <= value < 32_503_680_000 else 0.0  # noqa: PLR2004 - the year 3000


def moment(value: float | None) -> float | None:
    """UTC epoch seconds that a calendar can show, or none."""
    return None if value is None else _time(value)
