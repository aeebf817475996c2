"""Run under strace: begins and ends incidents, sends their letters, and says each thing that is on disk.

words: the store, how many incidents, the mode of synchronous ("FULL" as it is, "NORMAL" to see it fail).
"""

import os
import sys
from pathlib import Path

from alerts.ledger import Ledger
from alerts.outbox import Outbox
from tests.alerts.make import CAMAT, NOON, Pigeon, Steps, fault, scanner


def main(path: Path, incidents: int, mode: str) -> None:
    """Work and promise; open the store anew every hundred incidents."""
    for first in range(0, incidents, 100):
        ledger = _open(path, mode)
        clock = Steps()
        outbox = Outbox(lambda: _open(path, mode), [Pigeon()], clock=clock, boot="b")
        for index in range(first, min(first + 100, incidents)):
            ticket = ledger.begin(scanner(), fault(f"code-{index}"), since=NOON, addressees=(CAMAT,))
            _say("begun", ticket.number, f"code-{index}")
            if index % 3 == 0:
                ledger.end("sidik-jari", f"code-{index}", "", at=NOON + 60, addressees=(CAMAT,))
                _say("ended", ticket.number, f"code-{index}")
            if index % 5 == 0:
                clock.now += 60.0
                assert outbox.step() is None
                _say("sent", ticket.number, f"code-{index}")
        outbox._shut()
        ledger.shut()


def _open(path: Path, mode: str) -> Ledger:
    ledger = Ledger.open(path, clock=lambda: NOON)
    ledger._store.connection.execute(f"PRAGMA synchronous = {mode}")
    return ledger


def _say(*words: str) -> None:
    os.write(1, f"{' '.join(words)}\n".encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
