"""Keeps regular work: what was used, what devices ask for, what has come due; opens one order a day and person."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from agent.belief import Belief, kernel_keeps_time
from agent.clock import Clock
from agent.config import Config
from agent.evidence import Seen, told, unit
from agent.names import MAINTENANCE_DUE
from agent.orders import waiting
from agent.register import news
from agent.usage import Meter, Used
from agent.view import DeviceView, Panel
from alerts.incident import Addressee
from alerts.ledger import Ledger
from alerts.manner import midnight
from alerts.office import Office
from alerts.plan import Record, due, is_due
from alerts.task import Duty, duties
from alerts.upkeep import Key
from probes.reading import Sample
from probes.text import clean
from probes.wire.clock import trusted as clock_trusted

log = logging.getLogger("jagaloket.upkeep")

DAY_SECONDS = 86_400.0
KEEP_SECONDS = 600.0
"""How often counts are written; what nobody waits for may be lost in a power cut."""
CLOCK_SECONDS = 3_600.0
MOST_JOBS = 32
AGENT = "jagaloket"


class UpkeepKeeper:
    """Called once a minute in the watch's thread; samples() may be called from any.

    told: called when there is a letter to send. replaced: when a supply of a device was last replaced, by device.
    synchronised: whether a time service keeps the clock. trusted: whether it is not behind what was known.
    """

    def __init__(  # noqa: PLR0913 - what it watches, and whom it tells
        self,
        panel: Panel,
        book: Ledger,
        clock: Clock,
        *,
        told: Callable[[], None],
        replaced: Callable[[], Mapping[str, float]],
        synchronised: Callable[[], bool] = kernel_keeps_time,
        trusted: Callable[[], bool] = clock_trusted,
    ) -> None:
        self._panel, self._book, self._clock, self._told = panel, book, clock, told
        self._replaced, self._synchronised, self._trusted = replaced, synchronised, trusted
        self._belief = Belief()
        self._office, self._duties = Office(), tuple[Duty, ...]()
        self._addressees: Sequence[Addressee] = ()
        self._meters: dict[str, Meter] = {}
        self._used: dict[str, dict[str, float]] = {}
        self._serviced: set[str] = set()
        self._written = self._clocked = self._looked = clock.monotonic()
        self._samples: tuple[Sample, ...] = ()

    def take(self, config: Config, addressees: Sequence[Addressee]) -> None:
        """Keep this configuration's plan from now on."""
        self._office, self._addressees = config.office, addressees
        self._duties = duties(config.tasks, tuple(item.device for item in config.watched))

    def keep(self) -> None:
        """Look at all duties once. What cannot be written is done at the next call."""
        views = {view.device.id: view for view in self._panel.views()}
        self._measure(views)
        try:
            self._keep(views)
        except OSError as error:
            log.warning("regular work could not be kept, the next minute tries again: %s", clean(str(error), 200))

    def samples(self) -> tuple[Sample, ...]:
        """When each task is next due, for the metrics page."""
        return self._samples

    def _keep(self, views: Mapping[str, DeviceView]) -> None:
        now = self._clock.wall()
        if not self.believed(now):
            return
        upkeep = self._book.upkeep
        records = upkeep.records()
        orders = {record.ticket for record in records.values() if record.ticket}
        if orders and upkeep.settle_closed(orders):
            records = upkeep.records()
        records = self._introduce(records, views, now)
        seen = {duty.key: self._see(duty, views, now) for duty in self._duties}
        before, records = records, self._settle(records, seen)
        self._write(
            before, {duty.key: seen[duty.key].after(duty, records[duty.key], self._office) for duty in self._duties}
        )
        records = upkeep.records()
        self._gather(records, seen, now)
        self._samples = tuple(self._tell(records, now))

    def believed(self, now: float) -> bool:
        """Whether the PC's clock may decide. Raises OSError."""
        monotonic, known = self._clock.monotonic(), self._book.upkeep.clock()
        holds = self._trusted() and self._belief.holds(now, monotonic, known=known, synchronised=self._synchronised())
        if holds and (known is None or monotonic - self._clocked >= CLOCK_SECONDS):
            self._book.upkeep.set_clock(now)
            self._clocked = monotonic
        return holds

    def _measure(self, views: Mapping[str, DeviceView]) -> None:
        """What was used since the last call; in memory, whatever the wall clock says."""
        now = self._clock.monotonic()
        passed, self._looked = min(now - self._looked, 2 * 60.0), now
        for name in {duty.device.id for duty in self._duties if duty.device is not None}:
            view = views.get(name)
            if view is None or not view.success or view.reading is None:
                continue
            counted = self._meters.setdefault(name, Meter()).look(view.reading)
            self._add(name, told(counted, view, passed_seconds=passed))

    def _add(self, name: str, counted: Used) -> None:
        mine = self._used.setdefault(name, {})
        for what, amount in counted.used.items():
            mine[what] = mine.get(what, 0.0) + amount
        if counted.serviced:
            self._serviced.add(name)

    def _introduce(self, records: dict[Key, Record], views: Mapping[str, DeviceView], now: float) -> dict[Key, Record]:
        """New duties get a first day, renamed devices keep theirs; what left the plan leaves its order."""
        units = {duty.key: unit(duty, views.get(duty.key[1])) for duty in self._duties}
        changes = news(self._duties, records, units, self._office, now)
        for key in changes.leaving:
            self._book.upkeep.drop(key, at=now)
        if changes.fresh or changes.dropped:
            self._book.upkeep.put(changes.fresh, dropped=changes.dropped)
        return {key: record for key, record in {**records, **changes.fresh}.items() if key in units}

    def _see(self, duty: Duty, views: Mapping[str, DeviceView], now: float) -> Seen:
        name = duty.key[1]
        return Seen(
            now=now,
            view=views.get(name),
            used=self._used.get(name, {}),
            serviced=name in self._serviced,
            replaced=self._replaced().get(name),
            unit=unit(duty, views.get(name)),
        )

    def _settle(self, records: Mapping[Key, Record], seen: Mapping[Key, Seen]) -> dict[Key, Record]:
        """What devices show to be done. Everyday use is no entry of the log unless somebody waited for it."""
        after = dict(records)
        for duty in self._duties:
            record, sight = records[duty.key], seen[duty.key]
            done = sight.done_at(duty.task, record)
            if done is None or done[0] <= record.since:
                continue
            at, shown = done
            after[duty.key] = Record(since=at, known=True, identity=sight.unit or record.identity)
            if record.ticket or shown != "use" or is_due(duty, record, self._office, sight.now):
                self._book.upkeep.settle(duty.key, "done", AGENT, shown, at=at, identity=after[duty.key].identity)
            elif at - record.since < DAY_SECONDS:
                after[duty.key] = record
        return after

    def _write(self, before: Mapping[Key, Record], after: Mapping[Key, Record]) -> None:
        """Write what changed; counts alone wait for a while."""
        changed = {key: record for key, record in after.items() if record != before[key]}
        monotonic = self._clock.monotonic()
        news = any(replace(record, used=before[key].used) != before[key] for key, record in changed.items())
        if not news and monotonic - self._written < KEEP_SECONDS:
            return
        for key, record in changed.items():
            if before[key].ticket and not record.ticket:
                self._book.upkeep.drop(key, at=self._clock.wall())
        if changed:
            self._book.upkeep.update(before, changed)
        self._used.clear()
        self._serviced.clear()
        self._written = monotonic

    def _gather(self, records: Mapping[Key, Record], seen: Mapping[Key, Seen], now: float) -> None:
        """What has come due goes onto one order a day and person."""
        for actor, jobs in waiting(self._duties, records, seen, self._office, now).items():
            number = self._book.upkeep.gather(
                actor,
                jobs[:MOST_JOBS],
                addressees=self._addressees,
                policy=self._book.policy,
                now=now,
                midnight=midnight(self._office, now),
            )
            if number:
                self._told()

    def _tell(self, records: Mapping[Key, Record], now: float) -> Iterator[Sample]:
        earliest: dict[str, float] = {}
        for duty in self._duties:
            at = due(duty.task, records[duty.key], self._office, now)
            if at is not None:
                earliest[duty.task.id] = min(at, earliest.get(duty.task.id, at))
        for task, at in earliest.items():
            yield Sample(metric=MAINTENANCE_DUE, value=at, labels=(clean(task),))
