"""What a Zebra label printer tells: ~HS, ~HQES and SGD getvar (Zebra, ZPL II Programming Guide, P1099958).

~HS is three lines, each STX ... ETX CR LF. The guide says that it is not answered at all while labels or
ribbon are out, the head is open or too hot or the rewinder is full; ~HQES then still names the error on
printers that know it.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from probes.reading import NO_TEXT
from probes.text import SafeText, clean
from probes.wire.stream import Question

_LINE = rb"\x02[^\x02\x03]{0,512}\x03"
_GAP = rb"[^\x02\x03]{0,16}"
HOST_STATUS = Question(send=b"~HS\r\n", until=_LINE + _GAP + _LINE + _GAP + _LINE, optional=True)
HOST_ERRORS = Question(send=b"~HQES\r\n", until=rb"ERRORS:[^\x02\x03]{0,256}\x03", optional=True)

_FIELDS = re.compile(rb"\x02([^\x02\x03]{0,512})\x03")
_FLAG_LINE = rb"%s:[ \t]{0,16}([01])[ \t]{1,8}([0-9A-Fa-f]{8})[ \t]{1,8}([0-9A-Fa-f]{8})"
_ERRORS = re.compile(_FLAG_LINE % b"ERRORS")
_WARNINGS = re.compile(_FLAG_LINE % b"WARNINGS")
_CENTIMETRES = re.compile(r"(\d{1,12})\s{1,4}CENTIMETERS")

_FIRST_FIELDS, _SECOND_FIELDS = 12, 11

VARIABLES = {"model": "device.product_name", "serial": "device.unique_id", "firmware": "appl.name"}
"""Facts and the SGD variables that tell them."""

ODOMETER = "odometer.total_print_length"
"""How far media has moved in the printer's life: "8560 INCHES, 21744 CENTIMETERS"."""


class HostStatus(NamedTuple):
    """The flags of ~HS that tell a fault."""

    paper_out: bool
    paused: bool
    buffer_full: bool
    memory_lost: bool
    too_cold: bool
    too_hot: bool
    head_open: bool
    ribbon_out: bool

    def __str__(self) -> str:
        """The evidence for a technician."""
        return "~HS " + (", ".join(name for name in self._fields if getattr(self, name)) or "ready")


class HostErrors(NamedTuple):
    """The flag words of ~HQES, group 1: bits as in the guide's table "Error Flags"."""

    errors: int
    warnings: int

    def __str__(self) -> str:
        """The evidence for a technician."""
        return f"~HQES errors {self.errors:08X}, warnings {self.warnings:08X}"


def host_status(reply: bytes) -> HostStatus | None:
    """The flags in a reply to ~HS; None when it is not one."""
    lines = [line.split(b",") for line in _FIELDS.findall(reply)]
    if len(lines) < 2 or len(lines[0]) < _FIRST_FIELDS or len(lines[1]) < _SECOND_FIELDS - 1:  # noqa: PLR2004 - lines
        return None
    first, second = lines[0], lines[1]
    flags = (first[1], first[2], first[5], first[9], first[10], first[11], second[2], second[3])
    if any(flag.strip() not in (b"0", b"1") for flag in flags):
        return None
    return HostStatus(**dict(zip(HostStatus._fields, (flag.strip() == b"1" for flag in flags), strict=True)))


def host_errors(reply: bytes) -> HostErrors | None:
    """The flags in a reply to ~HQES; None when it is not one."""
    errors, warnings = _ERRORS.search(reply), _WARNINGS.search(reply)
    if errors is None:
        return None
    return HostErrors(int(errors[3], 16), int(warnings[3], 16) if warnings else 0)


def getvar(variable: str) -> Question:
    """Ask for one SGD variable. The printer answers "?" when it does not know it, and old ones nothing at all."""
    return Question(send=b'! U1 getvar "%s"\r\n' % variable.encode("ascii"), until=rb'"[^"]{0,256}"')


def variables(replies: Sequence[bytes]) -> dict[str, SafeText]:
    """Facts from the replies to getvar() for each of VARIABLES, as far as they came."""
    values = zip(VARIABLES, (value(reply) for reply in replies), strict=False)
    return {name: text for name, text in values if text}


def value(reply: bytes) -> SafeText:
    """The value in a reply to getvar(), or "" when the printer does not know it."""
    text = clean(reply.strip(b'"'))
    return NO_TEXT if text == "?" else text


def centimetres(text: str) -> int | None:
    """The length in an answer of ODOMETER."""
    found = _CENTIMETRES.search(text)
    return int(found[1]) if found else None
