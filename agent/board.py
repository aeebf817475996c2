"""The board at /: every device of this counter in words, for those who sit at it. A view, it stores nothing."""

import logging
import time
from collections.abc import Callable, Mapping

from agent.cards import OPEN, Pieces
from agent.function import FunctionState
from agent.masthead import masthead, stale
from agent.site import Answer, Request
from agent.skeleton import answer, language_of
from agent.view import Panel
from alerts.incident import Ticket
from alerts.ledger import Ledger
from alerts.markup import join, tag
from alerts.office import Office
from alerts.words import words

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
        language = language_of(request, self._office)
        say, now = words(language), self._clock()
        pieces = Pieces(office=self._office, words=say, now=now)
        views = self._panel.views()
        main = tag(
            "main",
            pieces.banner(views),
            pieces.services(self._functions()),
            pieces.cards(views),
            pieces.tickets(self._tickets()),
        )
        return answer(
            language, self._office, join(masthead(say, self._office, now, language=language), stale(say), main)
        )

    def _tickets(self) -> tuple[Ticket, ...] | None:
        try:
            tickets = self._ledger().tickets(OPEN, _TICKETS_SHOWN)
        except OSError as error:
            log.log(logging.DEBUG if self._blind else logging.WARNING, "board: tickets cannot be read: %s", error)
            self._blind = True
            return None
        self._blind = False
        return tickets
