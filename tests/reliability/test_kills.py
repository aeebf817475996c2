"""kill -9 at any moment, before a mail server and a helpdesk that lose answers: nothing is lost, nothing doubled.

The servers' own records are counted. Letters may come again only after a dot without an answer, under one id.
"""

from pathlib import Path

import pytest

from tests.reliability import kills

SEED = 20261124


@pytest.mark.slow
def test_two_hundred_kills_lose_no_ticket_and_double_none(tmp_path: Path) -> None:
    score = kills.play(tmp_path, kills=200, seed=SEED)
    assert score.waiting == 0
    assert score.lost == []
    assert score.doubled == []
    assert score.unexplained == []
    # The servers were faulty, and the kills hit.
    assert score.tickets > 200
    assert score.doubles > 0
    assert score.spoilt > 10


@pytest.mark.slow
def test_marking_as_sent_before_sending_would_lose(tmp_path: Path) -> None:
    assert kills.play(tmp_path, kills=20, seed=SEED, sloppy="sent-first").lost


@pytest.mark.slow
def test_without_looking_first_a_lost_answer_would_double_the_ticket(tmp_path: Path) -> None:
    assert kills.play(tmp_path, kills=60, seed=SEED, sloppy="no-look-up").doubled
