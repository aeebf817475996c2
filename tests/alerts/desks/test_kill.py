"""kill -9 at any moment, before a desk that loses and garbles answers: every ticket is there, once."""

import logging
import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from alerts import quorum
from alerts.incident import Action
from alerts.ledger import Ledger
from alerts.office import Office
from alerts.outbox import Outbox
from tests.alerts.desks import killing
from tests.alerts.desks.rig import secret
from tests.alerts.make import Steps
from tests.fakes.desks import server
from tests.fakes.desks.rt import FakeRt
from tests.fakes.desks.server import TOKEN, Answer, Asked, Play, instead

KILLS = int(os.environ.get("JAGALOKET_KILLS", "200"))
ROOT = Path(__file__).parents[3]
LIES: list[tuple[Play, bool]] = [
    (server.hang_up, True),
    (server.hang_up, False),
    (server.cut_short, True),
    (instead(404, {}), True),
    (instead(500, {}), True),
    (instead(503, {}), False),
    (instead(200, b""), True),
    (instead(429, {}), False),
]


class LyingRt(FakeRt):
    """Spoils a quarter of all answers, until it is told to be honest."""

    def __init__(self, dice: random.Random) -> None:
        super().__init__()
        self.dice, self.honest, self.lies = dice, False, 0

    def serve(self, asked: Asked) -> tuple[Answer, Play | None]:
        if self.honest or self.dice.random() > 0.25:
            return super().serve(asked)
        play, does = self.dice.choice(LIES)
        self.lies += 1
        return (super().serve(asked)[0] if does else Answer(200, {})), play


def drain(store: Path, url: str, token: Path) -> None:
    """A last start that is not killed, in time that passes quickly."""
    steps = Steps()
    steps.now = time.monotonic()
    one = killing.channel(url, token)
    outbox = Outbox(lambda: Ledger.open(store), [one], clock=steps, boot=killing.BOOT, random_ratio=lambda: 0.0)
    for _ in range(20_000):
        wait = outbox.step()
        if wait is None:
            break
        steps.now += wait + 0.01
    outbox._shut()
    one.desk.close()


@pytest.mark.slow
def test_kill_9_before_a_lying_desk_loses_and_doubles_no_ticket(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    dice = random.Random(20261124)  # noqa: S311 - the same lies every time
    store, token = tmp_path / "state" / "store.db", secret(tmp_path, TOKEN).path
    Ledger.open(store).shut()
    with LyingRt(dice) as fake:
        command = [sys.executable, "-m", "tests.alerts.desks.killing", str(store), fake.url, str(token)]
        with subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            for kill in range(KILLS):
                print(kill * 10, dice.randrange(1, 200), file=process.stdin, flush=True)
                assert process.stdout.readline().strip() == str(kill * 10)
            process.stdin.close()
        time.sleep(0.6)  # what a killed agent had sent is in; the desk's settle time counts on that
        fake.honest = True
        drain(store, fake.url, token)
    ledger = Ledger.open(store)
    tickets = ledger.tickets(limit=1_000_000)
    assert len(tickets) > KILLS / 4
    assert fake.lies > KILLS / 4
    keys = Counter(key for paper in fake.papers.values() for key in quorum._KEY.findall(paper.title))
    assert keys == {quorum.key(ticket, Office()): 1 for ticket in tickets}
    notes = Counter(text.rpartition("[")[2] for paper in fake.papers.values() for _, _, text in paper.notes)
    assert max(notes.values()) == 1
    notices = [notice for ticket in tickets for notice in ledger.notices.of_ticket(ticket.number)]
    assert {notice.state for notice in notices} == {"sent"}
    assert len(notes) == sum(notice.action is Action.RECOVERED for notice in notices)
    ledger.shut()
