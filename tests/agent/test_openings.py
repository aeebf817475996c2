"""When the office opens and closes next, as others are told ahead."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from agent.openings import Openings, openings
from alerts.office import Office
from probes.text import clean

JAKARTA = ZoneInfo("Asia/Jakarta")
OFFICE = Office(name=clean("Camat"), hours={"mon-thu": "07:30-12:00, 13:00-16:00", "fri": "07:30-11:30"})


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=JAKARTA).timestamp()


def told(office: Office, now: str) -> list[str]:
    def clock(epoch: float) -> str:
        return datetime.fromtimestamp(epoch, JAKARTA).strftime("%a %H:%M")

    return [f"{clock(opens)}-{clock(closes)}" for opens, closes in openings(office, at(now))]


def test_while_it_is_open_the_present_stretch_comes_first() -> None:
    assert told(OFFICE, "2026-11-24 08:00") == [
        "Tue 07:30-Tue 12:00",
        "Tue 13:00-Tue 16:00",
        "Wed 07:30-Wed 12:00",
    ]


def test_over_a_weekend_and_a_changed_day_the_next_stretches_are_right() -> None:
    office = Office(hours=OFFICE.hours, days=("-2026-11-30",))
    assert told(office, "2026-11-27 11:30") == [
        "Tue 07:30-Tue 12:00",
        "Tue 13:00-Tue 16:00",
        "Wed 07:30-Wed 12:00",
    ]


def test_in_the_break_the_morning_is_over() -> None:
    assert told(OFFICE, "2026-11-24 12:00")[0] == "Tue 13:00-Tue 16:00"


def test_without_hours_nothing_is_told() -> None:
    assert openings(Office(), at("2026-11-24 08:00")) == ()


def test_an_office_that_never_closes_is_open_for_weeks() -> None:
    now = at("2026-11-24 08:00")
    ((opens, closes),) = openings(Office(hours={"mon-sun": "00:00-24:00"}), now)
    assert opens <= now
    assert closes > now + 30 * 86_400


@pytest.mark.parametrize("later", ["2026-11-24 12:00", "2026-11-24 07:00", "2026-11-25 09:00"])
def test_what_is_kept_follows_the_clock_forward_and_back(later: str) -> None:
    times = iter([at("2026-11-24 08:00"), at(later)])
    kept = Openings(OFFICE, lambda: next(times))
    assert len(list(kept.samples())) == 7
    fresh = [(sample.value, sample.labels) for sample in Openings(OFFICE, lambda: at(later)).samples()]
    assert [(sample.value, sample.labels) for sample in kept.samples()] == fresh
