"""What both interfaces of GLPI have in common: rich text, urgency, and one row of numbers for two kinds of notes."""

import html
import re
from collections.abc import Iterable, Sequence
from typing import Any

from alerts.desk import RemoteNote
from alerts.loose import number, table, words
from probes.reading import Severity
from probes.text import SafeText, clean

SOLVED, CLOSED, ASSIGNED = 5, 6, 2
"""Ticket statuses (CommonITILObject); 1 is new."""
INCIDENT = 1
URGENCY = {Severity.NOTICE: 2, Severity.DEGRADED: 3, Severity.BLOCKING: 4}
"""1 very low to 5 very high; 5 is left for people to say."""
_BREAK = re.compile(r"(?i)<br[^>]{0,20}>|</p>|</div>|</li>")
_TAG = re.compile(r"<[^<>]{0,2000}>")
_NOTE_LIMIT_BYTES = 4_000
_FOLLOWUP_BITS = 31
_MOST = 1 << _FOLLOWUP_BITS


def rich(text: str) -> str:
    """Plain text as the HTML that GLPI keeps; what a device says stays text."""
    return html.escape(text, quote=False).replace("\n", "<br>")


def plain(value: object) -> SafeText:
    """What people wrote, without its markup; 10.x sends the markup itself escaped."""
    text = words(value, 4 * _NOTE_LIMIT_BYTES)
    text = SafeText(html.unescape(text)) if "<" not in text else text
    return clean(html.unescape(_TAG.sub("", _BREAK.sub(" ", text))), _NOTE_LIMIT_BYTES)


def notes(followups: Iterable[dict[str, Any]], solutions: Iterable[dict[str, Any]], after: int) -> Sequence[RemoteNote]:
    """Both kinds in one row whose ids only grow: the newest solution's id above, the newest followup's below."""
    solved, told = divmod(after, _MOST)
    made = []
    for one, serial in _unread(followups, told):
        told = serial
        made.append(_note(one, solved * _MOST + told))
    for one, serial in _unread(solutions, solved):
        solved = serial
        made.append(_note(one, solved * _MOST + told))
    return made


def _unread(listed: Iterable[dict[str, Any]], after: int) -> list[tuple[dict[str, Any], int]]:
    known = ((one, int(number(one.get("id")) or 0)) for one in listed)
    return sorted(((one, serial) for one, serial in known if after < serial < _MOST), key=lambda pair: pair[1])


def _note(one: dict[str, Any], cursor: int) -> RemoteNote:
    user = one.get("user", one.get("users_id"))
    author = words(table(user).get("name")) if isinstance(user, dict) else words(user)
    return RemoteNote(id=cursor, author=SafeText("") if author == "0" else author, text=plain(one.get("content")))
