"""What is attended to once a minute, each in a file of its own; this starts them and hands out what they tell."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from agent.chronicler import Chronicler
from agent.clock import SystemClock
from agent.config import Config
from agent.itself import SELF
from agent.monthly import REPORTS, MonthlyReport
from agent.morning import Morning
from agent.openings import Openings
from agent.outages import OutageKeeper
from agent.outages import samples as outage_samples
from agent.stock import StockKeeper
from agent.supplies import SupplyKeeper
from agent.trust import Redater
from agent.undelivered import Undelivered
from agent.upkeep import UpkeepKeeper
from agent.view import Panel
from agent.watch import Watch
from alerts.incident import Addressee
from alerts.ledger import Ledger
from alerts.outages import COUNT_SECONDS
from probes.reading import Sample
from probes.text import clean
from probes.wire import clock as wall_clock

log = logging.getLogger("jagaloket")
EVERY_SECONDS = 60.0

Samples = Callable[[], Iterable[Sample]]


class Keepers:
    """The agent's regular duties. All of them run in the watch's own thread.

    config, people: as they are now. open_ledger: for a thread of its own. told: something new is in the outbox.
    look_at_all: look at every device at once.
    """

    def __init__(  # noqa: PLR0913 - what the duties know, and whom they tell
        self,
        *,
        config: Callable[[], Config],
        people: Callable[[], Sequence[Addressee]],
        book: Ledger,
        panel: Panel,
        clock: SystemClock,
        folder: Path,
        open_ledger: Callable[[], Ledger],
        told: Callable[[], None],
        look_at_all: Callable[[], None],
    ) -> None:
        self._config, self._people, self._book, self._clock, self._told = config, people, book, clock, told
        self._morning = Morning(lambda: config().office, look_at_all)
        self._redater = Redater(book, wall=clock.wall)
        self._supplies = SupplyKeeper(panel, book, clock)
        self._outages = OutageKeeper(panel, book)
        self._undelivered = Undelivered(book, SELF, people, clock=clock, told=told)
        self._monthly = MonthlyReport(config, open_ledger, folder / REPORTS, clock, told)
        self.chronicler = Chronicler(panel, book, clock, config)
        self._upkeep = UpkeepKeeper(panel, book, clock, told=told, replaced=self._supplies.replaced)
        self._stock = StockKeeper(
            panel,
            book,
            clock,
            told=told,
            seen=self._supplies.levels,
            replaced=self._supplies.replaced,
            believed=self._upkeep.believed,
        )

    def start(self, watch: Watch) -> None:
        """Let the watch call each of them; what changes dates comes first."""
        self._outages.start()
        watch.every(COUNT_SECONDS, self._outages.keep)
        for keep in (
            self._redater.keep,
            self._attend,
            self._supplies.keep,
            self._undelivered.keep,
            self._upkeep.keep,
            self.chronicler.keep,
            self._stock.keep,
            self._monthly.keep,
        ):
            watch.every(EVERY_SECONDS, keep)

    def take(self) -> None:
        """The configuration is new."""
        self._upkeep.take(self._config(), self._people())
        self._stock.take(self._config(), self._people())

    def stop(self) -> None:
        """Write down what the last minute brought."""
        self.chronicler.stop()

    def samples(self, ledger: Callable[[], Ledger]) -> Mapping[str, Samples]:
        """What they have for the metrics page. ledger: the one of the thread that asks."""
        return {
            "supplies": self._supplies.samples,
            "hours": Openings(self._config().office, self._clock.wall).samples,
            "outages": lambda: outage_samples(ledger().outages),
            "maintenance": self._upkeep.samples,
            "stock": self._stock.samples,
        }

    def _attend(self) -> None:
        """Looks before opening, letters that had to wait, and tickets that nobody took up."""
        now = self._clock.wall()
        self._morning.attend(now)
        is_open = wall_clock.trusted() and self._config().office.is_open(now) is not False
        try:
            if self._book.attend(self._people(), is_open=is_open):
                self._told()
        except OSError as error:
            log.warning("tickets could not be attended to, the next minute tries again: %s", clean(str(error), 200))
