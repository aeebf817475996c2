"""kill -9 at any moment: what was acknowledged is there, and nothing is there twice."""

import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from alerts.incident import Action, Status
from alerts.ledger import Ledger

ROUNDS = 20
ROOT = Path(__file__).parents[2]


def killed_after(path: Path, start: int, lines: int) -> list[tuple[str, int, str]]:
    """Start the writer, kill it in the middle of its work after so many lines; all that it acknowledged."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.alerts.crashing", str(path), str(start)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = [process.stdout.readline() for _ in range(lines)]
    process.kill()
    rest = process.stdout.read().splitlines(keepends=True)
    process.wait()
    process.stdout.close()
    whole = [line.split() for line in said + rest if line.endswith("\n")]
    return [(what, int(index), number) for what, index, number in whole]


@pytest.mark.slow
def test_kill_9_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    dice = random.Random(20261124)  # noqa: S311 - the same kills every time
    path = tmp_path / "state" / "store.db"
    acknowledged: list[tuple[str, int, str]] = []
    for round_ in range(ROUNDS):
        acknowledged += killed_after(path, round_ * 100_000 + 1, dice.randrange(1, 60))
        ledger = Ledger.open(path)
        check(ledger, acknowledged)
        ledger.shut()
    assert len(acknowledged) > ROUNDS


def check(ledger: Ledger, acknowledged: list[tuple[str, int, str]]) -> None:
    assert ledger.salvage is None
    tickets = {ticket.number: ticket for ticket in ledger.tickets(limit=1_000_000)}
    standing = {incident.ticket for incident in ledger.standing()}
    codes = Counter(ticket.code for ticket in tickets.values())
    assert max(codes.values(), default=1) == 1
    for what, index, number in acknowledged:
        assert tickets[number].code == f"code-{index}"
        if what == "end":
            assert number not in standing
            assert tickets[number].status is Status.RECOVERED
    for number in tickets:
        actions = Counter(notice.action for notice in ledger.notices.of_ticket(number))
        assert actions[Action.OPENED] == 2
        assert actions[Action.RECOVERED] == (0 if number in standing else 2)
