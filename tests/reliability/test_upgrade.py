"""kill -9 at every statement of every upgrade: the store is the old one or the new one, with every row."""

import subprocess
import sys
from pathlib import Path

import pytest

from alerts.migrations import MIGRATIONS, VERSION
from tests.reliability.trace import ROOT


def killed(folder: Path, *words: str) -> list[list[str]]:
    """Of each opening: the schema version before, the last statement, "died" or "lived", "whole" or "LOST"."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.reliability.upgrading", str(folder), *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    return [line.split() for line in done.stdout.splitlines()]


@pytest.mark.slow
def test_a_kill_at_any_statement_of_an_upgrade_loses_nothing(memory: Path) -> None:
    found = killed(memory)
    assert [line for line in found if line[3] != "whole"] == []
    kills = [line for line in found if line[2] == "died"]
    assert len({line[0] for line in kills}) == VERSION - 1
    assert len([line for line in kills if line[0] == "1"]) > sum(map(len, MIGRATIONS[1:]))


@pytest.mark.slow
def test_without_its_transaction_an_upgrade_would_not_survive_the_kills(memory: Path) -> None:
    assert "LOST" in {line[3] for line in killed(memory, "loose")}
