"""What a ticket means, in words: what citizens cannot get because of it, what they still can, and how steady it is."""

from alerts.incident import Impact, Ticket
from alerts.words import Words


def effect(say: Words, ticket: Ticket, counter: str) -> str:
    """The impact in one line: "Perekaman e-KTP di Loket 2 tidak bisa; cetak resi tetap bisa".

    Where no service function is configured that needs the device, what its fault means in general. counter: what
    this counter is called.
    """
    return hindered(say, ticket.impact, counter) or say.of(ticket.device, ticket.code).impact


def hindered(say: Words, impact: Impact, counter: str) -> str:
    """The service functions that a fault stops or hinders, and those that still work; "" when there are none."""
    if not impact:
        return ""
    groups = (("impact.down", impact.down), ("impact.degraded", impact.degraded), ("impact.working", impact.working))
    parts = [say.phrase(key, functions=_listed(say, labels), counter=counter) for key, labels in groups if labels]
    return "; ".join(part if index == 0 else _small(part) for index, part in enumerate(parts))


def steadiness(say: Words, ticket: Ticket) -> str:
    """How often an unstable fault came and went; "" for a steady one."""
    return say.phrase("ticket.unstable", count=ticket.changes) if ticket.changes else ""


def _listed(say: Words, labels: tuple[str, ...]) -> str:
    named = [labels[0], *map(_small, labels[1:])]
    return f"{', '.join(named[:-1])} {say.phrase('impact.and')} {named[-1]}" if len(named) > 1 else named[0]


def _small(text: str) -> str:
    """A label inside a sentence; one that begins with an abbreviation keeps its capitals."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
