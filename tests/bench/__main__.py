"""Print every figure; exit 1 when a promise is not kept."""

import argparse
import sys
from collections.abc import Iterable

from tests.bench import fleet, link, ours, queries, rivals, siege, unplug
from tests.bench.figures import Figure


def _figures(*, short: bool) -> Iterable[Figure]:
    yield from ours.start(3 if short else 7)
    yield from ours.scrape(200 if short else 1000)
    yield from ours.alarm(3 if short else 10)
    yield from ours.enqueue(200 if short else 2000)
    yield from ours.cost(45 if short else 300)
    yield from ours.snmp(45 if short else 300)
    yield from siege.siege(10 if short else 60)
    yield from siege.restarts(10 if short else 200)
    yield from link.figures(60 if short else 300)
    yield from unplug.figures(4 if short else 500)
    yield from unplug.idle(30 if short else 120)
    yield from rivals.cost(45 if short else 300)
    if not short:
        yield from rivals.alarm()
    yield from _fleet(short=short)


def _fleet(*, short: bool) -> Iterable[Figure]:
    yield from fleet.figures(short=short)
    yield from queries.figures()


def main() -> int:
    """The command `python -m tests.bench`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="fewer runs, for every commit")
    parser.add_argument("--fleet", action="store_true", help="only the fleet's figures")
    given = parser.parse_args()
    missed = 0
    for figure in _fleet(short=given.short) if given.fleet else _figures(short=given.short):
        print(figure, flush=True)  # noqa: T201 - what this program is for
        missed += not figure.kept
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
