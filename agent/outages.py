"""Counts how long the outages of links last, once a minute, for the outage log and the metrics page."""

import logging
from collections.abc import Callable, Iterator
from typing import Protocol

from agent.names import OUTAGE_SECONDS
from agent.view import Panel
from alerts.outages import LINK, Outages
from probes.reading import Sample
from probes.text import SafeText, clean
from probes.wire import clock

log = logging.getLogger("jagaloket.outages")


class OutageBook(Protocol):
    """The ledger, as far as outages go."""

    @property
    def outages(self) -> Outages:
        """The outages kept."""


class OutageKeeper:
    """keep() is called once a minute in the watch's thread."""

    def __init__(self, panel: Panel, book: OutageBook, *, trusted: Callable[[], bool] = clock.trusted) -> None:
        self._panel, self._book, self._trusted = panel, book, trusted
        self._begun = False

    def start(self) -> None:
        """The time before this moment was not seen."""
        try:
            self._book.outages.go_on()
            self._begun = True
        except OSError as error:
            log.warning("outages cannot be counted, the next minute tries again: %s", clean(str(error), 200))

    def keep(self) -> None:
        """Count on for what stands."""
        if not self._begun:
            self.start()
            return
        standing = {
            (view.device.id, fault.code, str(fault.part))
            for view in self._panel.views()
            if view.device.kind == LINK
            for fault in view.standing
        }
        try:
            self._book.outages.tick(standing, trusted=self._trusted())
        except OSError as error:
            log.warning("outages could not be counted, the next minute tries again: %s", clean(str(error), 200))


def samples(outages: Outages) -> Iterator[Sample]:
    """The seconds so far, for the metrics page. Raises OSError."""
    for (device, code), seconds in sorted(outages.totals().items()):
        yield Sample(metric=OUTAGE_SECONDS, value=seconds, labels=(SafeText(device), SafeText(code)))
