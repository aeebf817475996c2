"""A letter's words about one ticket: what happened, what it means for citizens, what to do first, and who acts."""

from alerts.effect import effect, steadiness
from alerts.incident import DRILL, Action, Notice, Status, Ticket, TicketType
from alerts.letterparts import TONES, Fact, Letter, Look, Part, Tone
from alerts.office import Office
from alerts.shortage import left
from alerts.words import Words, words
from probes.text import SafeText, clean

LATE_SECONDS = 300.0
"""A letter that leaves so long after its event says both times."""
SUBJECT_LIMIT_BYTES = 200
_NAMES = {
    TicketType.MAINTENANCE: ("letter.work", "letter.planned-for"),
    TicketType.STOCK: ("letter.item", "letter.since"),
}
"""What work and stock call their facts: they are no faults, and nothing of theirs lasted."""


def compose(notice: Notice, ticket: Ticket, office: Office, *, now: float) -> Letter:
    """The letter about one ticket. now: UTC epoch seconds, the moment of sending."""
    say = words(notice.addressee.language)
    over = notice.action is Action.RECOVERED
    parts = [Part(look=Look.FACTS, facts=_facts(say, ticket, office, over=over))]
    parts += [] if over else jobs(say, ticket)
    if not over and not ticket.jobs:
        step = say.of(ticket.device, ticket.code).step
        parts.append(Part(look=Look.STEP, title=say.phrase("letter.step"), text=step))
    parts.append(Part(look=Look.FACTS, facts=_people(say, ticket, over=over)))
    if late := _late(say, notice, ticket, office, now):
        parts.append(Part(look=Look.FINE, text=late))
    if notice.addressee.role == "technician":
        title = say.phrase("letter.technical")
        parts.append(Part(look=Look.TECHNICAL, title=title, facts=technical(say, ticket)))
    if ticket.jobs and not over:
        parts.append(Part(look=Look.FINE, text=say.phrase("letter.report-done", number=ticket.number)))
    if over and ticket.status is not Status.CLOSED and ticket.device.kind != DRILL:
        parts.append(Part(look=Look.FINE, text=say.phrase("letter.close")))
    return Letter(
        subject=_subject(say, notice, ticket, office),
        language=notice.addressee.language,
        tone=Tone.OVER if over else TONES[ticket.severity],
        badge=say.status(Status.RECOVERED) if over else badge(say, ticket),
        place=place(say, office),
        headline=say.of(ticket.device, ticket.code).headline,
        intro=_intro(say, notice, ticket, office, now),
        parts=tuple(parts),
        footer=say.phrase("letter.footer"),
    )


def badge(say: Words, ticket: Ticket) -> str:
    """What kind of ticket it is, in two words: a fault's gravity, or that it is none."""
    return say.severity(ticket.severity) if ticket.type is TicketType.FAULT else say.type(ticket.type)


def jobs(say: Words, ticket: Ticket) -> list[Part]:
    """The regular work that a ticket asks for, each with how it is done."""
    found = []
    for job in ticket.jobs:
        title, step = say.job(job)
        name = f"{job.label}: {title}" if job.label else title
        found.append(
            Part(
                look=Look.STEP, title=f"{name} ({say.phrase(f'job.{job.outcome}')})" if job.outcome else name, text=step
            )
        )
    return found


def place(say: Words, office: Office) -> str:
    """Which counter of which office."""
    return f"{counter(say, office)}, {office.name}" if office.name else counter(say, office)


def counter(say: Words, office: Office) -> str:
    """What this counter is called."""
    return office.counter or say.phrase("letter.no-counter")


def when(say: Words, office: Office, epoch: float) -> str:
    """A moment on the office's clock."""
    return say.date_time(office.local(epoch), office.zone_name(epoch))


def technical(say: Words, ticket: Ticket) -> tuple[Fact, ...]:
    """What a technician wants to know."""
    pairs = [
        ("letter.device-id", ticket.device.id),
        ("letter.kind", ticket.device.kind),
        ("letter.code", ticket.code),
        ("letter.part", ticket.part),
        ("letter.severity", say.severity(ticket.severity)),
        ("letter.evidence", ticket.detail),
    ]
    return tuple(Fact(name=say.phrase(key), value=value) for key, value in pairs if value)


def _intro(say: Words, notice: Notice, ticket: Ticket, office: Office, now: float) -> str:
    key = {Action.RECOVERED: "letter.recovered", Action.ESCALATED: "letter.escalated"}.get(notice.action, "")
    if ticket.device.kind == DRILL:
        key = "letter.drill-over" if key else "letter.drill"
    elif ticket.type is TicketType.MAINTENANCE:
        key = "letter.planned-over" if notice.action is Action.RECOVERED else "letter.planned"
    elif ticket.type is TicketType.STOCK:
        key = "letter.stock-recovered" if key else "letter.stock"
    elif not key:
        key = "letter.returned" if ticket.reopened else "letter.opened"
    since = ticket.reopened_at if ticket.reopened_at is not None else ticket.opened
    return say.phrase(key, place=place(say, office), duration=say.duration(now - since))


def _subject(say: Words, notice: Notice, ticket: Ticket, office: Office) -> SafeText:
    key = {
        Action.RECOVERED: "letter.subject-recovered",
        Action.ESCALATED: "letter.subject-escalated",
    }.get(notice.action, "letter.subject")
    if ticket.device.kind == DRILL and notice.action is Action.RECOVERED:
        key = "letter.subject-drill-over"
    headline = clean(say.of(ticket.device, ticket.code).headline, SUBJECT_LIMIT_BYTES - 80)
    subject = say.phrase(key, counter=clean(counter(say, office), 40), headline=headline, number=ticket.number)
    return clean(subject, SUBJECT_LIMIT_BYTES)


def _facts(say: Words, ticket: Ticket, office: Office, *, over: bool) -> tuple[Fact, ...]:
    fault = say.of(ticket.device, ticket.code)
    what, since = _NAMES.get(ticket.type, ("letter.what", "letter.since"))
    facts = [Fact(name=say.phrase(what), value=fault.headline, plain_only=True)]
    if ticket.part:
        facts.append(Fact(name=say.phrase("letter.part"), value=say.part(ticket.part)))
    if ticket.type is TicketType.STOCK and ticket.detail:
        facts.append(Fact(name=say.phrase("letter.note"), value=left(say, ticket.detail)))
    if not over and not ticket.jobs:
        impact = effect(say, ticket, counter(say, office))
        facts.append(Fact(name=say.phrase("letter.impact"), value=impact, strong=True))
    if unsteady := steadiness(say, ticket):
        facts.append(Fact(name=say.phrase("letter.note"), value=unsteady))
    facts.append(Fact(name=say.phrase("letter.counter"), value=place(say, office), plain_only=True))
    facts.append(Fact(name=say.phrase(since), value=when(say, office, ticket.opened)))
    if over and ticket.recovered is not None and ticket.type not in _NAMES:
        facts.append(Fact(name=say.phrase("letter.until"), value=when(say, office, ticket.recovered)))
        facts.append(Fact(name=say.phrase("letter.duration"), value=say.duration(ticket.recovered - ticket.opened)))
    return tuple(facts)


def _people(say: Words, ticket: Ticket, *, over: bool) -> tuple[Fact, ...]:
    actor = say.phrase("month.who" if ticket.jobs else "letter.actor")
    pairs = [] if over else [(actor, say.actor(ticket.actor))]
    if ticket.device.responsible:
        pairs.append((say.phrase("letter.responsible"), ticket.device.responsible))
    pairs += [(say.asset(name), value) for name, value in ticket.device.asset.items()]
    pairs.append((say.phrase("letter.ticket"), ticket.number))
    return tuple(Fact(name=name, value=value) for name, value in pairs)


def _late(say: Words, notice: Notice, ticket: Ticket, office: Office, now: float) -> str:
    """Both times and why, where the letter leaves long after what it tells."""
    over = notice.action is Action.RECOVERED and ticket.recovered is not None
    event = ticket.recovered if over else ticket.opened if notice.action is Action.OPENED else notice.created
    event = notice.created if ticket.reopened and notice.action is Action.OPENED else event
    if event is None or abs(now - event) <= LATE_SECONDS:
        return ""
    why = "letter.held" if office.is_open(event) is False else "letter.late"
    return f"{say.phrase('letter.sent')}: {when(say, office, now)}. {say.phrase(why)}"
