"""How urgent a ticket is: from its severity, from what citizens cannot get, and from how long it stands. Pure."""

from enum import StrEnum

from alerts.incident import Ticket

LONG_SECONDS = 4 * 3_600.0


class Priority(StrEnum):
    """Redmine's five, from the least on."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"
    IMMEDIATE = "immediate"


def priority(ticket: Ticket, now: float) -> Priority:
    """A ticket's priority at a moment (UTC epoch seconds).

    A step for being degraded, two for blocking; one more when a service function is down because of it, and one
    more when it stands for LONG_SECONDS. Once recovered its duration does not grow any more.
    """
    ended = ticket.recovered if ticket.recovered is not None else ticket.closed
    stands_seconds = (ended if ended is not None else now) - ticket.opened
    steps = (
        ticket.severity.rank + bool(ticket.impact.down) + (ticket.severity.rank > 0 and stands_seconds >= LONG_SECONDS)
    )
    return list(Priority)[steps]
