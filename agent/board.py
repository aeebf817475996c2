"""The board at /: every device of this counter in words, for those who sit at it. A view, it stores nothing."""

import hashlib
import logging
import re
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from string import Template

from agent.cards import OPEN, Pieces
from agent.function import FunctionState
from agent.site import Answer, Request
from agent.view import Panel
from alerts.incident import Ticket
from alerts.ledger import Ledger
from alerts.markup import join, tag
from alerts.office import Office
from alerts.words import best_language, languages, words

log = logging.getLogger(__name__)

_TICKETS_SHOWN = 50


class Board:
    """Makes the board anew for each request.

    ledger: the calling thread's ledger. functions: what citizens come for, by label. clock: UTC epoch seconds.
    """

    def __init__(
        self,
        *,
        panel: Panel,
        office: Office,
        ledger: Callable[[], Ledger],
        functions: Callable[[], Mapping[str, FunctionState]] = dict,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._panel = panel
        self._office = office
        self._ledger = ledger
        self._functions = functions
        self._clock = clock
        self._blind = False

    def page(self, request: Request) -> Answer:
        """The whole page, in the language the browser prefers or ?lang= names."""
        language = self._language(request)
        pieces = Pieces(office=self._office, words=words(language), now=self._clock())
        views = self._panel.views()
        main = tag(
            "main",
            pieces.banner(views),
            pieces.services(self._functions()),
            pieces.cards(views),
            pieces.tickets(self._tickets()),
        )
        title = " · ".join(filter(None, (self._office.counter, self._office.name, "JagaLoket")))
        body = join(pieces.header(language, languages()), pieces.stale(), main)
        page = _skeleton().substitute(language=language, title=join(title), body=body)
        return Answer(body=page.encode(), content_type="text/html; charset=utf-8", policy=_policy())

    def _language(self, request: Request) -> str:
        asked = request.query.get("lang", [""])[0]
        if asked in languages():
            return asked
        return best_language(request.accept_language) if request.accept_language else self._office.language

    def _tickets(self) -> tuple[Ticket, ...] | None:
        try:
            tickets = self._ledger().tickets(OPEN, _TICKETS_SHOWN)
        except OSError as error:
            log.log(logging.DEBUG if self._blind else logging.WARNING, "board: tickets cannot be read: %s", error)
            self._blind = True
            return None
        self._blind = False
        return tickets


@cache
def _skeleton() -> Template:
    return Template(resources.files("agent").joinpath("pages/board.html").read_text("utf-8"))


@cache
def _policy() -> str:
    """The page's own style and script, by their hashes, and nothing else (Content Security Policy Level 3)."""
    text = _skeleton().template
    style, script = (_hash(re.findall(rf"<{name}>(.*?)</{name}>", text, re.DOTALL)) for name in ("style", "script"))
    return (
        f"default-src 'none'; style-src {style}; script-src {script}; connect-src 'self'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _hash(texts: list[str]) -> str:
    return " ".join(f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in texts)
