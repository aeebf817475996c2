"""Kills an office's outbox at random moments before a faulty mail server and a faulty helpdesk; then counts."""

import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path

from alerts import quorum
from alerts.incident import Action
from alerts.ledger import Ledger
from alerts.letterdigest import MOST_TICKETS
from tests.fakes.desks.server import Answer, Asked, Play, hang_up, instead
from tests.fakes.desks.zammad import FakeZammad
from tests.fakes.smtp import Arrived, Drop, FakeSmtp, Mood
from tests.reliability.lives import OFFICE, Setting
from tests.reliability.trace import ROOT

LAG_SECONDS = 0.3
"""The desk's search finds a ticket so long after it was made."""
LONGEST_LIFE_SECONDS = 0.2
"""Or as long as a life takes that nobody ends, where the machine is busy: else no letter is ever sent whole."""
DRAIN_SECONDS = 90.0
_NUMBER = re.compile(r"JL-\d{4}-\d{4,}")
_DROPS: tuple[Drop, ...] = ("greeting", "mail", "rcpt", "before-dot", "after-dot")


@dataclass(slots=True)
class Score:
    """What the servers have in the end, held against what was promised. letters: arrived; doubles: of them, again."""

    kills: int = 0
    tickets: int = 0
    letters: int = 0
    doubles: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)
    """Letters that came again although the first had been confirmed."""
    waiting: int = 0
    spoilt: int = 0
    """Answers of the desk that never came, or were wrong."""

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost, nothing doubled but what had to be, and nothing waits."""
        return not (self.waiting or self.lost or self.doubled or self.unexplained)


class FaultyDesk(FakeZammad):
    """15 % dropped before, 20 % done and dropped, 5 % done with an error page, 5 % slower than anybody waits."""

    def __init__(self, dice: random.Random) -> None:
        super().__init__()
        self.dice, self.healthy, self.spoilt, self._born = dice, False, 0, dict[int, float]()
        # Who is killed in the middle of a request is no news.
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign] # the server's own hook

    def serve(self, asked: Asked) -> tuple[Answer, Play | None]:
        with self._guard:
            roll = 1.0 if self.healthy or not asked.writes else self.dice.random()
            self.spoilt += roll < 0.45
            if roll < 0.15:
                return Answer(200), hang_up
            answer = self.act(asked)
            if roll < 0.35:
                return answer, hang_up
            if roll < 0.40:
                return answer, instead(500, b"<html>Internal Server Error</html>")
            return answer, _too_late if roll < 0.45 else None

    def file(self, title: str, text: str = "", **fields: object):  # type: ignore[no-untyped-def] # noqa: ANN201 - the fake's own
        paper = super().file(title, text, **fields)
        self._born[paper.id] = time.monotonic()
        return paper

    def found(self, text: str):  # type: ignore[no-untyped-def] # noqa: ANN201 - the fake's own
        ripe = time.monotonic() - LAG_SECONDS
        return [one for one in super().found(text) if self._born[one.id] < ripe]


def _too_late(caller: socket.socket, answer: Answer, over: threading.Event) -> None:
    del caller, answer
    over.wait(0.6)


class Office:
    """The process that is killed, and the servers before it."""

    def __init__(self, folder: Path, seed: int, sloppy: str = "") -> None:
        self.dice = random.Random(seed)  # noqa: S311 - the same troubles every time
        self.smtp, self.desk = FakeSmtp(), FaultyDesk(random.Random(seed + 1))  # noqa: S311 - as above
        self.kills: list[float] = []
        self._longest = LONGEST_LIFE_SECONDS
        self._folder, self._sloppy = folder, sloppy
        self._lives: subprocess.Popen[str] | None = None

    @contextmanager
    def opened(self) -> Iterator["Office"]:
        """Servers and the parent of all lives."""
        token = self._folder / "token"
        token.write_text(f"{self.desk.token}\n", encoding="ascii")
        token.chmod(0o600)
        with self.smtp, self.desk:
            self.smtp.on_connect = self._another_mood
            self.setting = Setting(
                folder=str(self._folder),
                smtp_port=self.smtp.port,
                desk_url=self.desk.url,
                token_file=str(token),
                sloppy=self._sloppy,
            )
            words = [sys.executable, "-m", "tests.reliability.lives", json.dumps(asdict(self.setting))]
            self._lives = subprocess.Popen(
                words, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
            try:
                yield self
            finally:
                self._lives.kill()
                self._lives.communicate()

    def _another_mood(self) -> None:
        roll = self.dice.random()
        self.smtp.mood = Mood(
            drop=self.dice.choice(_DROPS) if roll < 0.45 else None, data="451 later" if 0.45 < roll < 0.6 else None
        )

    def quiet_life(self) -> None:
        """One life before servers that are well, which ends by itself: the measure of those that follow."""
        self.smtp.on_connect, self.desk.healthy = lambda: None, True
        began = time.monotonic()
        self._fork("life 0 100000")
        self._said()
        self._longest = max(LONGEST_LIFE_SECONDS, time.monotonic() - began)
        self.smtp.on_connect, self.desk.healthy = self._another_mood, False

    def killed_life(self, number: int) -> None:
        """One life that ends at a random moment."""
        child = self._fork(f"life {number} {number * 100}")
        time.sleep(self.dice.random() * self._longest)
        os.kill(child, signal.SIGKILL)
        self.kills.append(time.monotonic())
        self._said()

    def drain(self) -> None:
        """One last life, with servers that are well, which is let to tell all."""
        self.smtp.on_connect = lambda: None
        self.smtp.mood, self.desk.healthy = Mood(), True
        child = self._fork("drain 0 0")
        timer = threading.Timer(DRAIN_SECONDS, os.kill, (child, signal.SIGKILL))
        timer.start()
        self._said()
        timer.cancel()

    def _fork(self, line: str) -> int:
        assert self._lives is not None
        assert self._lives.stdin is not None
        self._lives.stdin.write(f"{line}\n")
        self._lives.stdin.flush()
        return int(self._said())

    def _said(self) -> str:
        assert self._lives is not None
        assert self._lives.stdout is not None
        return self._lives.stdout.readline()


def play(folder: Path, *, kills: int, seed: int, sloppy: str = "") -> Score:
    """Kill so many lives, let the last one tell all, and count."""
    with Office(folder, seed, sloppy).opened() as office:
        office.quiet_life()
        for number in range(1, kills + 1):
            office.killed_life(number)
        office.drain()
        return _count(office)


def _count(office: Office) -> Score:
    ledger = Ledger.open(office.setting.store)
    promised = [line.split() for line in office.setting.promises.read_text("ascii").splitlines()]
    score = Score(kills=len(office.kills), letters=len(office.smtp.arrived))
    score.waiting = sum(count for (_, state), count in ledger.notices.counts().items() if state not in ("sent", "dead"))
    known = {ticket.number: ticket for ticket in ledger.tickets(limit=1_000_000)}
    score.tickets, score.spoilt = len(known), office.desk.spoilt
    score.lost += [f"{number} is not in the ledger" for _, number in promised if number not in known]
    for number, ticket in known.items():
        notices = ledger.notices.of_ticket(number)
        papers = office.desk.bearing(quorum.key(ticket, OFFICE))
        score.lost += [] if papers else [f"{number} is not at the desk"]
        score.doubled += [f"{number} is {len(papers)} times at the desk"] if len(papers) > 1 else []
        if papers and any(one.action is Action.RECOVERED for one in notices) and not papers[0].closed:
            score.lost.append(f"the end of {number} is not at the desk")
    score.lost += _missing_letters(ledger, office.smtp.arrived)
    _judge_doubles(score, office)
    ledger.shut()
    return score


def _missing_letters(ledger: Ledger, arrived: list[Arrived]) -> Iterator[str]:
    """Of each row, the letter that should have told it (its own, or the one that it was folded into)."""
    texts: dict[tuple[str, str], str] = {}
    for one in arrived:
        texts[one.recipient, one.message["Message-ID"].strip("<>")] = _text(one)
    with ledger._store.reading() as connection:
        rows = connection.execute(
            "SELECT o.ticket, o.action, o.address, coalesce(c.message_id, o.message_id) FROM outbox o "
            "LEFT JOIN outbox c ON c.id = o.digest WHERE o.channel = 'mail'"
        ).fetchall()
    for ticket, action, address, message_id in rows:
        text = texts.get((address, message_id), "")
        # A letter about very many tickets says how many more there are.
        if ticket not in text and len(set(_NUMBER.findall(text))) < MOST_TICKETS:
            yield f"{address} has no letter that {ticket} is {action}"


def _text(arrived: Arrived) -> str:
    body = arrived.message.get_body(("plain",))
    return f"{arrived.message['Subject']} {arrived.message['X-JagaLoket-Ticket']} {body.get_content() if body else ''}"


def _judge_doubles(score: Score, office: Office) -> None:
    """A letter may come again only when the first try was not confirmed, or killed; always under one id."""
    by_id: dict[tuple[str, str], list[int]] = {}
    for place, one in enumerate(office.smtp.arrived):
        by_id.setdefault((one.recipient, one.message["Message-ID"]), []).append(place)
    for (recipient, message_id), places in by_id.items():
        score.doubles += len(places) - 1
        for first, again in pairwise(places):
            begins, ends = office.smtp.arrived[first].at, office.smtp.arrived[again].at
            if first in office.smtp.thanked and not any(begins <= kill <= ends for kill in office.kills):
                score.unexplained.append(f"{recipient} {message_id}")
