"""Every wire format, one after the other: `make fuzz`, or `python -m tests.fuzz --count 20000 --seed 1 [FORMAT...]`.

With --guided FORMAT the coverage-guided fuzzer atheris looks for new paths in one format until it is stopped or
--seconds are over; it is not among the pinned test tools, because it has no release for every Python.
"""

import argparse
import importlib
import pkgutil
import sys
import time
from pathlib import Path
from types import ModuleType

from tests import fuzz

FORMATS = sorted(module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]) if module.name[0] != "_")


def _load(name: str) -> ModuleType:
    return importlib.import_module(f"tests.fuzz.{name}")


def _guided(name: str, seconds: int) -> None:
    """Coverage-guided, for so many seconds."""
    try:
        import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore] # noqa: PLC0415 - often not there, see above
    except ImportError:
        sys.exit("atheris is not installed here: .venv/bin/pip install atheris (Python 3.11 to 3.13)")
    with atheris.instrument_imports(include=["probes"]):
        module = _load(name)

    def one(data: bytes) -> None:
        try:
            module.target(data)
        except module.REFUSALS:
            return

    atheris.Setup([sys.argv[0], f"-max_total_time={seconds}", "-timeout=1", "-rss_limit_mb=512"], one)
    atheris.Fuzz()


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("formats", nargs="*", default=FORMATS, metavar="FORMAT", help=", ".join(FORMATS))
    parser.add_argument("--count", type=int, default=200_000, help="damaged answers for each format")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="the same seed gives the same answers")
    parser.add_argument("--guided", metavar="FORMAT", choices=FORMATS, help="let atheris look in one format")
    parser.add_argument("--seconds", type=int, default=300, help="how long --guided looks")
    wanted = parser.parse_args()
    if wanted.guided:
        _guided(wanted.guided, wanted.seconds)
        return
    for name in wanted.formats:
        module = _load(name)
        seeds = module.seeds()
        outcome = fuzz.run(module.target, seeds, count=wanted.count, seed=wanted.seed, refusals=module.REFUSALS)
        sys.stdout.write(f"{name}: seed {wanted.seed}, {outcome}\n")


if __name__ == "__main__":
    main()
