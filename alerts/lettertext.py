"""A letter's words: what happened, what it means for citizens, what to do first, and who acts."""

import textwrap
from dataclasses import dataclass

from alerts.incident import Action, Notice, Status, Ticket
from alerts.office import Office
from alerts.words import Words, words
from probes.text import SafeText, clean

LATE_SECONDS = 300.0
"""A letter that leaves so long after its event says both times."""
_SUBJECT_LIMIT_BYTES = 200
_WIDTH = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterText:
    """A letter without its envelope. body: plain text, lines ended by newlines."""

    subject: SafeText
    body: str


def write(notice: Notice, ticket: Ticket, office: Office, *, now: float) -> LetterText:
    """The letter for one notice. now: UTC epoch seconds, the moment of sending."""
    say = words(notice.addressee.language)
    recovered = notice.action is Action.RECOVERED
    blocks = [
        _fill(say.phrase("letter.recovered" if recovered else "letter.opened", place=_place(say, office))),
        _lines(_facts(say, ticket, office, recovered=recovered)),
    ]
    if not recovered:
        blocks.append(f"{say.phrase('letter.step')}:\n{_fill(say.of(ticket.device, ticket.code).step)}")
    blocks.append(_lines(_people(say, ticket, recovered=recovered)))
    event = ticket.recovered if recovered and ticket.recovered is not None else ticket.opened
    if abs(now - event) > LATE_SECONDS:
        blocks.append(_fill(f"{say.phrase('letter.sent')}: {_when(say, office, now)}. {say.phrase('letter.late')}"))
    if notice.addressee.role == "technician":
        blocks.append(f"{say.phrase('letter.technical')}\n{_lines(_technical(say, ticket))}")
    if recovered and ticket.status is not Status.CLOSED:
        blocks.append(_fill(say.phrase("letter.close")))
    blocks.append(f"-- \n{_fill(say.phrase('letter.footer'))}")
    return LetterText(subject=_subject(say, ticket, office, recovered=recovered), body="\n\n".join(blocks) + "\n")


def _subject(say: Words, ticket: Ticket, office: Office, *, recovered: bool) -> SafeText:
    key = "letter.subject-recovered" if recovered else "letter.subject"
    counter = office.counter or say.phrase("letter.no-counter")
    headline = clean(say.of(ticket.device, ticket.code).headline, _SUBJECT_LIMIT_BYTES - 80)
    subject = say.phrase(key, counter=clean(counter, 40), headline=headline, number=ticket.number)
    return clean(subject, _SUBJECT_LIMIT_BYTES)


def _place(say: Words, office: Office) -> str:
    counter = office.counter or say.phrase("letter.no-counter")
    return f"{counter}, {office.name}" if office.name else counter


def _facts(say: Words, ticket: Ticket, office: Office, *, recovered: bool) -> list[tuple[str, str]]:
    fault = say.of(ticket.device, ticket.code)
    pairs = [(say.phrase("letter.what"), fault.headline)]
    if ticket.part:
        pairs.append((say.phrase("letter.part"), say.part(ticket.part)))
    if not recovered:
        pairs.append((say.phrase("letter.impact"), fault.impact))
    pairs.append((say.phrase("letter.counter"), _place(say, office)))
    pairs.append((say.phrase("letter.since"), _when(say, office, ticket.opened)))
    if recovered and ticket.recovered is not None:
        pairs.append((say.phrase("letter.until"), _when(say, office, ticket.recovered)))
        pairs.append((say.phrase("letter.duration"), say.duration(ticket.recovered - ticket.opened)))
    return pairs


def _people(say: Words, ticket: Ticket, *, recovered: bool) -> list[tuple[str, str]]:
    pairs = [] if recovered else [(say.phrase("letter.actor"), say.actor(ticket.actor))]
    if ticket.device.responsible:
        pairs.append((say.phrase("letter.responsible"), ticket.device.responsible))
    pairs += [(say.asset(name), value) for name, value in ticket.device.asset.items()]
    pairs.append((say.phrase("letter.ticket"), ticket.number))
    return pairs


def _technical(say: Words, ticket: Ticket) -> list[tuple[str, str]]:
    pairs = [
        ("letter.device-id", ticket.device.id),
        ("letter.kind", ticket.device.kind),
        ("letter.code", ticket.code),
        ("letter.part", ticket.part),
        ("letter.severity", say.severity(ticket.severity)),
        ("letter.evidence", ticket.detail),
    ]
    return [(say.phrase(key), value) for key, value in pairs if value]


def _when(say: Words, office: Office, epoch: float) -> str:
    return say.date_time(office.local(epoch), office.zone_name(epoch))


def _lines(pairs: list[tuple[str, str]]) -> str:
    return "\n".join(_fill(f"{name}: {value}", hang="    ") for name, value in pairs)


def _fill(text: str, hang: str = "") -> str:
    return textwrap.fill(text, _WIDTH, subsequent_indent=hang, break_long_words=False, break_on_hyphens=False)
