"""The words of floor 2: incidents, tickets, notices, and what can go wrong while telling people."""

from dataclasses import dataclass
from enum import StrEnum

from probes.reading import NO_TEXT, Actor, Device, Severity
from probes.text import SafeText


class DeliveryError(Exception):
    """A letter or a desk's answer went wrong. The message is clean and holds no secret.

    permanent: trying the same thing again cannot help (a refused address, missing rights).
    uncertain: the other side may have accepted it (the connection broke after the last byte).
    """

    def __init__(self, message: str, *, permanent: bool = False, uncertain: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.uncertain = uncertain


class Status(StrEnum):
    """A ticket's life: recovered means that the fault ended; a person closes."""

    NEW = "new"
    OPEN = "open"
    TAKEN = "taken"
    RECOVERED = "recovered"
    CLOSED = "closed"


class Action(StrEnum):
    """What a notice tells."""

    OPENED = "opened"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One fault of one device, from confirmed start to confirmed end. Times are UTC epoch seconds."""

    id: int
    device: str
    code: str
    part: SafeText
    severity: Severity
    actor: Actor
    detail: SafeText
    started: float
    ended: float | None
    ticket: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One line of a ticket's history."""

    at: float
    author: SafeText
    text: SafeText


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """The work order. number: JL-2026-0001. Times are UTC epoch seconds."""

    number: str
    status: Status
    device: Device
    code: str
    part: SafeText
    severity: Severity
    actor: Actor
    detail: SafeText
    opened: float
    recovered: float | None = None
    closed: float | None = None
    taken_by: SafeText = NO_TEXT
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """Somebody who is told. channel: the channel's name ("mail"); role: "office" or "technician"."""

    channel: str
    address: str
    role: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One outbox row: one action of one ticket for one addressee.

    state: new, tried, uncertain, sent or dead. message_id: the same over all tries. thread_id: the id of the
    notice that opened the ticket for this addressee, "" when this is the one. resends: tries after an
    uncertain one. created: UTC epoch seconds. last_error: why the last try failed.
    """

    id: int
    ticket: str
    action: Action
    addressee: Addressee
    state: str
    attempts: int
    message_id: str
    created: float
    thread_id: str = ""
    resends: int = 0
    last_error: SafeText = NO_TEXT
