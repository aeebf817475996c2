"""`make soak`: the same proofs, longer. Prints what was done, and stops at the first thing that is lost."""

import argparse
import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.reliability import kills, outage, powercut, soak, trace
from tests.reliability.test_powercut import losses, recorded

LIVES_A_STORE = 200
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it


def kill(seed: int) -> str:
    """5,000 kills, in stores of 200 lives each."""
    done, tickets, doubles = 0, 0, 0
    while done < 5_000:
        with TemporaryDirectory() as folder:
            score = kills.play(Path(folder), kills=LIVES_A_STORE, seed=seed + done)
        assert score.is_clean, f"seed {seed + done}: {score}"
        done, tickets, doubles = done + score.kills, tickets + score.tickets, doubles + score.doubles
    return f"{done} kills, {tickets} tickets: 0 lost, 0 doubled; {doubles} letters came again after an unanswered dot"


def cut(seed: int) -> str:
    """50,000 power cuts, half of them on a file system that forgets names."""
    count = 25_000
    with TemporaryDirectory() as folder, TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as memory:
        ops = recorded(Path(folder), "FULL")
        for strict in (False, True):
            lost = losses(powercut.states(ops, count, seed=seed, strict=strict), Path(memory))
            assert not lost, f"seed {seed}, strict {strict}: {lost[:5]}"
    said = sum(isinstance(op, trace.Said) for op in ops)
    return f"{2 * count} power cuts among {said} promises: 0 damaged, 0 lost"


def link(seed: int) -> str:
    """72 hours without a link, 500 incidents."""
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        found = outage.play(Path(folder), seed=seed)
    assert found.seconds <= 600, found
    assert found.papers == found.tickets == outage.INCIDENTS, found
    assert found.store_bytes < 20 * outage.MIB, found
    return (
        f"{outage.HOURS} h, {found.tickets} tickets: told {found.seconds:.0f} s after the link's return, "
        f"{found.letters} letters, store {found.store_bytes / outage.MIB:.1f} MiB"
    )


def days(_: int) -> str:
    """Seven days of the whole agent, and the shortest run with a planted leak."""
    with TemporaryDirectory() as folder:
        found = soak.play(Path(folder), 24 * 7)
    assert found.is_flat, found
    with TemporaryDirectory() as folder:
        leaking = soak.play(Path(folder), soak.LEAST_HOURS, leak_bytes=soak.PLANTED)
    assert leaking.slope > 3 * soak.LIMIT, leaking
    return (
        f"{found.hours} h: {found.slope:.1f} KiB an hour, files within {found.fds}, threads within {found.threads}, "
        f"{found.letters} letters; with a planted leak {leaking.slope:.1f} KiB an hour"
    )


PROOFS: dict[str, Callable[[int], str]] = {"kill": kill, "cut": cut, "link": link, "days": days}


def main() -> int:
    """The command `python -m tests.reliability`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("proofs", nargs="*", choices=[*PROOFS, []], help="only these; all by default")
    words = parser.parse_args()
    logging.disable()
    for name in words.proofs or PROOFS:
        began = time.monotonic()
        print(f"{name}: {PROOFS[name](words.seed)} ({time.monotonic() - began:.0f} s)", flush=True)  # noqa: T201 - what this program is for
    return 0


if __name__ == "__main__":
    sys.exit(main())
