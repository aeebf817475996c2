"""From the ledger to the mail server, which hangs up, refuses and loses answers at random."""

import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import get_args

from alerts.letter import Mail, MailSettings, MailTo, addressees
from alerts.line import MOST_RESENDS
from alerts.office import Office
from alerts.outbox import Outbox
from tests.alerts.make import CAMAT, NOON, TEKNISI, Steps, ToldTime, fault, open_ledger, scanner
from tests.fakes.smtp import Drop, FakeSmtp

INCIDENTS = 25


def test_every_letter_arrives_and_doubles_come_only_from_lost_answers(tmp_path: Path) -> None:
    dice = random.Random(42)  # noqa: S311 - the same troubles every time
    ledger = open_ledger(tmp_path)
    lost_answers = 0
    with FakeSmtp() as server:
        settings = MailSettings(
            server="127.0.0.1",
            port=server.port,
            security="none",
            sender="jagaloket@example.go.id",
            to=(MailTo(address=CAMAT.address), MailTo(address=TEKNISI.address, role="technician")),
            timeout_seconds=5.0,
        )
        people = addressees(settings, "id")
        clock = Steps()
        outbox = Outbox(
            lambda: open_ledger(tmp_path),
            [Mail(settings, Office(), clock=ToldTime())],
            clock=clock,
            boot="b",
            random_ratio=dice.random,
        )
        for index in range(INCIDENTS):
            ledger.begin(scanner(), fault(f"code-{index}"), since=NOON, addressees=people)
            if index % 2:
                ledger.end("sidik-jari", f"code-{index}", "", at=NOON + 60, addressees=people)
        for _ in range(400):
            before = len(server.arrived)
            server.mood.drop = dice.choice((None, *get_args(Drop)))
            server.mood.data = dice.choice((None, None, "451 later"))
            wait = outbox.step()
            if server.mood.drop == "after-dot":
                lost_answers += len(server.arrived) - before
            if wait is None:
                break
            clock.now += wait
        outbox._shut()
    assert wait is None
    assert ledger.notices.totals() == {("mail", "sent"): INCIDENTS * 2 + (INCIDENTS // 2) * 2}
    ids = Counter(arrived.message["Message-ID"] for arrived in server.arrived)
    assert len(ids) == sum(ledger.notices.totals().values())
    assert max(ids.values()) <= 1 + MOST_RESENDS
    assert sum(count - 1 for count in ids.values()) <= lost_answers
    first: dict[tuple[str, str], str] = {}
    for arrived in server.arrived:
        key = (arrived.recipient, arrived.message["X-JagaLoket-Ticket"])
        parent = arrived.message["References"]
        assert first.setdefault(key, arrived.message["Message-ID"]) == (parent or arrived.message["Message-ID"])


def test_an_agent_without_news_never_pays_for_mail() -> None:
    program = (
        "import sys, alerts.ledger, alerts.outbox, alerts.letter, alerts.office, alerts.words\n"
        "print([name for name in ('smtplib', 'email', 'ssl', 'asyncio', 'http') if name in sys.modules])"
    )
    root = Path(__file__).parents[2]
    said = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert said.stdout == "[]\n"
