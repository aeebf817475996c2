"""A simulated week: every true fault one ticket, and nothing else one. `make simulate` plays the whole month."""

import pytest

from agent import cases
from agent.surroundings import Surroundings
from tests.simulate import figures
from tests.simulate.office import DAY, is_open
from tests.simulate.scenario import write
from tests.simulate.truth import Month

WEEK = 5


def test_a_month_is_the_same_for_the_same_seed_and_holds_what_it_promises() -> None:
    month = write(1)
    assert month == write(1)
    assert month != write(2)
    assert 190 <= len(month.truths) <= 230
    assert month.noise > 150
    assert {truth.story.partition(":")[0] for truth in month.truths} == {
        *("stated", "unplugged", "silent", "link", "power", "went off", "hub", "cups", "flapping"),
    }
    assert all(is_open(truth.begins) for truth in month.truths)
    assert _changes_in_order(month)


def _changes_in_order(month: Month) -> bool:
    times = [change.at for change in month.changes]
    return times == sorted(times) and times[-1] < 32 * DAY


@pytest.mark.slow
def test_in_a_week_every_true_fault_has_one_ticket_and_no_device_two_letters_in_a_quarter_of_an_hour() -> None:
    score = figures.month(1, WEEK)
    assert score.truths > 40
    assert (score.missed, score.wrong) == ((), ())
    assert score.close_letters == 0


@pytest.mark.slow
def test_without_causes_the_week_is_misjudged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cases, "root", lambda *_: None)
    monkeypatch.setattr(cases, "symptoms", lambda *_: ())
    assert figures.month(1, WEEK).precision < 0.95


@pytest.mark.slow
def test_without_the_offices_hours_the_week_is_misjudged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Surroundings, "is_quiet", lambda *_: False)
    assert figures.month(1, WEEK).precision < 0.99


def test_a_storm_is_one_ticket_and_two_letters() -> None:
    assert [figure.value for figure in figures.storm()] == [0, 0]
