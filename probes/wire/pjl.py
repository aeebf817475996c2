"""PJL status readback: @PJL INFO STATUS, ID and PAGECOUNT (HP, Printer Job Language Technical Reference).

DISPLAY is in the panel's language and is only shown; what is decided on is CODE and ONLINE.
"""

import re
from typing import NamedTuple

from probes.reading import NO_TEXT
from probes.text import SafeText, clean
from probes.wire.stream import Question

UEL = b"\x1b%-12345X"
"""Universal Exit Language: leaves whatever language the printer is in, before and after every question."""

_BLOCK = rb"@PJL INFO %s[^\x0c]{0,2048}\x0c"
"""An answer repeats the command and ends with a form feed."""

_CODE = re.compile(rb"^CODE[ \t]{0,8}=[ \t]{0,8}(\d{1,5})[ \t]{0,8}\r?$", re.MULTILINE)
_ONLINE = re.compile(rb"^ONLINE[ \t]{0,8}=[ \t]{0,8}(TRUE|FALSE)", re.MULTILINE)
_DISPLAY = re.compile(rb'^DISPLAY[ \t]{0,8}=[ \t]{0,8}"?([^"\r\n]{0,128})', re.MULTILINE)
_PAGES = re.compile(rb"^(?:PAGECOUNT[ \t]{0,8}=)?[ \t]{0,8}(\d{1,10})[ \t]{0,8}\r?$", re.MULTILINE)
_QUOTED = re.compile(rb'^"?([^"\r\n]{1,128})"?[ \t]{0,8}\r?$', re.MULTILINE)


class Status(NamedTuple):
    """What INFO STATUS said. online: None where it did not say. display: only to show."""

    code: int
    online: bool | None = None
    display: SafeText = NO_TEXT

    def __str__(self) -> str:
        """The evidence for a technician."""
        word = {True: "ONLINE", False: "OFFLINE", None: ""}[self.online]
        return " ".join(part for part in (f"PJL CODE={self.code}", word, f'"{self.display}"') if part != '""' and part)


def question(command: str, *, optional: bool = False) -> Question:
    """@PJL INFO command, framed as HP's reference frames it."""
    name = command.encode("ascii")
    send = UEL + b"@PJL\r\n@PJL INFO " + name + b"\r\n" + UEL
    return Question(send=send, until=_BLOCK % name, optional=optional)


def status(reply: bytes) -> Status | None:
    """The status in a reply to INFO STATUS; None when it has no code."""
    code = _CODE.search(reply)
    if code is None:
        return None
    online = _ONLINE.search(reply)
    display = _DISPLAY.search(reply)
    return Status(
        code=int(code[1]),
        online=None if online is None else online[1] == b"TRUE",
        display=clean(display[1]) if display else NO_TEXT,
    )


def pages(reply: bytes) -> int | None:
    """The number in a reply to INFO PAGECOUNT: alone on its line, or behind PAGECOUNT=."""
    found = _PAGES.search(reply)
    return int(found[1]) if found else None


def identity(reply: bytes) -> SafeText:
    """The text in a reply to INFO ID ("HP LaserJet 4000 Series"), or ""."""
    found = _QUOTED.search(reply, reply.find(b"\n") + 1 or len(reply))
    return clean(found[1]) if found else NO_TEXT
