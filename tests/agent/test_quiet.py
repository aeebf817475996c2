"""What is no news: equipment that is off while the office is closed, and maintenance under way."""

from datetime import datetime

import pytest

from agent.config import Config, parse
from agent.options import Mistakes
from agent.surroundings import Surroundings
from alerts.office import Office
from alerts.season import Window

OFFICE = Office(hours={"mon-fri": "07:30-16:00"}, warmup_minutes=15)


def at(text: str) -> float:
    return datetime.fromisoformat(f"{text}+07:00").timestamp()


def around(office: Office = OFFICE) -> Surroundings:
    return Surroundings.of(Config(office=office))


@pytest.mark.parametrize(
    ("moment", "quiet"),
    [
        ("2026-11-24T03:00", True),
        ("2026-11-24T07:29", True),
        ("2026-11-24T07:44", True),
        ("2026-11-24T07:46", False),
        ("2026-11-24T15:44", False),
        ("2026-11-24T15:46", True),
        ("2026-11-28T10:00", True),
    ],
)
@pytest.mark.parametrize("code", ["not-responding", "not-connected"])
def test_a_device_may_be_off_when_the_office_is_closed_closing_or_opening(
    moment: str, code: str, *, quiet: bool
) -> None:
    assert around().is_quiet("iris", code, at(moment)) is quiet


def test_what_a_device_says_itself_is_news_at_night_too() -> None:
    assert not around().is_quiet("printer", "media-jam", at("2026-11-24T03:00"))


def test_without_hours_nothing_may_be_off() -> None:
    assert not around(Office()).is_quiet("iris", "not-responding", at("2026-11-24T03:00"))


def test_a_device_that_is_always_on_may_never_be_off() -> None:
    mistakes = Mistakes()
    device = {"kind": "usb", "match": {"vendor": "16d1"}}
    config = parse(
        {
            "office": {"hours": {"mon-fri": "07:30-16:00"}},
            "device": {"door": {**device, "always_on": True}, "iris": device},
        },
        mistakes,
    )
    assert not mistakes
    night = at("2026-11-24T03:00")
    assert not Surroundings.of(config).is_quiet("door", "not-connected", night)
    assert Surroundings.of(config).is_quiet("iris", "not-connected", night)


def test_a_maintenance_window_silences_its_devices_and_no_others() -> None:
    office = Office(window=(Window(hours={"sat": "18:00-22:00"}, devices=("printer",)),))
    for device, moment, quiet in (
        ("printer", "2026-11-28T18:00", True),
        ("printer", "2026-11-28T22:00", False),
        ("printer", "2026-11-27T19:00", False),
        ("iris", "2026-11-28T19:00", False),
    ):
        assert around(office).is_quiet(device, "media-jam", at(moment)) is quiet


def test_a_window_once_lasts_from_its_first_to_its_last_moment() -> None:
    office = Office(window=(Window(first="2026-12-01 22:00", last="2026-12-02 02:00"),))
    for moment, under_way in (
        ("2026-12-01T21:59", False),
        ("2026-12-01T22:00", True),
        ("2026-12-02T01:59", True),
        ("2026-12-02T02:00", False),
    ):
        assert bool(office.windows(at(moment))) is under_way


def test_a_window_for_a_device_that_there_is_not_is_a_mistake() -> None:
    mistakes = Mistakes()
    parse({"office": {"window": [{"hours": {"sat": "18:00-22:00"}, "devices": ["printer"]}]}}, mistakes)
    assert [problem.path for problem in mistakes] == [("office", "window", 0, "devices", 0)]
