"""What counters call a ticket at the desk they share, and which of them still see its fault. Pure.

A desk's ticket bears the key of the counter that opened it in its title, and below each note of ours a mark: the
key of the counter that speaks, and the step. So each counter can read from the ticket alone who sees the fault.
"""

import base64
import hashlib
import re
from collections.abc import Iterable

from alerts.incident import Ticket
from alerts.office import Office

_KEY = re.compile(r"JL-\d{4}-\d{4,}-[A-Z2-7]{12}")
_MARK = re.compile(r"\[(JL-\d{4}-\d{4,}-[A-Z2-7]{12})/([a-z]+)(?:-\d+)?\]")
_SEES = frozenset({"opened", "escalated"})
_OVER = "recovered"


def key(ticket: Ticket, office: Office) -> str:
    """This counter's name for a ticket at all desks; it never changes.

    A number alone is given by every counter PC; the moment of the first sign tells cloned PCs apart.
    """
    device = ticket.device.id
    whole = (office.code, office.name, office.counter, device, ticket.code, ticket.part, f"{ticket.opened:.6f}")
    return f"{ticket.number}-{_digest(whole, 12)}"


def shared_key(ticket: Ticket) -> str:
    """The same for all counters that see this fault (see alerts.incident.Context); "" where only one can."""
    return f"JLS-{_digest((ticket.shared_key,), 16)}" if ticket.shared_key else ""


def is_ours(text: str) -> bool:
    """Whether an agent wrote this note, this counter's or another's."""
    return _MARK.search(text) is not None


def others(own: str, title: str, notes: Iterable[str]) -> frozenset[str]:
    """The other counters, by their keys, that still see the fault. notes: all, the oldest first."""
    seeing = set(_KEY.findall(title))
    for text in notes:
        for counter, step in _MARK.findall(text):
            if step in _SEES:
                seeing.add(counter)
            elif step == _OVER:
                seeing.discard(counter)
    return frozenset(seeing - {own})


def _digest(parts: tuple[str, ...], length: int) -> str:
    return base64.b32encode(hashlib.sha256("\0".join(parts).encode()).digest())[:length].decode()
