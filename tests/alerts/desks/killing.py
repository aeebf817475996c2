"""Run as a process of its own: starts an agent's outbox again and again and kills each after some milliseconds.

Reads lines "INDEX MILLISECONDS" and answers each with a line. It forks without threads, so a start costs no imports.
"""

import os
import signal
import sys
import time
from pathlib import Path

from agent.clock import SystemClock
from alerts.deskchannel import DeskChannel, addressee
from alerts.ledger import Ledger
from alerts.office import Office
from alerts.outbox import Outbox
from alerts.tickets.rt import RequestTracker
from probes.secret import Secret
from tests.alerts.make import NOON, fault, scanner

BOOT = "boot"
PER_START = 3
TOLD = (addressee("rt", "id"),)


def channel(url: str, token: Path) -> DeskChannel:
    """What sends, with short waits."""
    desk = RequestTracker(url=url, token_file=Secret(token), timeout_seconds=0.5, settle_seconds=0.5)
    return DeskChannel("rt", desk, Office(), clock=lambda: NOON)


def work(store: Path, outbox: Outbox, start: int) -> None:
    """Faults begin and end, and are told, until the process is killed."""
    ledger = Ledger.open(store, check=False)
    for index in range(start, start + PER_START):
        ledger.begin(scanner(), fault(f"code-{index}"), since=NOON, addressees=TOLD)
        outbox.step()
        if index % 2:
            ledger.end("sidik-jari", f"code-{index}", "", at=NOON + 60, addressees=TOLD)
            outbox.step()
    while True:
        time.sleep(0.002)
        outbox.step()


def main(store: Path, url: str, token: Path) -> None:
    """Serve the parent's lines."""
    import alerts.http  # noqa: PLC0415 - once, for all forks
    import alerts.lettertext  # noqa: F401, PLC0415 - as above

    for line in sys.stdin:
        index, milliseconds = map(int, line.split())
        child = os.fork()
        if child == 0:
            one = channel(url, token)
            outbox = Outbox(
                lambda: Ledger.open(store, check=False), [one], clock=SystemClock(), boot=BOOT, random_ratio=lambda: 0.0
            )
            work(store, outbox, index)
        time.sleep(milliseconds / 1000)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        print(index, flush=True)  # noqa: T201 - what the parent reads


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
