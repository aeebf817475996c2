"""From the store's rows to values.

Text was cleaned on its way in and is cleaned again on its way out: a salvaged store may hold anything.
"""

import json
import math
import sqlite3
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from alerts.incident import Action, Addressee, Incident, Note, Notice, Status, Ticket
from probes.reading import Actor, Device, Severity
from probes.text import SafeText, clean

Choice = TypeVar("Choice", bound=StrEnum)

DETAIL_LIMIT_BYTES = 500
NOTE_LIMIT_BYTES = 2_000
ADDRESS_LIMIT_BYTES = 254
_ASSET_LIMIT = 32

TICKET_COLUMNS = (
    "number, status, device, kind, label, role, responsible, asset, code, part, severity, actor, detail, "
    "opened, recovered, closed, taken_by"
)
INCIDENT_COLUMNS = "id, device, code, part, severity, actor, detail, started, ended, ticket"


def ticket(row: sqlite3.Row, notes: tuple[Note, ...] = ()) -> Ticket:
    """A ticket from a row of TICKET_COLUMNS."""
    device = Device(
        id=clean(row["device"]),
        kind=clean(row["kind"]),
        label=clean(row["label"]),
        role=clean(row["role"]),
        responsible=clean(row["responsible"]),
        asset=_asset(row["asset"]),
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
        recovered=_time_or_none(row["recovered"]),
        closed=_time_or_none(row["closed"]),
        taken_by=clean(row["taken_by"]),
        notes=notes,
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
        ended=_time_or_none(row["ended"]),
        ticket=clean(row["ticket"]),
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
        message_id=clean(row["message_id"], 200),
        thread_id=clean(row["thread_id"] or "", 200),
        created=_time(row["created"]),
        last_error=clean(row["last_error"], DETAIL_LIMIT_BYTES),
    )


def asset_text(asset: Mapping[str, SafeText]) -> str:
    """A device's asset numbers as they are stored, bounded."""
    pairs = list(asset.items())[:_ASSET_LIMIT]
    return json.dumps({clean(name): clean(value) for name, value in pairs}, ensure_ascii=False)


def _asset(text: str) -> Mapping[str, SafeText]:
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


def _time_or_none(value: float | None) -> float | None:
    return None if value is None else _time(value)
