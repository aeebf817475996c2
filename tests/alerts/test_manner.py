"""When an addressee may be written to."""

from collections.abc import Mapping
from datetime import datetime

import pytest

from alerts.letter import MailTo
from alerts.manner import Manner, earliest, midnight
from alerts.office import Office

OFFICE = Office(hours={"mon-fri": "07:30-16:00"}, holidays="ID")
ALWAYS = Manner(outside_hours=True)


def at(text: str) -> float:
    return datetime.fromisoformat(f"{text}+07:00").timestamp()


def sent(manner: Manner, moment: str, *, created: str = "", sent_today: int = 0, office: Office = OFFICE) -> str:
    when = earliest(manner, office, created=at(created or moment), now=at(moment), sent_today=sent_today)
    return office.local(when).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize(
    ("moment", "when"),
    [
        ("2026-11-24T10:00", "2026-11-24T10:00"),
        ("2026-11-24T03:00", "2026-11-24T07:20"),
        ("2026-11-24T07:25", "2026-11-24T07:25"),
        ("2026-11-24T16:00", "2026-11-25T07:20"),
        ("2026-11-27T16:00", "2026-11-30T07:20"),
        ("2026-12-23T20:00", "2026-12-28T07:20"),
    ],
)
def test_an_office_reads_its_letters_from_shortly_before_it_opens(moment: str, when: str) -> None:
    assert sent(Manner(), moment) == when
    assert sent(ALWAYS, moment) == moment
    assert sent(Manner(), moment, office=Office()) == moment


def test_an_office_that_does_not_open_again_is_told_at_once() -> None:
    closed = Office(hours={"mon-fri": "07:30-16:00"}, days=tuple(f"-2026-12-{day:02}" for day in range(1, 32)))
    assert sent(Manner(), "2026-11-30T17:00", office=closed) == "2027-01-01T07:20"
    closed = Office(
        hours={"mon": "07:30-16:00"}, days=tuple(f"-2026-{m:02}-{d:02}" for m in (11, 12) for d in range(1, 31))
    )
    assert sent(Manner(), "2026-11-01T17:00", office=closed) == "2026-11-01T17:00"


@pytest.mark.parametrize(
    ("moment", "when"),
    [
        ("2026-11-24T20:59", "2026-11-24T20:59"),
        ("2026-11-24T21:00", "2026-11-25T06:00"),
        ("2026-11-25T05:59", "2026-11-25T06:00"),
        ("2026-11-25T06:00", "2026-11-25T06:00"),
    ],
)
def test_quiet_hours_run_over_midnight(moment: str, when: str) -> None:
    assert sent(Manner(outside_hours=True, quiet="21:00-06:00"), moment) == when


def test_quiet_hours_and_closed_hours_are_kept_both() -> None:
    assert sent(Manner(quiet="07:00-08:30"), "2026-11-24T03:00") == "2026-11-24T08:30"


def test_a_digest_waits_for_its_time_of_day() -> None:
    daily = Manner(outside_hours=True, digest="07:45")
    assert sent(daily, "2026-11-24T07:44") == "2026-11-24T07:45"
    assert sent(daily, "2026-11-24T09:00") == "2026-11-25T07:45"
    assert sent(daily, "2026-11-25T07:50", created="2026-11-24T09:00") == "2026-11-25T07:50"


def test_a_used_up_budget_waits_for_the_next_day() -> None:
    assert sent(Manner(daily_budget=3), "2026-11-24T10:00", sent_today=2) == "2026-11-24T10:00"
    assert sent(Manner(daily_budget=3), "2026-11-24T10:00", sent_today=3) == "2026-11-25T07:20"
    assert midnight(OFFICE, at("2026-11-24T00:00")) == midnight(OFFICE, at("2026-11-24T23:59"))


def test_quiet_hours_in_a_zone_that_skips_an_hour_end_all_the_same() -> None:
    berlin = Office(timezone="Europe/Berlin")
    night = datetime.fromisoformat("2026-03-29T01:00:00+01:00").timestamp()
    until = earliest(Manner(quiet="00:30-02:30"), berlin, created=night, now=night, sent_today=0)
    assert until == datetime.fromisoformat("2026-03-29T03:30:00+02:00").timestamp()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"quiet": "21-6"}, "quiet: '21-6' is no span"),
        ({"quiet": "06:00-06:00"}, "quiet: "),
        ({"quiet": "21:00-24:00"}, "quiet: "),
        ({"digest": "7.45"}, "digest: '7.45' is no time of day"),
        ({"daily_budget": 0}, "daily_budget: "),
    ],
)
def test_mistakes_are_named_with_a_remedy(wrong: Mapping[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        MailTo(**{"address": "a@b.id", **wrong})  # type: ignore[arg-type] # as read from a configuration
