"""ESC/POS status: real-time status DLE EOT n, and Epson's maintenance counters GS g 2.

After Epson's ESC/POS command reference and the manuals of Bixolon SRP-350, Citizen CT-S2000, Partner RP-330,
Ithaca 80PLUS and HPRT, which print the same tables.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from probes.wire.stream import Question

_FIXED_MASK, _FIXED = 0x93, 0x12
"""Bits 0 and 7 are always 0, bits 1 and 4 always 1: so a reply to DLE EOT differs from ASB and from GS r."""

_REPLY = b"[" + b"".join(b"\\x%02x" % byte for byte in range(256) if byte & _FIXED_MASK == _FIXED) + b"]"

ORDER = (1, 4, 2, 3)
"""What is asked first: the printer and its paper, which every clone that answers at all knows."""


class Status(NamedTuple):
    """The four status bytes, None where none came. Bits by name; a missing byte has none set."""

    printer: int | None = None
    cause: int | None = None
    error: int | None = None
    paper: int | None = None

    @property
    def offline(self) -> bool:
        """n=1 bit 3."""
        return _has(self.printer, 0x08)

    @property
    def cover_open(self) -> bool:
        """n=2 bit 2."""
        return _has(self.cause, 0x04)

    @property
    def feeding(self) -> bool:
        """n=2 bit 3: somebody presses FEED."""
        return _has(self.cause, 0x08)

    @property
    def failed(self) -> bool:
        """n=2 bit 6: some error, which n=3 names."""
        return _has(self.cause, 0x40)

    @property
    def jammed(self) -> bool:
        """n=3 bit 2: a mechanical error. Several manuals call the bit undefined: it counts only with n=2 bit 6."""
        return self.failed and _has(self.error, 0x04)

    @property
    def cutter_stuck(self) -> bool:
        """n=3 bit 3."""
        return _has(self.error, 0x08)

    @property
    def broken(self) -> bool:
        """n=3 bit 5: an unrecoverable error."""
        return _has(self.error, 0x20)

    @property
    def overheated(self) -> bool:
        """n=3 bit 6: recovers by itself, when the head has cooled or the cover is closed."""
        return _has(self.error, 0x40)

    @property
    def paper_near_end(self) -> bool:
        """n=4 bits 2 and 3; impact printers set one of them for one of two rolls. No sensor: never set."""
        return _has(self.paper, 0x04) or _has(self.paper, 0x08)

    @property
    def paper_out(self) -> bool:
        """n=4 bits 5 and 6 together (one alone is a black mark on some), or n=2 bit 5: stopped by paper end."""
        return _has(self.paper, 0x60) or _has(self.cause, 0x20)

    def __str__(self) -> str:
        """The bytes as a technician compares them with the manual."""
        named = ((1, self.printer), (2, self.cause), (3, self.error), (4, self.paper))
        return "DLE EOT " + " ".join(f"{n}=0x{byte:02x}" for n, byte in named if byte is not None)


def _has(byte: int | None, bits: int) -> bool:
    return byte is not None and byte & bits == bits


def status_questions() -> Iterator[Question]:
    """DLE EOT n in ORDER. None is optional: a reply that comes late must not count for another n."""
    for n in ORDER:
        yield Question(send=bytes((0x10, 0x04, n)), until=_REPLY)


def status(replies: Sequence[bytes]) -> Status | None:
    """The status in the replies to status_questions(); None when not one is valid."""
    known = {
        n: reply[0]
        for n, reply in zip(ORDER, replies, strict=False)
        if len(reply) == 1 and reply[0] & _FIXED_MASK == _FIXED
    }
    if not known:
        return None
    return Status(printer=known.get(1), cause=known.get(2), error=known.get(3), paper=known.get(4))


class Counter(NamedTuple):
    """One of Epson's maintenance counters, by its number in GS g 2. life: since new, not since a service."""

    number: int
    name: str
    life: bool


COUNTERS = tuple(
    Counter(number, name, life)
    for since_service, since_new, name in (
        (20, 148, "line_feeds"),
        (21, 149, "head_energizings"),
        (50, 178, "cuts"),
        (70, 198, "hours"),
    )
    for number, life in ((since_new, True), (since_service, False))
)


def counter_questions() -> Iterator[Question]:
    """GS g 2 0 nL nH for each of COUNTERS. Not real-time: ask only a printer that is online and has no job."""
    for counter in COUNTERS:
        yield Question(send=b"\x1dg2\x00" + bytes((counter.number, 0)), until=rb"_[0-9]{1,10}\x00")


def counts(replies: Sequence[bytes]) -> dict[Counter, int]:
    """The counters that were answered: "_", one to ten digits, NUL."""
    known: dict[Counter, int] = {}
    for counter, reply in zip(COUNTERS, replies, strict=False):
        digits = reply[1:-1]
        if reply[:1] == b"_" and reply[-1:] == b"\0" and digits.isdigit() and len(digits) <= 10:  # noqa: PLR2004 - GS g 2
            known[counter] = int(digits)
    return known
