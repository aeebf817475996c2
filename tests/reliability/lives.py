"""Run as a process that is killed again and again: an office's outbox, as the agent wires it, and faults that come.

Each line "life SEED START" on standard input forks one life, which begins and ends incidents until it is killed or
all is told ("drain 0 0": only tells). Forking spares each life the start of Python. The clock runs SPEED times
faster, so that a settle time of 15 minutes takes less than a second; nothing of the outbox itself is changed.
"""

import json
import os
import queue
import random
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from agent import telling
from agent.config import Config
from alerts import lettercontent, lettertext, smtp
from alerts.incident import Notice
from alerts.ledger import Ledger
from alerts.letter import MailSettings, MailTo
from alerts.notices import Notices
from alerts.office import Office
from alerts.tickets.zammad import Zammad
from probes.secret import Secret
from probes.text import clean
from tests.alerts.make import fault, scanner

SPEED = 1_000.0
PEOPLE = ("camat@example.go.id", "teknisi@example.go.id")
OFFICE = Office(name=clean("Kantor Camat Contoh"), code=clean("12.71.11"), counter=clean("Loket 1"))
MOST_INCIDENTS = 4
T = TypeVar("T")
_ALREADY_LOADED = (lettercontent, lettertext, smtp)
"""What the outbox imports late; each life would pay for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Where a life finds its store, mail server and desk. sloppy: what is left out, to see that it is noticed."""

    folder: str
    smtp_port: int
    desk_url: str
    token_file: str
    sloppy: str = ""

    @property
    def store(self) -> Path:
        return Path(self.folder) / "store.db"

    @property
    def promises(self) -> Path:
        return Path(self.folder) / "promises"


class FastClock:
    """The boot's clock, SPEED times faster."""

    def monotonic(self) -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME) * SPEED

    def wall(self) -> float:
        return time.time()

    def wait(self, inbox: "queue.SimpleQueue[T]", timeout_seconds: float | None) -> T | None:
        try:
            return inbox.get(timeout=None if timeout_seconds is None else timeout_seconds / SPEED)
        except queue.Empty:
            return None


def config(setting: Setting) -> Config:
    """What the configuration file of such an office says."""
    mail = MailSettings(
        server="127.0.0.1",
        port=setting.smtp_port,
        security="none",
        sender="jagaloket@example.go.id",
        to=tuple(MailTo(address=one, role="technician", outside_hours=True, daily_budget=1_000) for one in PEOPLE),
        timeout_seconds=5,  # its server only hangs up; a machine that is busy is no reason to give a letter up
    )
    desk = Zammad(
        url=setting.desk_url,
        token_file=Secret(Path(setting.token_file)),
        group="IT",
        customer="loket@example.go.id",
        timeout_seconds=0.5,
        poll_seconds=0,
    )
    return Config(office=OFFICE, mail=mail, desks={"zammad": desk})


def live(setting: Setting, seed: int, start: int) -> None:
    """Tell what waits; from START on, let faults come and go, and promise each one that is on disk."""
    told, dice = config(setting), random.Random(seed)  # noqa: S311 - the same life every time
    _be_sloppy(setting.sloppy)
    # The mail line comes first, and would leave the desk little of short lives.
    wired = replace(told, mail=None) if seed % 2 else told
    outbox = telling.outbox(wired, lambda: Ledger.open(setting.store, check=False), FastClock())
    ledger = Ledger.open(setting.store, check=False)
    outbox.start()
    people = telling.people(told)
    promises = os.open(setting.promises, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for index in range(start, start + MOST_INCIDENTS if start else 0):
        number = ledger.begin(scanner(f"alat-{index}"), fault(), since=time.time(), addressees=people).number
        os.write(promises, f"begun {number}\n".encode())
        outbox.kick()
        time.sleep(dice.random() * 0.02)
        if dice.random() < 0.4:
            ledger.end(f"alat-{index}", "not-connected", "", at=time.time(), addressees=people)
            os.write(promises, f"ended {number}\n".encode())
            outbox.kick()
    while any(state not in ("sent", "dead") for _, state in ledger.notices.counts()):
        time.sleep(0.02)


def _be_sloppy(how: str) -> None:
    """Take one safeguard away."""
    if how == "sent-first":

        def finish_first(self: Notices, notice: Notice) -> None:
            self.finish(notice, "sent")

        Notices.mark_tried = finish_first  # type: ignore[method-assign] # that is the point
    elif how == "no-look-up":

        def find_nothing(self: Zammad, key: str) -> tuple[list[tuple[str, object]], bool]:
            del self, key
            return [], True

        Zammad.find = find_nothing  # type: ignore[method-assign] # that is the point


def main(words: dict[str, Any]) -> None:
    """Serve the parent: fork a life for each line, say its number, and when it has ended."""
    setting = Setting(**words)
    for line in sys.stdin:
        _, seed, start = line.split()
        child = os.fork()
        if child == 0:
            live(setting, int(seed), int(start))
            os._exit(0)
        print(child, flush=True)  # noqa: T201 - what the parent reads
        os.waitpid(child, 0)
        print("ended", flush=True)  # noqa: T201 - what the parent reads


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
