"""Run in a mount namespace of its own, on a small disk: the disk fills, a fault comes, the disk is freed; again.

words: the folder to mount on, how many cycles, "bare" to leave the reserves out. Says what went wrong in each cycle.
"""

import logging
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from agent import statefolder
from alerts import reserve
from alerts.ledger import Ledger
from alerts.letter import Mail, MailSettings, MailTo, addressees
from alerts.office import Office
from alerts.outbox import Outbox
from tests.alerts.make import CAMAT, Steps, ToldTime, fault, scanner
from tests.fakes.smtp import FakeSmtp

DISK_BYTES = 24 * 1024 * 1024
_CHUNK = bytes(64 * 1024)


class Counter:
    """One counter PC's ledger and outbox on that disk. Its state folder is made ready as the agent does it."""

    def __init__(self, folder: Path, server: FakeSmtp) -> None:
        self.folder, self.server = folder, server
        settings = MailSettings(
            server="127.0.0.1",
            port=server.port,
            security="none",
            sender="jagaloket@example.go.id",
            to=(MailTo(address=CAMAT.address, outside_hours=True),),
        )
        self.people = addressees(settings, "id")
        self.mail = Mail(settings, Office(), clock=ToldTime())
        self.start()

    @property
    def store(self) -> Path:
        return self.folder / statefolder.STORE

    def start(self) -> None:
        """The agent starts, on a full disk or not."""
        statefolder.prepare_state(self.folder)
        self.ledger = Ledger.open(self.store)
        self.outbox = Outbox(lambda: Ledger.open(self.store, check=False), [self.mail], clock=Steps(), boot="b")

    def stop(self) -> None:
        self.outbox._shut()
        self.ledger.shut()

    def alarm(self, code: str) -> bool:
        """A fault begins; whether its letter is in the mail server."""
        before = len(self.server.arrived)
        try:
            self.ledger.begin(scanner(), fault(code), since=1.0, addressees=self.people)
        except OSError:
            return False
        self.outbox.step()
        return len(self.server.arrived) == before + 1


def fill(folder: Path) -> Path:
    """Until not one byte more fits."""
    file = folder / "filler"
    with file.open("wb", buffering=0) as filler, suppress(OSError):
        while True:
            filler.write(_CHUNK)
    with file.open("ab", buffering=0) as filler, suppress(OSError):
        while True:
            filler.write(b"x")
    return file


def cycle(counter: Counter, number: int) -> str:
    """One full disk. Every fifth time the agent is started anew while it is full."""
    reserve.keep(counter.store)
    filler = fill(counter.folder)
    trouble = ""
    if number % 5 == 0:
        counter.stop()
        fill(counter.folder)
        counter.start()
    if not counter.alarm(f"full-{number}"):
        trouble = "no alert while full"
    filler.unlink()
    if not counter.alarm(f"free-{number}"):
        trouble += " no alert after"
    return trouble


def main(folder: Path, cycles: int, how: str) -> None:
    """Mount the disk and go through the cycles."""
    logging.disable()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)], check=True)
    if how == "bare":
        reserve.LOG_BYTES = reserve.FILE_BYTES = 0
    with FakeSmtp() as server:
        counter = Counter(folder / "state", server)
        for number in range(cycles):
            try:
                print(number, cycle(counter, number) or "well", flush=True)  # noqa: T201 - what the parent reads
            except Exception as error:  # noqa: BLE001 - that is what is looked for
                print(number, f"crash: {error}", flush=True)  # noqa: T201 - as above
                break
        found = len(counter.ledger.standing())
        counter.stop()
        sound = Ledger.open(counter.store)
        print("end", found, "sound" if sound.salvage is None else "damaged", flush=True)  # noqa: T201 - as above
        sound.shut()
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
