"""The watch: rounds and deadlines; what a look found goes to the settler.

One loop sleeps until the next due look, the next deadline or an event. Each look has a thread to itself while it
runs, so that a hanging device holds up nothing but itself; two looks of one device never run at once.
"""

import itertools
import queue
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from agent.cause import POWERED
from agent.clock import Clock
from agent.crew import Crew
from agent.health import FaultKey, Health
from agent.look import Look, failed, take
from agent.rounds import Rounds
from agent.settle import Settler
from agent.watched import Watched

STAGGER_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class _Done:
    device: str
    serial: int
    look: Look


@dataclass(frozen=True, slots=True)
class _Wake:
    device: str


@dataclass(frozen=True, slots=True)
class _Call:
    """Something to do in the loop's own thread (reload, stop)."""

    do: Callable[[], None]


@dataclass(slots=True)
class _Chore:
    period_seconds: float
    due: float
    do: Callable[[], None]


Event = _Done | _Wake | _Call


class Watch:
    """Looks at every device in its rhythm.

    spawn: starts a look's work beside the loop, by name; a crew's threads where not given.
    pulse: when the loop last moved, monotonic seconds.
    """

    def __init__(
        self,
        settler: Settler,
        *,
        clock: Clock,
        spawn: Callable[[Callable[[], None], str], None] | None = None,
        random_ratio: Callable[[], float] = random.random,
    ) -> None:
        self._settler, self._clock, self._random = settler, clock, random_ratio
        self._spawn = spawn or Crew().start
        self._rounds: dict[str, Rounds] = {}
        self._inbox: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._serials = itertools.count(1)
        self._chores: list[_Chore] = []
        self._stopping = False
        self.pulse = clock.monotonic()

    def watch(self, watched: Iterable[Watched]) -> None:
        """Watch these devices from now on, and no others; devices whose table did not change keep their rounds."""
        wanted = {item.device.id: item for item in watched}
        for name in [name for name, rounds in self._rounds.items() if _changed(rounds, wanted.get(name))]:
            self._leave(name)
        standing = self._settler.standing(wanted)
        for name, item in wanted.items():
            if name not in self._rounds:
                self._enter(item, standing.get(name, {}))

    def wake(self, device: str) -> None:
        """Look at this device at once. Safe from any thread."""
        self._inbox.put(_Wake(device))

    def call(self, do: Callable[[], None]) -> None:
        """Do this in the loop's own thread, soon. Safe from any thread and from a signal handler."""
        self._inbox.put(_Call(do))

    def every(self, period_seconds: float, do: Callable[[], None]) -> None:
        """Do this in the loop's own thread once a period, from one period from now on."""
        self._chores.append(_Chore(period_seconds, self._clock.monotonic() + period_seconds, do))

    def stop(self) -> None:
        """End the loop, soon. Safe from any thread and from a signal handler."""
        self.call(self._stop)

    def run(self) -> None:
        """Watch until stop(). Looks under way are left behind; their threads end with the process."""
        while not self._stopping:
            self.step()
        for name in list(self._rounds):
            self._leave(name)

    def step(self) -> None:
        """Start what is due, then wait for one event or for the next due time."""
        now = self.pulse = self._clock.monotonic()
        for rounds in self._rounds.values():
            self._advance(rounds, now)
        for chore in self._chores:
            if chore.due <= now:
                chore.due = now + chore.period_seconds
                chore.do()
        due = [at for rounds in self._rounds.values() if (at := rounds.next_event()) is not None]
        due += [chore.due for chore in self._chores]
        event = self._clock.wait(self._inbox, max(0.0, min(due) - now) if due else None)
        if event is not None:
            self._handle(event)

    def _stop(self) -> None:
        self._stopping = True

    def _enter(self, item: Watched, standing: Mapping[FaultKey, Health]) -> None:
        rounds = Rounds(
            watched=item,
            due=self._clock.monotonic() + STAGGER_SECONDS * len(self._rounds),
            random=self._random,
            since=self._clock.wall(),
            healths=dict(standing),
        )
        self._rounds[item.device.id] = rounds
        self._settler.introduce(rounds)
        rounds.unsubscribe = item.probe.subscribe(partial(self.wake, item.device.id))

    def _leave(self, name: str) -> None:
        rounds = self._rounds.pop(name)
        self._settler.forget(name)
        if rounds.unsubscribe is not None:
            rounds.unsubscribe()
        if rounds.started is None:
            rounds.watched.probe.close()

    def _advance(self, rounds: Rounds, now: float) -> None:
        """Start a due look, or report the one under way that has passed its deadline."""
        at = rounds.next_event()
        if at is None or at > now:
            return
        item = rounds.watched
        if rounds.started is None:
            self._start(rounds, now)
            return
        rounds.hang(now)
        message = f"no answer within {item.deadline_seconds:g} s; the look still hangs and is not repeated"
        self._settle(rounds, failed(message, now - rounds.started, "deadline"))

    def _start(self, rounds: Rounds, now: float) -> None:
        item, serial = rounds.watched, next(self._serials)
        rounds.begin(now, serial)
        try:
            self._spawn(partial(self._look, item, serial), f"look-{item.device.id}")
        except RuntimeError as problem:
            look = failed(f"this PC can start no more threads: {problem}", 0.0)
            self._inbox.put(_Done(item.device.id, serial, look))

    def _look(self, item: Watched, serial: int) -> None:
        """Runs beside the loop: one look, its result into the inbox."""
        self._inbox.put(_Done(item.device.id, serial, take(item, self._clock)))

    def _handle(self, event: Event) -> None:
        if isinstance(event, _Call):
            event.do()
            return
        rounds = self._rounds.get(event.device)
        if rounds is None:
            return
        now = self._clock.monotonic()
        if isinstance(event, _Wake):
            rounds.wake(now)
        elif event.serial == rounds.serial:
            if rounds.finish():
                self._settle(rounds, event.look)
            else:
                rounds.plan(now, relook=False)

    def _settle(self, rounds: Rounds, look: Look) -> None:
        before = set(rounds.healths)
        relook = self._settler.settle(rounds, look)
        now = self._clock.monotonic()
        if not rounds.overdue:
            rounds.plan(now, relook=relook)
        if any(code in POWERED for code, _ in rounds.healths.keys() - before):
            self._ask_the_mains(now)

    def _ask_the_mains(self, now: float) -> None:
        """Something vanished: whoever knows of the mains is asked now, so that it is found on the power's ticket."""
        for rounds in self._rounds.values():
            if rounds.watched.probe.tells_power:
                rounds.wake(now)


def _changed(rounds: Rounds, wanted: Watched | None) -> bool:
    return wanted is None or wanted.source != rounds.watched.source
