"""What cases are made of: a judged look, and the book that they are written into."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from agent.health import Verdict
from agent.watched import Watched
from alerts.incident import Addressee, Context, Key, Ticket
from probes.reading import Device, Fault, Reading
from probes.text import SafeText


class CaseBook(Protocol):
    """The ledger, as far as incidents go."""

    def begin(
        self, device: Device, fault: Fault, *, since: float, addressees: Sequence[Addressee], context: Context
    ) -> Ticket:
        """An incident begins: incident, ticket and notices in one transaction."""

    def rehome(
        self, device: Device, fault: Fault, *, addressees: Sequence[Addressee], context: Context
    ) -> Ticket | None:
        """A standing incident gets its cause's ticket, or one of its own; None when it stays."""

    def end(self, device: str, code: str, part: str, *, at: float, addressees: Sequence[Addressee]) -> Ticket | None:
        """An incident ends."""

    def unstable(self, key: Key, changes: int) -> None:
        """An incident comes and goes all the time; 0: it is steady again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One judged look. now: monotonic seconds; wall: UTC epoch seconds; facts: who the device says it is."""

    watched: Watched
    verdict: Verdict
    reading: Reading | None
    facts: Mapping[str, SafeText]
    now: float
    wall: float

    def key(self, code: str, part: str) -> Key:
        """A fault of this device among those of all."""
        return (self.watched.device.id, code, part)
