"""Run as a process that is killed: begins and ends incidents for ever and says each one that is acknowledged."""

import sys
from pathlib import Path

from alerts.ledger import Ledger
from tests.alerts.make import CAMAT, NOON, TEKNISI, fault, scanner


def work(path: Path, start: int) -> None:
    ledger = Ledger.open(path)
    for index in range(start, start + 100_000):
        ticket = ledger.begin(scanner(), fault(f"code-{index}"), since=NOON, addressees=(CAMAT, TEKNISI))
        print("begin", index, ticket.number, flush=True)  # noqa: T201 - what the parent reads
        if index % 3 == 0:
            ledger.end("sidik-jari", f"code-{index}", "", at=NOON + 60, addressees=(CAMAT, TEKNISI))
            print("end", index, ticket.number, flush=True)  # noqa: T201 - what the parent reads


if __name__ == "__main__":
    work(Path(sys.argv[1]), int(sys.argv[2]))
