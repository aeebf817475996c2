"""The words of floor 2: incidents, tickets, notices, and what can go wrong while telling people."""

from dataclasses import dataclass
from enum import StrEnum

from probes.reading import NO_TEXT, Actor, Device, Severity
from probes.text import SafeText

Key = tuple[str, str, str]
"""What makes two incidents the same fault: device, code, part."""


MAINTENANCE = "maintenance"
"""The kind and role of the device that stands for regular work; its tickets are no faults."""
STOCK = "stock"
"""The kind and role of the device that stands for something in stock; its tickets are no faults."""
REPORT = "report"
"""The kind and role of the device that stands for a monthly report; its tickets are no faults."""
PLANNED = "planned"
"""The code of a ticket for regular work."""
STOCK_LOW = "stock-low"
"""The code of a ticket for something in stock that must be ordered."""
_ASKED = "maintenance-due"
"""The one fault code by which a device asks for regular work: nothing has failed."""
DRILL = "drill"
"""The kind and role of the device that a drill invents; its tickets are no faults and count nowhere."""


class DeliveryError(Exception):
    """A letter or a desk's answer went wrong. The message is clean and holds no secret.

    permanent: trying the same thing again cannot help (a refused address, missing rights).
    uncertain: the other side may have accepted it (the connection broke after the last byte).
    wait_seconds: what the other side asked for (Retry-After), 0 when it did not say.
    """

    def __init__(
        self, message: str, *, permanent: bool = False, uncertain: bool = False, wait_seconds: float = 0.0
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.uncertain = uncertain
        self.wait_seconds = wait_seconds


class Status(StrEnum):
    """A ticket's life: recovered means that the fault ended; a person closes."""

    NEW = "new"
    OPEN = "open"
    TAKEN = "taken"
    RECOVERED = "recovered"
    CLOSED = "closed"


class TicketType(StrEnum):
    """What a ticket is about. Only a fault counts as a failure."""

    FAULT = "fault"
    MAINTENANCE = "maintenance"
    STOCK = "stock"
    REPORT = "report"
    DRILL = "drill"


class Action(StrEnum):
    """What a notice tells."""

    OPENED = "opened"
    """The ticket is open; a second one in a row says that it was opened again."""
    RECOVERED = "recovered"
    ESCALATED = "escalated"
    """It still stands, and nobody has taken it up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What citizens come for, by label: what cannot be done because of a fault, what with trouble, what still can."""

    down: tuple[SafeText, ...] = ()
    degraded: tuple[SafeText, ...] = ()
    working: tuple[SafeText, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.down or self.degraded)

    def joined(self, other: "Impact") -> "Impact":
        """Both together: what one of them stops is stopped."""
        down = tuple(dict.fromkeys((*self.down, *other.down)))
        degraded = tuple(one for one in dict.fromkeys((*self.degraded, *other.degraded)) if one not in down)
        hindered = {*down, *degraded}
        working = tuple(one for one in dict.fromkeys((*self.working, *other.working)) if one not in hindered)
        return Impact(down=down, degraded=degraded, working=working)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is known around a fault when it begins.

    cause: the standing fault whose symptom it is. shared_key: the same for all counters that see this fault, from
    the site and what the device says it is; "" when it does not say.
    """

    cause: Key | None = None
    impact: Impact = Impact()
    shared_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One fault of one device, from confirmed start to confirmed end. Times are UTC epoch seconds.

    cause: the id of the incident whose symptom it is; None when the ticket is its own.
    """

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
    cause: int | None = None

    @property
    def key(self) -> Key:
        """Device, code and part."""
        return (self.device, self.code, self.part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One line of a ticket's history."""

    at: float
    author: SafeText
    text: SafeText


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One piece of regular work on a ticket.

    task, device: its name and whose it is ("": the office's). label: what people call the device.
    title, step: in the office's own words; empty: as the locales call the task. variant: which of the locales' texts.
    outcome: "" while it waits; "done", "skipped" or "gone" (no longer in the plan).
    """

    task: str
    device: str = ""
    label: SafeText = NO_TEXT
    title: SafeText = NO_TEXT
    step: SafeText = NO_TEXT
    variant: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """The work order. number: JL-2026-0001. Times are UTC epoch seconds.

    opened: the fault's first sign. reopened: how often it came back; reopened_at: when last. changes: how often
    it came and went since it is unstable, 0 when it is not. wont_fix: closed for good, whatever comes back.
    merged_into: the ticket of the cause, where this one turned out to be a symptom. escalated: how often it was
    told again because nothing happened. shared_key: see Context. jobs: the regular work that it asks for.
    """

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
    impact: Impact = Impact()
    shared_key: SafeText = NO_TEXT
    reopened: int = 0
    reopened_at: float | None = None
    changes: int = 0
    wont_fix: bool = False
    merged_into: SafeText = NO_TEXT
    escalated: int = 0
    jobs: tuple[Job, ...] = ()

    @property
    def type(self) -> TicketType:
        """What it is about."""
        if self.code == _ASKED:
            return TicketType.MAINTENANCE
        kind = self.device.kind
        return TicketType(kind) if kind in (MAINTENANCE, STOCK, REPORT, DRILL) else TicketType.FAULT


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
    uncertain one; interrupted: tries that the agent's own end cut off. created: UTC epoch seconds. last_error: why
    the last try failed. remote_id: what the channel calls this ticket (see Filed), "" when that is not known.
    finished: when it was sent or given up. also: the numbers of other tickets that this letter tells, too; others:
    these tickets, for the channel.
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
    interrupted: int = 0
    last_error: SafeText = NO_TEXT
    remote_id: str = ""
    finished: float | None = None
    also: tuple[str, ...] = ()
    others: tuple[Ticket, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """Where a channel keeps a ticket: what it calls it, and a page for people.

    closed: whether the channel itself closed it or opened it again; None when it did neither.
    """

    remote_id: str
    url: str = ""
    closed: bool | None = None
