"""The office's clock and hours, and mistakes in [office]."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfoNotFoundError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts import feasts, office
from alerts.office import Office, week
from alerts.season import Ramadan, Window
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


SEASONS = Office(
    hours={"mon-fri": "07:30-16:00"},
    holidays="ID",
    ramadan=(Ramadan(first="2026-02-18", last="2026-03-19", hours={"mon-fri": "08:00-15:00"}),),
    days=("+2026-12-24", "+2026-12-26 08:00-12:00", "-2026-11-25"),
)


@pytest.mark.parametrize(
    ("moment", "is_open", "why"),
    [
        ("2026-12-25T10:00:00", False, "Christmas"),
        ("2026-03-20T10:00:00", False, "collective leave before Idul Fitri"),
        ("2026-12-24T10:00:00", True, "collective leave, but this office serves people"),
        ("2026-12-26T09:00:00", True, "a Saturday with hours of its own"),
        ("2026-12-26T12:00:00", False, "a Saturday after its hours"),
        ("2026-11-25T10:00:00", False, "a day closed by the office itself"),
        ("2026-02-18T07:45:00", False, "Ramadan begins the day later"),
        ("2026-02-18T14:59:59", True, "Ramadan"),
        ("2026-03-19T10:00:00", False, "Nyepi in Ramadan"),
        ("2026-02-17T10:00:00", False, "Imlek, the day before Ramadan"),
        ("2026-02-13T07:45:00", True, "before Ramadan"),
        ("2026-03-25T07:45:00", True, "after Ramadan and its holidays"),
    ],
)
def test_the_year_has_days_that_differ(moment: str, why: str, *, is_open: bool) -> None:
    assert SEASONS.is_open(at(moment)) is is_open, why


@pytest.mark.parametrize(
    ("moment", "change"),
    [
        ("2026-11-24T03:00:00", "2026-11-24T07:30:00"),
        ("2026-11-24T07:30:00", "2026-11-24T16:00:00"),
        ("2026-11-24T16:00:00", "2026-11-26T07:30:00"),
        ("2026-03-17T16:00:00", "2026-03-25T07:30:00"),
    ],
)
def test_the_next_change_skips_weekends_holidays_and_leave(moment: str, change: str) -> None:
    assert SEASONS.next_change(at(moment)) == at(change)


def test_an_office_without_hours_or_that_never_closes_has_no_next_change() -> None:
    assert Office().next_change(NOON) is None
    assert Office(hours={"mon-sun": "00:00-24:00"}).next_change(NOON) is None


def test_the_hour_that_summer_time_leaves_out_opens_where_the_clock_jumps() -> None:
    berlin = Office(timezone="Europe/Berlin", hours={"sun": "02:30-04:00"})
    night = datetime.fromisoformat("2026-03-29T00:00:00+01:00").timestamp()
    opened = berlin.next_change(night)
    assert opened == datetime.fromisoformat("2026-03-29T03:00:00+02:00").timestamp()


def test_the_hour_that_comes_twice_is_served_twice() -> None:
    berlin = Office(timezone="Europe/Berlin", hours={"sun": "02:30-03:00"})
    moment, changes = datetime.fromisoformat("2026-10-25T00:00:00+02:00").timestamp(), []
    for _ in range(4):
        following = berlin.next_change(moment)
        assert following is not None
        moment = following
        changes.append(berlin.local(moment).strftime("%H:%M%z"))
    assert changes == ["02:30+0200", "02:00+0100", "02:30+0100", "03:00+0100"]


@settings(deadline=None)
@given(st.floats(min_value=1_767_225_600, max_value=1_798_761_600))
def test_nothing_changes_before_the_next_change(moment: float) -> None:
    zurich = Office(timezone="Europe/Zurich", hours=HOURS)
    change = zurich.next_change(moment)
    assert change is not None
    assert zurich.is_open(change) is not zurich.is_open(moment)
    assert all(
        zurich.is_open(moment + (change - moment) * step / 50) is zurich.is_open(moment) for step in range(1, 50)
    )


def test_a_year_without_decreed_leave_is_said_and_movable_feasts_are_not_guessed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    far = feasts.of("ID", 2090)
    assert feasts.of("ID", 2090) is far
    assert date(2090, 8, 17) in far.dates
    assert "2090 (ID) are not known" in far.missing
    assert caplog.text.count("write the closed days in [office] days") == 1
    assert feasts.of("ID", 2026).missing == ""


def test_a_country_that_nobody_knows_is_said() -> None:
    unknown = feasts.of("QQ", 2026)
    assert not unknown.dates
    assert "Country QQ not available" in unknown.missing
    assert Office(hours=HOURS, holidays="QQ").is_open(NOON) is True


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"days": ("2026-12-24",)}, "days: '2026-12-24' must be"),
        ({"days": ("+24.12.2026",)}, "days: '24.12.2026' is no day"),
        ({"days": ("+20261224",)}, "days: '20261224' is no day"),
        ({"days": ("+2026-12-24", "-2026-12-24")}, "days: 2026-12-24 is named twice"),
        ({"days": ("-2026-12-24 08:00-12:00",)}, "days: "),
        ({"days": ("+2026-12-26",)}, "days: 2026-12-26 has no usual hours"),
        ({"days": ("+2026-12-24",), "hours": {}}, "hours: are needed"),
        ({"warmup_minutes": -1}, "warmup_minutes: "),
        ({"selfcheck_minutes": 1_000}, "selfcheck_minutes: "),
        (
            {
                "ramadan": tuple(
                    Ramadan(first=day, last="2027-03-09", hours=HOURS) for day in ("2027-02-08", "2027-03-09")
                )
            },
            "ramadan: two of them overlap",
        ),
    ],
)
def test_mistakes_in_special_days_are_named_with_a_remedy(options: Mapping[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Office(**{"hours": HOURS, **options})  # type: ignore[arg-type] # what a configuration may hold


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"first": "2027-03-09", "last": "2027-02-08"}, "last: lies before first"),
        ({"first": "2027-02-30", "last": "2027-03-01"}, "first: '2027-02-30' is no day"),
        ({"first": "2027-02-08", "last": "2027-03-09", "hours": {}}, "hours: are missing"),
    ],
)
def test_mistakes_in_ramadan_are_named_with_a_remedy(options: Mapping[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Ramadan(**{"hours": HOURS, **options})  # type: ignore[arg-type] # what a configuration may hold


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "hours: when is this window"),
        ({"first": "2026-12-01 08:00"}, "last: first and last belong together"),
        ({"first": "2026-12-01 08:00", "last": "2026-12-01 08:00"}, "last: the window ends before it starts"),
        ({"first": "2026-12-01", "last": "2026-12-02 08:00"}, "first: '2026-12-01' is no moment"),
        ({"hours": {"sat": "22:00-02:00"}}, "hours: .*ends before it starts"),
    ],
)
def test_mistakes_in_a_window_are_named_with_a_remedy(options: Mapping[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Window(**options)  # type: ignore[arg-type] # what a configuration may hold
