"""Damaged answers for a wire format's reader: no crash, nothing slow, memory flat. No test runs from here.

One file per wire format (tests/fuzz/NAME.py) gives `target(data)` and `seeds()`; its test runs 20,000 cases,
`python -m tests.fuzz.NAME COUNT SEED` any number. The same seed gives the same cases.
"""

import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import psutil

SLOW_SECONDS = 0.1
GROWTH_BYTES = 8 * 1024 * 1024
MAX_CASE_BYTES = 256 * 1024

Target = Callable[[bytes], object]
"""Reads one answer. It may raise ValueError or ProbeError, and nothing else."""

_EDGES = (
    b"\x00",
    b"\x01",
    b"\x7f",
    b"\x80",
    b"\xff",
    b"\x00\x00",
    b"\xff\xff",
    b"\x7f\xff",
    b"\xff\xff\xff\xff",
    b"\r\n",
    b"\x1b",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run found. grown_bytes: how much the process grew over the second half of it."""

    cases: int
    refused: int
    slowest_seconds: float
    grown_bytes: int


def cases(seeds: Sequence[bytes], count: int, seed: int) -> Iterator[bytes]:
    """Damaged copies of the seeds, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - for variety, not for secrets
    for _ in range(count):
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.choice((1, 1, 2, 4, 16))):
            _damage(data, seeds, chance)
        yield bytes(data[:MAX_CASE_BYTES])


def _damage(data: bytearray, seeds: Sequence[bytes], chance: random.Random) -> None:
    start, end = sorted(chance.randint(0, len(data)) for _ in range(2))
    near = min(end, start + chance.randint(1, 64))
    match chance.randrange(8):
        case 0:
            del data[start:near]
        case 1:
            del data[start:]
        case 2:
            data[start:start] = data[start:near] * chance.choice((1, 2, 50, 1000))
        case 3:
            data[start:start] = chance.randbytes(chance.randint(1, 16))
        case 4:
            edge = chance.choice(_EDGES)
            data[start : start + len(edge)] = edge
        case 5 if data:
            data[min(start, len(data) - 1)] ^= 1 << chance.randrange(8)
        case 6:
            data[start:near] = chance.choice(seeds)[start:near]
        case _:
            data[start:end] = chance.choice(seeds)[chance.randint(0, 64) :]


def run(
    target: Target, seeds: Sequence[bytes], *, count: int, seed: int, refusals: tuple[type[Exception], ...]
) -> Outcome:
    """Give the target damaged seeds. A crash, or a case that takes longer than 100 ms of CPU, is an AssertionError.

    refusals: the errors by which the target may say that an answer is bad. Memory is for the caller to judge.
    """
    process = psutil.Process()
    refused, slowest, half = 0, 0.0, process.memory_info().rss
    for number, data in enumerate(cases(seeds, count, seed)):
        if number == count // 2:
            half = process.memory_info().rss
        began = time.thread_time()
        try:
            target(data)
        except refusals:
            refused += 1
        except Exception as error:
            msg = f"case {number} of seed {seed} crashed: {error!r}; input: {data[:500].hex()}"
            raise AssertionError(msg) from error
        spent = time.thread_time() - began
        slowest = max(slowest, spent)
        if spent > SLOW_SECONDS and (spent := _again(target, data, refusals)) > SLOW_SECONDS:
            msg = f"case {number} of seed {seed} took {spent:.3f} s; input: {data[:500].hex()}"
            raise AssertionError(msg)
    grown = process.memory_info().rss - half
    return Outcome(cases=count, refused=refused, slowest_seconds=slowest, grown_bytes=grown)


def _again(target: Target, data: bytes, refusals: tuple[type[Exception], ...]) -> float:
    """The best of three more tries: an input that is slow is slow each time, a collection of garbage is not."""
    tries = []
    for _ in range(3):
        began = time.thread_time()
        with suppress(*refusals):
            target(data)
        tries.append(time.thread_time() - began)
    return min(tries)


def main(target: Target, seeds: Sequence[bytes], refusals: tuple[type[Exception], ...]) -> None:
    """The command line of a longer run: COUNT and SEED."""
    count, seed = (int(argument) for argument in sys.argv[1:3])
    outcome = run(target, seeds, count=count, seed=seed, refusals=refusals)
    sys.stdout.write(f"{outcome}\n")
