"""Cases: which fault gets a ticket, which is noted on another's, and which merely comes and goes.

The judgement itself is pure (cause.py, flap.py); this keeps what they need to know between looks, and writes.
What it keeps is made anew from the ledger at a start; only what flaps must be seen again.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from agent.casebook import CaseBook, Judged
from agent.cause import Standing, root, symptoms
from agent.flap import Flap, seen
from agent.health import Health
from agent.place import Plan
from agent.surroundings import Surroundings
from alerts.incident import Addressee, Incident, Key
from probes.probe import Confirm
from probes.reading import NO_TEXT, NOT_RESPONDING, Device, Fault, State
from probes.text import SafeText

OUTLIVES_SECONDS = 120.0
"""What is still wrong so long after its cause has ended is wrong in itself; printers need a minute to start."""
_COUNT_SECONDS = 60.0
"""How often the count of an unstable fault is written."""


@dataclass(slots=True)
class _Tally:
    """A fault's changes, when their count was last written, and since when an end is held back."""

    flap: Flap
    written: float = 0.0
    held: float | None = None


@dataclass(slots=True)
class _Orphan:
    """looks: that have seen it since its cause ended; since: the first of them, monotonic seconds."""

    looks: int = 0
    since: float = 0.0


@dataclass(slots=True)
class Cases:
    """What stands, and on whose ticket.

    around: what the configuration tells of all devices. states: of all devices now, for what citizens can come for.
    """

    book: CaseBook
    around: Surroundings = field(default_factory=Surroundings)
    addressees: Sequence[Addressee] = ()
    states: Callable[[], Mapping[str, State]] = dict
    _standing: dict[Key, Standing] = field(default_factory=dict)
    _faults: dict[Key, tuple[Device, Fault]] = field(default_factory=dict)
    _tallies: dict[str, dict[Key, _Tally]] = field(default_factory=dict)
    """What changed lately, by device."""
    _orphans: dict[Key, _Orphan] = field(default_factory=dict)
    """Symptoms whose cause has ended."""
    _waiting: set[Key] = field(default_factory=set)
    """What is no news yet: it may only be switched off, or somebody works on it."""

    @property
    def _plan(self) -> Plan:
        return self.around.plan

    def load(self, incidents: Iterable[Incident]) -> None:
        """What the ledger says that stands: at the start, and after a reload."""
        known = {incident.id: incident for incident in incidents}
        before, self._standing, self._orphans = self._standing, {}, {}
        for incident in known.values():
            cause = known.get(incident.cause) if incident.cause is not None else None
            one = before.get(incident.key) or Standing(
                key=incident.key, severity=incident.severity, since=incident.started
            )
            if incident.cause is not None and cause is None:
                self._orphans[incident.key] = _Orphan()
            self._standing[incident.key] = replace(one, order=incident.id, cause=cause.key if cause else None)

    def forget(self, device: str) -> None:
        """A device is watched no longer, or under another table: what flapped must be seen again."""
        self._tallies.pop(device, None)
        self._waiting = {key for key in self._waiting if key[0] != device}

    def record(self, judged: Judged) -> bool:
        """Write down what a look changed; True when people are concerned. Raises OSError; then try again."""
        verdict, told = judged.verdict, False
        changed = {judged.key(*health.fault.key) for health in (*verdict.began, *verdict.ended)}
        for health in (*verdict.began, *self._called(judged)):
            told |= self._begin(judged, health)
        for key, stands in self._followed(judged, changed - self._waiting):
            told |= self._follow(judged, key, stands=stands)
        for health in verdict.ended:
            told |= self._end(judged.key(*health.fault.key), judged.wall)
        return self._settle_orphans(judged) or told

    def _called(self, judged: Judged) -> list[Health]:
        """What waited for the office to open, and is seen again."""
        if not self._waiting or judged.reading is None:
            return []
        seen_now = [fault.key for fault in judged.reading.faults if judged.key(*fault.key) in self._waiting]
        return [
            health for key in seen_now if (health := judged.verdict.healths.get(key)) is not None and health.standing
        ]

    def _begin(self, judged: Judged, health: Health) -> bool:
        device, fault = judged.watched.device, health.fault
        key = judged.key(*fault.key)
        self._faults[key] = (device, fault)
        if key in self._standing:
            return False  # it was held open: it comes and goes
        if self.around.is_quiet(device.id, fault.code, judged.wall):
            self._waiting.add(key)
            return False
        self._waiting.discard(key)
        one = Standing(
            key=key,
            severity=fault.severity,
            since=health.since,
            order=1 + max((known.order for known in self._standing.values()), default=0),
            port=judged.facts.get("port", NO_TEXT),
            interface=judged.facts.get("interface", NO_TEXT),
        )
        one = replace(one, cause=self._cause(one))
        context = self.around.context(device, fault, one.cause, self.states(), judged.facts)
        self.book.begin(device, fault, since=health.since, addressees=self.addressees, context=context)
        self._standing[key] = one
        if one.cause is None:
            self._take_over(one)
        return True

    def _cause(self, one: Standing) -> Key | None:
        """The root that has a ticket of its own."""
        found = root(one, self._standing, self._plan)
        return found if found is not None and self._standing[found].cause is None else None

    def _take_over(self, cause: Standing) -> None:
        """What was seen shortly before its cause goes onto the cause's ticket, if nobody knows its own yet."""
        for key in list(symptoms(cause, self._standing, self._plan)):
            known = self._faults.get(key)
            if known is None:
                continue
            context = self.around.context(*known, cause.key, self.states(), {})
            if self.book.rehome(*known, addressees=self.addressees, context=context) is not None:
                for other, one in self._standing.items():
                    if key in (other, one.cause):
                        self._standing[other] = replace(one, cause=cause.key)

    def _followed(self, judged: Judged, changed: set[Key]) -> list[tuple[Key, bool]]:
        """The faults whose changes are counted, and whether each stands; a look that could not tell counts nothing."""
        if judged.reading is None:
            return []
        device, healths = judged.watched.device.id, judged.verdict.healths
        keys = changed | self._tallies.get(device, {}).keys()
        return [
            (key, (known := healths.get((key[1], SafeText(key[2])))) is not None and known.standing)
            for key in sorted(keys)
            if judged.reading.judged(key[1], key[2])
        ]

    def _follow(self, judged: Judged, key: Key, *, stands: bool) -> bool:
        """Count one look of a fault that changed lately; True when it became steady and its end is told."""
        tallies = self._tallies.setdefault(key[0], {})
        tally = tallies.setdefault(key, _Tally(Flap(stands=key in self._standing and not stands)))
        before, after = tally.flap, seen(tally.flap, stands=stands, now=judged.now)
        if before.stands and not stands:
            tally.held = judged.wall
        elif stands:
            tally.held = None
        due = after.count != before.count and judged.now - tally.written >= _COUNT_SECONDS
        if after.flapping is not before.flapping or due:
            self.book.unstable(key, after.count)
            tally.written = judged.now
        tally.flap = after
        steady = before.flapping and not after.flapping and tally.held is not None
        if after.quiet:
            del tallies[key]
        return self._end(key, tally.held or judged.wall) if steady else False

    def _end(self, key: Key, wall: float) -> bool:
        """An incident ends, unless it only goes away to come back, or was none."""
        if key in self._waiting:
            self._waiting.discard(key)
            return False
        tally = self._tallies.get(key[0], {}).get(key)
        if tally is not None and tally.flap.flapping:
            return False
        self.book.end(*key, at=wall, addressees=self.addressees)
        self._faults.pop(key, None)
        self._orphans.pop(key, None)
        ended = self._standing.pop(key, None)
        for other, one in self._standing.items():
            if one.cause == key:
                self._orphans[other] = _Orphan()
        return ended is None or ended.cause is None

    def _settle_orphans(self, judged: Judged) -> bool:
        """A symptom that outlives its cause gets another cause or a ticket, once it is confirmed anew."""
        reading, told = judged.reading, False
        if reading is None or not self._orphans:
            return False
        for fault in reading.faults:
            key = judged.key(*fault.key)
            orphan = self._orphans.get(key)
            if orphan is None:
                continue
            orphan.since = orphan.since if orphan.looks else judged.now
            orphan.looks += 1
            confirmed = orphan.looks >= _looks(fault, judged.watched.confirm)
            if confirmed and judged.now - orphan.since >= OUTLIVES_SECONDS:
                self._adopt(judged, fault)
                told = True
        return told

    def _adopt(self, judged: Judged, fault: Fault) -> None:
        device, key = judged.watched.device, judged.key(*fault.key)
        cause = self._cause(self._standing[key])
        context = self.around.context(device, fault, cause, self.states(), judged.facts)
        self.book.rehome(device, fault, addressees=self.addressees, context=context)
        self._standing[key] = replace(self._standing[key], cause=cause)
        del self._orphans[key]


def _looks(fault: Fault, confirm: Confirm) -> int:
    return confirm.misses if fault.code == NOT_RESPONDING else confirm.looks
