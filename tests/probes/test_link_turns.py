"""Counters that take turns, simulated: looks at the default rhythm with drifting phases, virtual time, no sockets."""

import heapq
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from probes.kinds.link import Link
from probes.link.ladder import Keeper
from probes.link.turns import WORD, Turns, target
from probes.wire.target import read_url

TARGET = target(read_url("https://siak.example:8443/"))
HOUR = 3600.0
LOOK = Link.interval_seconds
GUARANTEED_SECONDS = 15 * 60 + 1.1 * LOOK
"""The first look after a quarter of an hour."""
LATE_SECONDS = 0.002
SETTLED_SECONDS = 120.0
"""By then each counter has asked once at its start, and heard of the others."""


@dataclass
class Counter:
    """One counter: its looks are the link's own decisions."""

    name: str
    chance: random.Random
    share: bool = True
    turns: Turns = field(init=False)
    kept: Keeper[str] = field(init=False)
    heard: list[tuple[float, bytes]] = field(default_factory=list)
    good: bool = True

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        self.turns = Turns(self.chance.randbytes(8), [TARGET])
        self.kept = Keeper(self.name, 60, gentle=True)
        self.heard.clear()

    def look(self, now: float) -> bytes | None:
        """The word that it says where it asks."""
        arrived = [word for at, word in self.heard if at <= now]
        self.heard = [(at, word) for at, word in self.heard if at > now]
        for word in arrived if self.share else ():
            self.turns.hear(word, now)
        if not self.kept.due(now, not_before=self.turns.not_before(TARGET, 60, now)):
            return None
        self.kept.put(now, "asked", good=self.good)
        return self.turns.ask(TARGET, now)


def nobody(now: float, counters: list[Counter]) -> None:
    """No hostile host."""
    del now, counters


@dataclass
class Sim:
    """An office; asks: who asked when. off: by counter, from when to when it is switched off."""

    count: int
    seed: int = 20261124
    share: bool = True
    together: bool = False
    off: dict[int, tuple[float, float]] = field(default_factory=dict)
    hostile: Callable[[float, list[Counter]], None] = nobody
    down: tuple[float, float] = (1e12, 1e12)
    asks: list[tuple[float, int]] = field(default_factory=list)

    def run(self, hours: float) -> list[tuple[float, int]]:
        chance = random.Random(self.seed)  # noqa: S311 - phases of a test, not secrets
        self.counters = [Counter(f"loket-{n}", chance, share=self.share) for n in range(self.count)]
        looks = [(0.0 if self.together else chance.uniform(0, 30), n) for n in range(self.count)]
        heapq.heapify(looks)
        while looks[0][0] < hours * HOUR:
            now, who = heapq.heappop(looks)
            counter = self.counters[who]
            began, ended = self.off.get(who, (1e12, 1e12))
            if began <= now < ended:
                counter.start()
                heapq.heappush(looks, (ended + chance.uniform(0, LOOK), who))
                continue
            self.hostile(now, self.counters)
            counter.good = not self.down[0] <= now < self.down[1]
            if word := counter.look(now):
                self.asks.append((now, who))
                for other in self.counters:
                    if other is not counter:
                        other.heard.append((now + LATE_SECONDS, word))
            pause = 1.0 if counter.kept.unsure else LOOK * (1 if self.together else chance.uniform(0.95, 1.05))
            heapq.heappush(looks, (now + pause, who))
        return self.asks

    def of(self, who: int) -> list[float]:
        return [at for at, one in self.asks if one == who]


def gaps(times: Sequence[float]) -> list[float]:
    return [later - earlier for earlier, later in pairwise(times)]


def close(asks: Sequence[tuple[float, int]], since: float = SETTLED_SECONDS) -> list[tuple[float, int]]:
    """Questions that came less than a minute after the one before."""
    return [late for early, late in pairwise(asks) if late[0] >= since and late[0] - early[0] < 60]


@pytest.mark.parametrize("count", [1, 4, 12])
@pytest.mark.parametrize("seed", range(3))
def test_an_office_asks_at_most_once_a_minute_and_in_fair_turns(count: int, seed: int) -> None:
    sim = Sim(count, seed)
    asks = sim.run(6)
    assert close(asks) == []
    steady = [at for at, _ in asks if at >= SETTLED_SECONDS]
    assert max(gaps(steady)) < 75, "the office asks too rarely"
    numbers = [len(sim.of(who)) for who in range(count)]
    assert max(numbers) - min(numbers) <= 2
    assert all(max(gaps(sim.of(who))) <= GUARANTEED_SECONDS for who in range(count))
    early = [who for at, who in asks if at < SETTLED_SECONDS]
    assert all(early.count(who) >= 1 for who in range(count)), "each asks once as it starts"
    assert len(early) <= count + 1


def test_counters_that_do_not_share_ask_as_often_as_they_are_many() -> None:
    together, alone = len(Sim(4).run(4)), len(Sim(4, share=False).run(4))
    assert 3.5 < alone / together < 4.5


def test_counters_that_look_at_the_very_same_time_part_at_once() -> None:
    sim = Sim(4, together=True)
    asks = sim.run(2)
    assert asks[:4] == [(0.0, 0), (0.0, 1), (0.0, 2), (0.0, 3)]
    assert close(asks, since=1) == []


def test_a_counter_that_is_switched_off_is_stood_in_for_and_asks_once_as_it_returns() -> None:
    sim = Sim(4, off={1: (2 * HOUR, 3 * HOUR)})
    asks = sim.run(5)
    gone = [at for at, _ in asks if 2 * HOUR <= at < 3 * HOUR]
    assert max(gaps(gone)) < 85
    assert {who for at, who in asks if 2 * HOUR <= at < 3 * HOUR} == {0, 2, 3}
    assert [who for _, who in close(asks)] in ([], [1]), "the only early question is that of its start"
    assert all(max(gaps(sim.of(who))) <= GUARANTEED_SECONDS for who in (0, 2, 3))
    assert sum(1 for at in sim.of(1) if at >= 3 * HOUR) > 20


def test_the_last_of_two_counters_soon_has_its_own_rhythm_again() -> None:
    sim = Sim(2, off={1: (HOUR, 9 * HOUR)})
    sim.run(3)
    alone = [at for at in sim.of(0) if at >= HOUR]
    assert max(gaps(alone)) < 80
    assert max(gaps([at for at in alone if at > HOUR + 1000])) < 60 + 1.1 * LOOK


def test_a_change_costs_one_more_question_of_each_counter_and_no_more() -> None:
    fell, rose = 2 * HOUR, 3 * HOUR
    sim = Sim(4, down=(fell, rose))
    asks = sim.run(4)
    extra = close(asks)
    assert sorted(who for at, who in extra if fell <= at < rose) == [0, 1, 2, 3]
    assert sorted(who for at, who in extra if rose <= at) == [0, 1, 2, 3]
    assert all(at < fell + 6 * 60 or rose <= at < rose + 6 * 60 for at, _ in extra)
    first = [at for at, _ in asks if at >= fell][:2]
    assert first[0] - fell < 75, "one counter sees it within a minute"
    assert first[1] - first[0] < 3, "and makes sure at once"


def test_with_more_than_a_dozen_counters_each_still_asks_every_fifteen_minutes() -> None:
    sim = Sim(20)
    sim.run(3)
    assert all(max(gaps(sim.of(who))) <= GUARANTEED_SECONDS for who in range(20))


def forged(chance: random.Random) -> bytes:
    return Turns(chance.randbytes(8), [TARGET]).ask(TARGET, 0)


def flood(now: float, counters: list[Counter]) -> None:
    chance = random.Random(now)  # noqa: S311 - a test's noise
    for counter in counters:
        counter.heard += [(now, forged(chance)) for _ in range(20)]


def replay(now: float, counters: list[Counter]) -> None:
    for counter in counters:
        counter.heard += [(now, other.turns.ask(TARGET, other.turns._own.get(TARGET, now))) for other in counters]


@pytest.mark.parametrize("hostile", [flood, replay])
def test_nobody_on_the_lan_can_keep_a_counter_from_asking_for_longer_than_fifteen_minutes(
    hostile: Callable[[float, list[Counter]], None],
) -> None:
    sim = Sim(4, hostile=hostile)
    sim.run(2)
    for who in range(4):
        assert max(gaps(sim.of(who))) <= GUARANTEED_SECONDS
        assert len(sim.of(who)) >= 7


class TestWords:
    """What arrives is hostile."""

    me, you = b"12345678", b"abcdefgh"

    def turns(self) -> Turns:
        turns = Turns(self.me, [TARGET])
        turns.ask(TARGET, 100)
        return turns

    @pytest.mark.parametrize(
        "word",
        [
            b"",
            bytes(WORD.size),
            b"\xff" * WORD.size,
            WORD.pack(b"JLasked\x02", you, TARGET),
            WORD.pack(b"JLasked\x01", you, bytes(16)),
            WORD.pack(b"JLasked\x01", me, TARGET),
            WORD.pack(b"JLasked\x01", you, TARGET)[:-1],
            WORD.pack(b"JLasked\x01", you, TARGET) + b"\n",
        ],
        ids=["empty", "zeros", "ones", "another version", "another target", "own echo", "too short", "too long"],
    )
    def test_what_is_no_word_for_us_changes_nothing(self, word: bytes) -> None:
        turns = self.turns()
        turns.hear(word, 103)
        assert (turns.not_before(TARGET, 60, 104), turns.others(104)) == (0, 0)

    def test_a_word_holds_the_next_question_back(self) -> None:
        turns = self.turns()
        turns.hear(WORD.pack(b"JLasked\x01", self.you, TARGET), 130)
        assert (turns.not_before(TARGET, 60, 131), turns.others(131)) == (192, 1)

    def test_who_has_not_asked_yet_is_not_held_back(self) -> None:
        turns = Turns(self.me, [TARGET])
        turns.hear(WORD.pack(b"JLasked\x01", self.you, TARGET), 130)
        assert turns.not_before(TARGET, 60, 131) == 0

    def test_ten_thousand_names_are_sixteen_at_most(self) -> None:
        turns = self.turns()
        for number in range(10_000):
            turns.hear(WORD.pack(b"JLasked\x01", number.to_bytes(8), TARGET), 101)
        assert turns.others(102) == 16
        assert turns.not_before(TARGET, 60, 102) <= 101 + 62 + 16 * 7

    def test_a_rhythm_longer_than_fifteen_minutes_is_not_made_shorter(self) -> None:
        turns = self.turns()
        turns.hear(WORD.pack(b"JLasked\x01", self.you, TARGET), 130)
        assert turns.not_before(TARGET, 3600, 131) == 100 + 3600

    def test_a_word_tells_nothing_of_the_service(self) -> None:
        word = Turns(self.me, [TARGET]).ask(TARGET, 0)
        assert len(word) == 32
        assert b"siak" not in word

    def test_counters_know_one_service_however_its_host_is_written(self) -> None:
        assert target(read_url("https://SIAK.example:8443")) == TARGET
        others = ("https://siak.example:8443/x", "tls://siak.example:8443", "https://siak.example/")
        assert TARGET not in {target(read_url(url)) for url in others}
