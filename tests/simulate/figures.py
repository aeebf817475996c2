"""The figures of a simulated month, a storm and a round of judging."""

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from agent.casebook import Judged
from agent.health import judge
from agent.place import Place, Way
from tests.bench.figures import Figure
from tests.fakes.counter import Counter, bad, fine
from tests.simulate.month import Score, play
from tests.simulate.office import DAYS, HOUR, MINUTE
from tests.simulate.scenario import write

STORM_DEVICES = 40
JUDGED_DEVICES = 200


def month(seed: int, days: int = DAYS) -> Score:
    """Write a month and play it."""
    with TemporaryDirectory() as folder:
        return play(write(seed, days), Path(folder), days)


def of_month(score: Score, seed: int) -> Iterator[Figure]:
    """What a month promises."""
    script = f"seed {seed}: {score.truths} true faults, {score.noise} that only look like one"
    yield Figure(
        name="true faults without exactly one ticket", value=1 - score.recall, unit="share", limit=0.0101, note=script
    )
    note = f"precision {score.precision:.4f}, recall {score.recall:.4f}; {score.tickets} tickets, {score.merged} merged"
    yield Figure(
        name="tickets that stand for no true fault", value=1 - score.precision, unit="share", limit=0.0101, note=note
    )
    note = f"{score.letters} letters"
    yield Figure(
        name="letters within 15 min of another, same device",
        value=score.close_letters,
        unit="letters",
        limit=1,
        note=note,
    )
    yield Figure(name="the whole month", value=score.seconds, unit="s", limit=60)


def storm() -> Iterator[Figure]:
    """A link and forty devices fall at once and return."""
    with TemporaryDirectory() as folder:
        counter = fallen(Path(folder), STORM_DEVICES)
        for name in counter.places:
            counter.say(name, fine())
        counter.run(HOUR)
        yield Figure(name="storm: tickets beyond one", value=len(counter.tickets()) - 1, unit="tickets", limit=1)
        yield Figure(name="storm: letters beyond two", value=len(counter.letters()) - 2, unit="letters", limit=1)


def fallen(folder: Path, devices: int) -> Counter:
    """A counter whose link has fallen, with all printers behind it."""
    printers = {f"printer-{number}": Place(kind="printer_snmp", way=Way.NEAR) for number in range(devices)}
    counter = Counter(folder, {"internet": Place(kind="link"), **printers})
    counter.run(MINUTE)
    counter.say("internet", bad("cable-unplugged"))
    for name in printers:
        counter.say(name, bad("not-responding"))
    counter.run(10 * MINUTE)
    return counter


def judging() -> Iterator[Figure]:
    """One round of judging, with everything fallen: the worst there is."""
    with TemporaryDirectory() as folder:
        counter = fallen(Path(folder), JUDGED_DEVICES - 1)
        best = min(_round_seconds(counter) for _ in range(20))
    yield Figure(name=f"judging {JUDGED_DEVICES} devices once", value=best * 1_000, unit="ms", limit=5)


def _round_seconds(counter: Counter) -> float:
    looks = [(rounds, rounds.watched.probe.read()) for rounds in counter.watch._rounds.values()]
    started = time.process_time()
    for rounds, reading in looks:
        verdict = judge(rounds.healths, reading, rounds.watched.confirm, now=0.0, previous=rounds.state)
        judged = Judged(watched=rounds.watched, verdict=verdict, reading=reading, facts={}, now=0.0, wall=0.0)
        counter.settler.cases.record(judged)
    return time.process_time() - started
