"""Plays a month to the real watch, judgement and ledger, and compares their tickets with the truth."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from alerts.incident import Notice
from probes.reading import ProbeError
from tests.fakes.counter import Counter
from tests.simulate.answers import answer
from tests.simulate.office import CLOSES, COUNTERS, DAY, HOUR, MINUTE, OPENS, is_open, works
from tests.simulate.truth import Month, Truth

INTERVAL_SECONDS = 30.0
CALM_SECONDS = 25 * MINUTE
"""When nothing was scripted for so long, looks are made every LEAP_SECONDS only: they would find the same."""
LEAP_SECONDS = 15 * MINUTE
LATE_SECONDS = 100 * MINUTE
"""A fault's end may be found so late, for what flapped must first be still; or in the morning after the PC was off."""
TINY_SECONDS = 1e-6
"""What floating point may lose."""
GAP_SECONDS = 15 * MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One ticket's own incident, as the agent wrote it; seconds of the month."""

    counter: int
    ticket: str
    device: str
    code: str
    begins: float
    ends: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How a month was judged. close_letters: letters about one device that came too soon after another."""

    truths: int
    noise: int
    tickets: int
    merged: int
    hits: int
    right: int
    letters: int
    close_letters: int
    seconds: float
    missed: tuple[Truth, ...]
    wrong: tuple[Found, ...]

    @property
    def recall(self) -> float:
        """The share of true faults with exactly one ticket."""
        return self.hits / self.truths

    @property
    def precision(self) -> float:
        """The share of tickets that stand for true faults and nothing else."""
        return self.right / self.tickets


class Player:
    """One counter's agent through the month."""

    def __init__(self, number: int, month: Month, folder: Path) -> None:
        self.number = number
        self.agent = Counter(folder, dict(COUNTERS[number]), interval=INTERVAL_SECONDS)
        self._start = self.agent.clock.now
        self._wall = self.agent.clock.wall()
        self.agent.around(is_open=lambda wall: is_open(wall - self._wall))
        for name in COUNTERS[number]:
            self.agent.devices[name].say = answer(name, "fine")
        self._changes = [one for one in month.changes if one.counter == number]
        self._off = [span for span in month.off if span[0] == number]
        self._last_change = 0.0

    @property
    def second(self) -> float:
        """The second of the month."""
        return self.agent.clock.now - self._start

    def play(self, until: float) -> None:
        """The whole month."""
        off = iter([*self._off, (self.number, until, until)])
        _, begins, ends = next(off)
        while self.second < until - TINY_SECONDS:
            if begins <= self.second + TINY_SECONDS:
                self._sleep(ends)
                _, begins, ends = next(off)
            else:
                self._wake_hours(min(begins, until))

    def _sleep(self, until: float) -> None:
        """The PC is off; the world goes on."""
        if until <= self.second:
            return
        self.agent.book.shut()
        self.agent.clock.now = self._start + until
        self._apply(until, wake=False)
        self.agent.start()

    def _wake_hours(self, until: float) -> None:
        while self.second < until - TINY_SECONDS:
            coming = self._changes[0].at if self._changes else until
            self._pass(min(coming, until))
            self._apply(self.second, wake=True)

    def _pass(self, until: float) -> None:
        """Let time pass without news, faster when all is calm."""
        while self.second < until - TINY_SECONDS:
            if self.second - self._last_change > CALM_SECONDS and until - self.second > LEAP_SECONDS:
                self.agent.clock.now += LEAP_SECONDS
                self.agent.run(1.0)
            else:
                self._tick(until)

    def _tick(self, until: float) -> None:
        """One step, but not beyond the moment at which something happens."""
        clock = self.agent.clock
        clock.limit = self._start + until
        self.agent.watch.step()
        clock.limit = None

    def _apply(self, second: float, *, wake: bool) -> None:
        while self._changes and self._changes[0].at <= second + TINY_SECONDS:
            change = self._changes.pop(0)
            says = answer(change.device, change.says)
            silent = change.says == "not-responding" or isinstance(says, ProbeError)
            self.agent.say(change.device, says, wake=wake and not silent)
            self._last_change = second

    def found(self) -> list[Found]:
        """The incidents that made or opened tickets of their own."""
        with self.agent.book._store.reading() as connection:
            rows = connection.execute(
                "SELECT i.ticket, i.device, i.code, i.started, i.ended FROM incident i JOIN ticket t "
                "ON t.number = i.ticket WHERE i.cause IS NULL AND t.merged_into = ''"
            ).fetchall()
        now = self.agent.clock.wall()
        return [
            Found(
                counter=self.number,
                ticket=row["ticket"],
                device=row["device"],
                code=row["code"],
                begins=row["started"] - self._wall,
                ends=(row["ended"] or now) - self._wall,
            )
            for row in rows
        ]


def play(month: Month, folder: Path, days: int) -> Score:
    """Play it at all counters, and compare."""
    started = time.process_time()
    players = []
    for number in range(len(COUNTERS)):
        (folder / str(number)).mkdir()
        player = Player(number, month, folder / str(number))
        player.play(days * DAY)
        players.append(player)
    return _score(month, players, time.process_time() - started)


def _score(month: Month, players: Sequence[Player], seconds: float) -> Score:
    found = [one for player in players for one in player.found()]
    letters = [player.agent.letters() for player in players]
    tickets = sum(len(player.agent.tickets()) for player in players)
    missed = tuple(truth for truth in month.truths if len(_tickets_of(truth, found)) != 1)
    wrong = tuple(one for one in found if not any(_fits(truth, one) for truth in month.truths))
    wrong_tickets = {(one.counter, one.ticket) for one in wrong}
    every = sum(len(player.agent.book.tickets(limit=100_000)) for player in players)
    return Score(
        truths=len(month.truths),
        noise=month.noise,
        tickets=tickets,
        merged=every - tickets,
        hits=len(month.truths) - len(missed),
        right=tickets - len(wrong_tickets),
        letters=sum(map(len, letters)),
        close_letters=sum(_close(player, told) for player, told in zip(players, letters, strict=True)),
        seconds=seconds,
        missed=missed,
        wrong=wrong,
    )


def _tickets_of(truth: Truth, found: Sequence[Found]) -> set[str]:
    return {one.ticket for one in found if _fits(truth, one)}


def _fits(truth: Truth, one: Found) -> bool:
    """Whether an incident is this fault: the right thing, begun within it, or as soon after as could be known."""
    if (truth.counter, truth.code) != (one.counter, one.code) or one.device not in truth.devices:
        return False
    return truth.begins - MINUTE <= one.begins <= truth.ends + MINUTE and one.ends <= _known_by(truth.ends)


def _known_by(ends: float) -> float:
    """Until when the end of a fault must be found."""
    late = ends + LATE_SECONDS
    if is_open(late):
        return late
    morning = (int(late // DAY) + (late % DAY > CLOSES)) * DAY
    while not works(int(morning // DAY)):
        morning += DAY
    return morning + OPENS + HOUR


def _close(player: Player, letters: Sequence[Notice]) -> int:
    """Letters about one device that followed another within GAP_SECONDS."""
    devices = {one.number: one.device.id for one in player.agent.book.tickets(limit=100_000)}
    close = 0
    for device in set(devices.values()):
        about = sorted(one.created for one in letters if devices[one.ticket] == device)
        close += sum(after - before < GAP_SECONDS - 0.001 for before, after in pairwise(about))
    return close
