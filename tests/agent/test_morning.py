"""The looks before the office opens."""

from datetime import datetime
from zoneinfo import ZoneInfo

from agent.morning import Morning
from alerts.office import Office

JAKARTA = ZoneInfo("Asia/Jakarta")
OFFICE = Office(timezone="Asia/Jakarta", hours={"mon-fri": "07:30-16:00"}, selfcheck_minutes=30)


def looks(office: Office, *moments: str) -> list[str]:
    """At which of these moments everything was looked at."""
    seen: list[str] = []
    now = ""
    morning = Morning(lambda: office, lambda: seen.append(now))
    for now in moments:
        morning.attend(datetime.fromisoformat(now).replace(tzinfo=JAKARTA).timestamp())
    return seen


def test_everything_is_looked_at_once_before_the_self_check_of_each_working_day() -> None:
    monday = [f"2026-11-23T06:{minute}" for minute in (50, 56, 57, 58, 59)] + ["2026-11-23T07:00", "2026-11-23T07:29"]
    tuesday = ["2026-11-24T06:56", "2026-11-24T06:57", "2026-11-24T06:58"]
    assert looks(OFFICE, *monday, *tuesday) == ["2026-11-23T06:57", "2026-11-24T06:57"]


def test_an_agent_that_starts_shortly_before_opening_looks_at_once_and_not_again() -> None:
    assert looks(OFFICE, "2026-11-23T07:20", "2026-11-23T07:21") == ["2026-11-23T07:20"]


def test_nothing_is_looked_at_out_of_turn_while_the_office_is_open_or_has_no_hours() -> None:
    assert looks(OFFICE, "2026-11-23T07:30", "2026-11-23T15:59", "2026-11-22T07:00") == []
    assert looks(Office(), "2026-11-23T06:57") == []
