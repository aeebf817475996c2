"""What a ticket desk is: a helpdesk that mirrors the local tickets. One file in alerts/tickets/ is one desk."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from alerts.incident import Ticket


@dataclass(kw_only=True)
class Desk(ABC):
    """A helpdesk. A subclass is a dataclass whose fields are its options under [desk.NAME].

    Every method ends within a deadline of its own and raises DeliveryError: permanent where trying again cannot
    help, uncertain where the desk may have accepted (then find() comes before the next open()).
    """

    @abstractmethod
    def find(self, key: str) -> str | None:
        """The desk's own number of the ticket with this key, open or closed; None when there surely is none."""

    @abstractmethod
    def open(self, ticket: Ticket, key: str) -> str:
        """Open a ticket under a key that stays the same over all tries; returns the desk's own number."""

    @abstractmethod
    def note(self, number: str, text: str) -> None:
        """Add a note to the desk's ticket."""

    @abstractmethod
    def recover(self, number: str, text: str) -> None:
        """Say that the fault has ended; a person closes."""

    def close(self) -> None:  # noqa: B027 - most desks keep no session
        """Give back the session, when the agent stops."""
