"""How tickets live: the options of [tickets]."""

from dataclasses import dataclass

HOUR_SECONDS = 3_600.0
DAY_HOURS = 24.0
_LONGEST_REOPEN_HOURS = 24 * 31
_LONGEST_GAP_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketPolicy:
    """What becomes of a ticket by itself.

    reopen_hours: a fault that returns so soon after its end opens its ticket again, no new one; 0: never.
    letter_gap_minutes: letters about one device are at least so far apart, unless a graver fault begins; in
    between only the last state counts. escalate_hours: after so many hours that a ticket was open, and from then
    on once a day, it is told again; empty: never.
    """

    reopen_hours: float = 24.0
    letter_gap_minutes: float = 15.0
    escalate_hours: tuple[float, ...] = (1.0, 4.0)

    def __post_init__(self) -> None:
        if not 0 <= self.reopen_hours <= _LONGEST_REOPEN_HOURS:
            msg = f"reopen_hours: must be 0 to {_LONGEST_REOPEN_HOURS}"
            raise ValueError(msg)
        if not 0 <= self.letter_gap_minutes <= _LONGEST_GAP_MINUTES:
            msg = f"letter_gap_minutes: must be 0 to {_LONGEST_GAP_MINUTES}"
            raise ValueError(msg)
        if list(self.escalate_hours) != sorted(set(self.escalate_hours)) or any(
            one <= 0 for one in self.escalate_hours
        ):
            msg = "escalate_hours: must rise from a number above 0, for example [1, 4]"
            raise ValueError(msg)

    def escalations(self, seconds: float) -> int:
        """How often a ticket should have been told again that is open for so long."""
        if not self.escalate_hours:
            return 0
        hours = seconds / HOUR_SECONDS
        return sum(hours >= one for one in self.escalate_hours) + int(max(0.0, hours) // DAY_HOURS)


PLAIN = TicketPolicy(reopen_hours=0, letter_gap_minutes=0, escalate_hours=())
"""Every incident its own ticket, every change a letter at once."""
