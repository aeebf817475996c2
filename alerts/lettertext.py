"""A letter in writing: plain text for every reader, and HTML beside it."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from alerts import lettercontent, letterdigest, letterhtml
from alerts.incident import Notice, Ticket
from alerts.letterparts import Fact, Letter, Look, Part
from alerts.office import Office
from probes.text import SafeText

_WIDTH = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterText:
    """A letter without its envelope. body: plain text, lines ended by newlines; html: the same as a page, or "".

    files: PDFs to attach, by name.
    """

    subject: SafeText
    body: str
    html: str = ""
    files: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))


def write(notice: Notice, ticket: Ticket, office: Office, *, now: float) -> LetterText:
    """The letter for one notice, and for the other tickets that it tells. now: the moment of sending."""
    if notice.others:
        letter = letterdigest.compose(notice, (ticket, *notice.others), office, now=now)
    else:
        letter = lettercontent.compose(notice, ticket, office, now=now)
    return LetterText(subject=letter.subject, body=plain(letter), html=letterhtml.render(letter))


def plain(letter: Letter) -> str:
    """The letter as plain text."""
    head = [_fill(letter.intro)]
    if any(part.look is Look.TICKET for part in letter.parts):
        head.insert(0, _fill(letter.headline))
    blocks = [*head, *map(_part, letter.parts), f"-- \n{_fill(letter.footer)}"]
    return "\n\n".join(blocks) + "\n"


def _part(part: Part) -> str:
    title = [] if not part.title else [_fill(part.title if part.look is Look.TICKET else f"{part.title}:")]
    text = [_fill(part.text)] if part.text else []
    return "\n".join([*title, *text, *map(_fact, part.facts)])


def _fact(fact: Fact) -> str:
    return _fill(f"{fact.name}: {fact.value}", hang="    ")


def _fill(text: str, hang: str = "") -> str:
    return textwrap.fill(text, _WIDTH, subsequent_indent=hang, break_long_words=False, break_on_hyphens=False)
