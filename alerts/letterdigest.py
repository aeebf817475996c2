"""A letter about several tickets: what stands first, the gravest on top, then what is over."""

from collections.abc import Sequence

from alerts.effect import effect
from alerts.incident import Notice, Status, Ticket, TicketType
from alerts.lettercontent import SUBJECT_LIMIT_BYTES, counter, jobs, place, technical, when
from alerts.letterparts import TONES, Fact, Letter, Look, Part, Tone
from alerts.office import Office
from alerts.words import Words, words
from probes.text import clean

MORNING_SECONDS = 7_200.0
MOST_TICKETS = 40
"""So many are told one by one; how many more there are is said."""


def compose(notice: Notice, tickets: Sequence[Ticket], office: Office, *, now: float) -> Letter:
    """The letter about these tickets. now: UTC epoch seconds, the moment of sending."""
    say = words(notice.addressee.language)
    standing = sorted((one for one in tickets if _stands(one)), key=lambda one: (-one.severity.rank, one.opened))
    ended = sorted((one for one in tickets if not _stands(one)), key=lambda one: one.opened)
    count = _count(say, standing, len(ended))
    kind = "morning" if _opens_soon(office, now) else "digest"
    shown = [*standing, *ended][:MOST_TICKETS]
    more = len(tickets) - len(shown)
    parts = [_ticket(say, one, office, detailed=notice.addressee.role == "technician") for one in shown]
    if more:
        parts.append(Part(look=Look.FINE, text=say.phrase("letter.more", count=more)))
    subject = say.phrase(f"letter.subject-{kind}", counter=clean(counter(say, office), 40), count=count)
    return Letter(
        subject=clean(subject, SUBJECT_LIMIT_BYTES),
        language=notice.addressee.language,
        tone=TONES[standing[0].severity] if standing else Tone.OVER,
        badge=say.phrase("letter.badge-digest"),
        place=place(say, office),
        headline=count,
        intro=say.phrase(f"letter.{kind}", place=place(say, office)),
        parts=tuple(parts),
        footer=say.phrase("letter.footer"),
    )


def _opens_soon(office: Office, now: float) -> bool:
    """Then the letter answers whether people can begin."""
    opening = office.next_change(now) if office.is_open(now) is False else None
    return opening is not None and opening - now <= MORNING_SECONDS


def _count(say: Words, standing: Sequence[Ticket], ended: int) -> str:
    """How many faults stand, how much work and stock is due, and how much is over."""
    types = [one.type for one in standing]
    work, stock = types.count(TicketType.MAINTENANCE), types.count(TicketType.STOCK)
    pairs = (
        ("letter.count-standing", len(standing) - work - stock),
        ("letter.count-ended", ended),
        ("letter.count-maintenance", work),
        ("letter.count-stock", stock),
    )
    return ", ".join(say.phrase(key, count=count) for key, count in pairs if count)


def _stands(ticket: Ticket) -> bool:
    return ticket.recovered is None and ticket.status is not Status.CLOSED


def _ticket(say: Words, ticket: Ticket, office: Office, *, detailed: bool) -> Part:
    fault = say.of(ticket.device, ticket.code)
    if _stands(ticket) and ticket.jobs:
        pairs = [("letter.planned-for", when(say, office, ticket.opened))]
        pairs += [("letter.work", f"{part.title}. {part.text}") for part in jobs(say, ticket)]
        tone = TONES[ticket.severity]
    elif _stands(ticket):
        pairs = [
            ("letter.impact", effect(say, ticket, counter(say, office))),
            ("letter.since", when(say, office, ticket.opened)),
            ("letter.step", fault.step),
            ("letter.actor", say.actor(ticket.actor)),
        ]
        tone = TONES[ticket.severity]
    else:
        ended = ticket.recovered if ticket.recovered is not None else ticket.closed or ticket.opened
        pairs = [
            ("letter.until", when(say, office, ended)),
            ("letter.duration", say.duration(ended - ticket.opened)),
        ]
        tone = Tone.OVER
    facts = [Fact(name=say.phrase(key), value=value) for key, value in pairs]
    facts.append(Fact(name=say.phrase("letter.ticket"), value=ticket.number))
    facts += technical(say, ticket) if detailed else ()
    title = fault.headline if _stands(ticket) else f"{fault.headline} ({say.status(Status.RECOVERED).lower()})"
    return Part(look=Look.TICKET, title=title, facts=tuple(facts), tone=tone)
