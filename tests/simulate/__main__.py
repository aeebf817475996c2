"""Print every figure; exit 1 when a promise is not kept."""

import argparse
import sys
from itertools import chain

from tests.simulate import figures


def main() -> int:
    """The command `python -m tests.simulate`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=2027, help="which month")
    seed = parser.parse_args().seed
    score = figures.month(seed)
    missed = 0
    for figure in chain(figures.of_month(score, seed), figures.storm(), figures.judging()):
        print(figure, flush=True)  # noqa: T201 - what this program is for
        missed += not figure.kept
    for lost in (*score.missed, *score.wrong):
        print(f"  {lost}")  # noqa: T201 - what this program is for
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
