"""The office's clock and hours, and mistakes in [office]."""

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfoNotFoundError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import office
from alerts.office import Office, week
from tests.alerts.make import NOON

HOURS = {"mon-thu": "07:30-16:00", "fri": "07:30-11:30, 13:00-16:30"}


def at(text: str) -> float:
    """A moment on the clock of Jakarta."""
    return datetime.fromisoformat(f"{text}+07:00").timestamp()


def test_an_office_without_options_is_in_jakarta_and_speaks_indonesian() -> None:
    plain = Office()
    assert plain.local(NOON).isoformat() == "2026-11-24T12:00:00+07:00"
    assert plain.language == "id"
    assert plain.is_open(NOON) is None


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        ("Asia/Jakarta", "WIB"),
        ("Asia/Pontianak", "WIB"),
        ("Asia/Makassar", "WITA"),
        ("Asia/Jayapura", "WIT"),
        ("Asia/Dubai", "UTC+04"),
        ("UTC", "UTC"),
    ],
)
def test_the_zone_is_called_as_people_call_it(zone: str, name: str) -> None:
    assert Office(timezone=zone).zone_name(NOON) == name


@pytest.mark.parametrize("zone", ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"])
def test_indonesia_needs_no_zone_database(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known = Office(timezone=zone).local(NOON)

    def missing(name: str) -> None:
        raise ZoneInfoNotFoundError(name)

    monkeypatch.setattr(office, "ZoneInfo", missing)
    assert Office(timezone=zone).local(NOON).isoformat() == known.isoformat()
    with pytest.raises(ValueError, match="tzdata"):
        Office(timezone="Asia/Dubai")


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-24T07:29:59", False),
        ("2026-11-24T07:30:00", True),
        ("2026-11-24T15:59:59", True),
        ("2026-11-24T16:00:00", False),
        ("2026-11-27T12:00:00", False),
        ("2026-11-27T13:00:00", True),
        ("2026-11-28T10:00:00", False),
    ],
)
def test_the_office_is_open_in_its_hours(moment: str, *, is_open: bool) -> None:
    assert Office(hours=HOURS).is_open(at(moment)) is is_open


@pytest.mark.parametrize("moment", ["2026-03-29T00:59:59", "2026-03-29T01:00:00", "2026-10-25T00:30:00"])
def test_the_hours_follow_the_clock_through_summer_time(moment: str) -> None:
    berlin = Office(timezone="Europe/Berlin", hours={"sun": "00:00-24:00"})
    assert berlin.is_open(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()) is True


def test_a_range_may_run_over_the_weekend() -> None:
    spans = week({"sat-mon": "08:00-12:00"})
    assert [bool(day) for day in spans] == [True, False, False, False, False, True, True]


@pytest.mark.parametrize(
    ("hours", "message"),
    [
        ({"monday": "07:30-16:00"}, "is no day"),
        ({"mon-": "07:30-16:00"}, "is no day"),
        ({"mon": "7:30-16:00"}, "is no opening time"),
        ({"mon": "07:30-24:30"}, "ends before it starts"),
        ({"mon": "16:00-07:30"}, "ends before it starts"),
        ({"mon": "07:30-12:00, 11:00-16:00"}, "overlap"),
        ({"mon-wed": "07:30-16:00", "tue": "08:00-10:00"}, "tue is named twice"),
    ],
)
def test_wrong_hours_are_named_with_a_remedy(hours: Mapping[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=f"^hours: .*{message}"):
        Office(hours=hours)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"timezone": "Asia/Medan"}, "timezone: there is no 'Asia/Medan'"),
        ({"timezone": "../../etc/passwd"}, "timezone: "),
        ({"timezone": ""}, "timezone: "),
        ({"language": "jv"}, "language: there is no 'jv'"),
        ({"holidays": "Indonesia"}, "holidays: "),
    ],
)
def test_other_mistakes_are_named_with_a_remedy(options: Mapping[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Office(**options)  # type: ignore[arg-type] # what a configuration may hold


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=14), max_size=3))
def test_any_hours_are_read_or_refused_by_name(hours: dict[str, str]) -> None:
    try:
        said = f"hours: {len(week(hours))} days"
    except ValueError as error:
        said = str(error)
    assert said.startswith("hours: ")
