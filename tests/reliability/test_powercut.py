"""A power cut at any moment: the store is sound, and what was acknowledged is in it."""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.ledger import Ledger
from tests.reliability import trace
from tests.reliability.powercut import State, states

INCIDENTS = 150
STATES = 2_000
REASON = trace.missing()

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(REASON), reason=REASON)]


def recorded(folder: Path, mode: str) -> list[trace.Op]:
    state = folder / "state"
    state.mkdir()
    return trace.record("tests.reliability.writing", [str(state / "store.db"), str(INCIDENTS), mode], state)


def broken_promises(store: Path, promised: tuple[str, ...]) -> list[str]:
    """Opens the store as the agent does after the power cut. Raises AssertionError when it is damaged."""
    ledger = Ledger.open(store)
    assert ledger.salvage is None, ledger.salvage
    with ledger._store.reading() as connection:
        begun = {tuple(row) for row in connection.execute("SELECT number, code FROM ticket")}
        told = {row[0] for row in connection.execute("SELECT ticket FROM outbox WHERE action = 'opened'")}
        ended = {row[0] for row in connection.execute("SELECT ticket FROM incident WHERE ended IS NOT NULL")}
        sent = {row[0] for row in connection.execute("SELECT ticket FROM outbox WHERE state = 'sent'")}
    ledger.shut()
    kept = {"begun": {number for number, _ in begun} & told, "ended": ended, "sent": sent}
    return [
        line
        for line in promised
        for what, number, code in [line.split()]
        if number not in kept[what] or (number, code) not in begun
    ]


def losses(found: Iterator[State], memory: Path) -> list[tuple[int, str, int]]:
    """Of each state that lost something: after which step, what became of loose writes, how many lines were lost."""
    lost: list[tuple[int, str, int]] = []
    for number, state in enumerate(found):
        folder = memory / str(number)
        state.put(folder)
        if broken := broken_promises(folder / "store.db", state.promised):
            lost.append((state.after, state.fate, len(broken)))
        shutil.rmtree(folder)
    return lost


@pytest.mark.timeout(300)
def test_no_power_cut_damages_the_store_or_takes_what_was_acknowledged(tmp_path: Path, memory: Path) -> None:
    ops = recorded(tmp_path, "FULL")
    assert sum(isinstance(op, trace.Said) for op in ops) == INCIDENTS + 50 + 30
    assert losses(states(ops, STATES, seed=20261124), memory) == []


def test_a_file_system_that_forgets_names_takes_nothing_either(tmp_path: Path, memory: Path) -> None:
    ops = recorded(tmp_path, "FULL")
    assert losses(states(ops, 300, seed=7, strict=True), memory) == []


def test_the_usual_advice_of_synchronous_normal_would_lose_what_was_acknowledged(tmp_path: Path, memory: Path) -> None:
    ops = recorded(tmp_path, "NORMAL")
    assert len(losses(states(ops, 100, seed=20261124), memory)) > 30


def test_the_model_knows_a_sound_store_from_a_torn_one(tmp_path: Path) -> None:
    store = tmp_path / "store.db"
    connection = sqlite3.connect(store)
    connection.execute("CREATE TABLE a (b)")
    connection.close()
    with pytest.raises(AssertionError):
        broken_promises(store, ())
