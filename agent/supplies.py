"""Keeps how supplies go down, from what the printers' last looks found, and tells how many days are left."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

from agent.clock import Clock
from agent.names import SUPPLY_DAYS_LEFT, SUPPLY_REPLACED
from agent.view import Panel
from alerts.levels import Levels, Supply
from alerts.pace import days_left, replaced_at
from probes.printer import SUPPLY_RATIO
from probes.reading import Sample
from probes.text import clean
from probes.wire import clock as clocks

log = logging.getLogger("jagaloket.supplies")

STEP_RATIO = 0.01
"""Smaller changes are not kept: printers count in percent."""


class LevelBook(Protocol):
    """The ledger, as far as supplies go."""

    @property
    def levels(self) -> Levels:
        """The levels kept."""


class SupplyKeeper:
    """Called once a minute in the watch's thread; samples() may be called from any."""

    def __init__(
        self, panel: Panel, book: LevelBook, clock: Clock, *, trusted: Callable[[], bool] = clocks.trusted
    ) -> None:
        self._panel, self._book, self._clock, self._trusted = panel, book, clock, trusted
        self._levels: dict[Supply, list[tuple[float, float]]] = {}
        self._samples: tuple[Sample, ...] = ()
        self._loaded = False

    def keep(self) -> None:
        """Write down what changed. A level that cannot be written is written at the next call.

        Under a clock that cannot be trusted a level would get a wrong date and spoil the pace of years.
        """
        if not self._trusted():
            self._samples = ()
            return
        try:
            if not self._loaded:
                self._levels, self._loaded = {key: list(kept) for key, kept in self._book.levels.all().items()}, True
            for supply, ratio in self._seen():
                self._note(supply, ratio)
        except OSError as error:
            log.warning("levels of supplies could not be kept, the next minute tries again: %s", clean(str(error), 200))
        self._samples = tuple(self._told())

    def samples(self) -> tuple[Sample, ...]:
        """Days left and last replacements, for the metrics page."""
        return self._samples

    def levels(self) -> Mapping[Supply, Sequence[tuple[float, float]]]:
        """How supplies went down: (UTC epoch seconds, share left), oldest first. For the watch's thread."""
        return self._levels

    def replaced(self) -> dict[str, float]:
        """When a supply was last replaced (UTC epoch seconds), by device."""
        found: dict[str, float] = {}
        for sample in self._samples:
            if sample.metric is SUPPLY_REPLACED:
                device = sample.labels[0]
                found[device] = max(sample.value, found.get(device, 0.0))
        return found

    def _seen(self) -> Iterator[tuple[Supply, float]]:
        for view in self._panel.views():
            if view.success and view.reading is not None:
                for sample in view.reading.samples:
                    if sample.metric is SUPPLY_RATIO:
                        name, colour, kind = sample.labels
                        yield (clean(view.device.id), name, colour, kind), sample.value

    def _note(self, supply: Supply, ratio: float) -> None:
        kept = self._levels.setdefault(supply, [])
        if kept and abs(kept[-1][1] - ratio) < STEP_RATIO:
            return
        now = self._clock.wall()
        self._book.levels.record(supply, ratio, now)
        before = replaced_at(kept)
        kept.append((now, ratio))
        if replaced_at(kept) != before:
            log.info("%s of %s was replaced", supply[1], supply[0])

    def _told(self) -> Iterator[Sample]:
        now = self._clock.wall()
        for supply, levels in self._levels.items():
            if (days := days_left(levels, now)) is not None:
                yield Sample(metric=SUPPLY_DAYS_LEFT, value=days, labels=supply)
            if (at := replaced_at(levels)) is not None:
                yield Sample(metric=SUPPLY_REPLACED, value=at, labels=supply)
