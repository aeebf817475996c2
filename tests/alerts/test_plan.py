"""When regular work is due: by calendar, by use, because the device asks; never on a closed day, never all at once."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.office import Office
from alerts.plan import Record, due, first_day, is_due, reached
from alerts.recur import following
from alerts.task import Duty, Task, after, duties
from probes.reading import Device
from probes.text import clean

HOURS = {"mon-thu": "07:30-16:00", "fri": "07:30-16:30"}
OFFICE = Office(hours=HOURS)
DAY = 86_400.0
MONDAY = datetime(2026, 11, 23, 1, tzinfo=UTC).timestamp()
"""23 November 2026, 8.00 WIB."""

EVERY = st.builds(
    lambda count, unit: f"{count} {unit}s", st.integers(1, 24), st.sampled_from(["day", "week", "month", "year"])
).filter(lambda text: not text.startswith(tuple(f"{n} year" for n in range(11, 25))))
DAYS = st.dates(date(2024, 1, 1), date(2040, 1, 1))


def day_of(epoch: float | None) -> date:
    assert epoch is not None
    return OFFICE.local(epoch).date()


def laser(name: str = "laser") -> Device:
    return Device(id=name, kind="printer_snmp", label=clean(name), role="office-printer")


# ---- the calendar ----


@pytest.mark.parametrize(
    ("every", "first", "then"),
    [
        ("3 days", date(2026, 2, 27), date(2026, 3, 2)),
        ("2 weeks", date(2026, 11, 23), date(2026, 12, 7)),
        ("1 month", date(2026, 1, 31), date(2026, 2, 28)),
        ("1 month", date(2028, 1, 31), date(2028, 2, 29)),
        ("6 months", date(2026, 8, 31), date(2027, 2, 28)),
        ("1 year", date(2028, 2, 29), date(2029, 2, 28)),
        ("12 months", date(2026, 12, 1), date(2027, 12, 1)),
    ],
)
def test_a_span_ends_on_the_day_that_people_expect(every: str, first: date, then: date) -> None:
    assert after(every, first) == then


@pytest.mark.parametrize("every", ["", "month", "0 days", "1.5 months", "3 fortnights", "11 years", "-1 day", "1  day"])
def test_what_is_no_span_is_refused(every: str) -> None:
    with pytest.raises(ValueError, match="every"):
        after(every, date(2026, 1, 1))


@given(EVERY, DAYS)
def test_a_span_always_leads_forward_and_keeps_the_order_of_days(every: str, day: date) -> None:
    assert day < after(every, day) <= after(every, day + timedelta(days=1))


def test_a_day_on_which_the_office_is_closed_moves_to_the_next_open_one() -> None:
    record = Record(since=MONDAY, known=True)
    assert day_of(due(Task(every="5 days"), record, OFFICE, MONDAY)) == date(2026, 11, 30)  # the 28th is a Saturday
    closed = replace(OFFICE, days=("-2026-11-30",))
    assert day_of(due(Task(every="5 days"), record, closed, MONDAY)) == date(2026, 12, 1)


def test_it_is_due_when_the_office_opens() -> None:
    moment = due(Task(every="1 day"), Record(since=MONDAY), OFFICE, MONDAY)
    assert moment is not None
    assert f"{OFFICE.local(moment):%H:%M}" == "07:30"


@given(EVERY, st.floats(0, 3000))
def test_work_is_never_due_on_a_closed_day_of_the_next_weeks(every: str, passed: float) -> None:
    now = MONDAY + passed * DAY
    moment = due(Task(every=every), Record(since=now), OFFICE, now)
    assert moment is not None
    if moment - now < 50 * DAY:
        assert OFFICE.times(day_of(moment))
    assert moment > now


def test_an_office_that_never_opens_again_still_gets_a_day() -> None:
    shut = Office(hours=HOURS, days=tuple(f"-{date(2026, 11, 23) + timedelta(days=n)}" for n in range(60)))
    assert day_of(due(Task(every="5 days"), Record(since=MONDAY), shut, MONDAY)) == date(2026, 11, 28)


# ---- rules of fixed days ----


def test_a_rule_names_fixed_days() -> None:
    task = Task(rrule="FREQ=MONTHLY;BYDAY=1MO")
    assert day_of(due(task, Record(since=MONDAY), OFFICE, MONDAY)) == date(2026, 12, 7)


def test_a_rule_counts_on_from_the_last_day_the_work_was_done() -> None:
    assert following("FREQ=WEEKLY;BYDAY=FR", date(2026, 11, 27)) == date(2026, 12, 4)
    assert following("FREQ=DAILY", date(2099, 1, 1)) == date(2099, 1, 2)


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "every day",
        "FREQ=SECONDLY",
        "FREQ=HOURLY;INTERVAL=1",
        "FREQ=MONTHLY;BYDAY=9ZZ",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;COUNT=3",
        "FREQ=DAILY;UNTIL=20200101",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=99999999999",
        "FREQ=DAILY;INTERVAL=-1",
        "INTERVAL=1",
        "FREQ=DAILY\nRDATE:20200101",
        "FREQ=DAILY;BYHOUR=3",
        "FREQ=MONTHLY;BYMONTHDAY=99",
        "FREQ=DAILY;INTERVAL=A",
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_at_once(rule: str) -> None:
    with pytest.raises(ValueError, match=r"rrule|every"):
        Task(rrule=rule)


def test_every_and_a_rule_exclude_each_other() -> None:
    with pytest.raises(ValueError, match="rrule: stands beside every"):
        Task(every="1 day", rrule="FREQ=DAILY")


# ---- use and the device's own word ----


def test_whichever_comes_first_counts() -> None:
    task = Task(every="1 month", usage={"cards": 1000}, roles=("card-printer",))
    calm = Record(since=MONDAY, used={"cards": 999})
    assert reached(task, calm.used) == ""
    assert reached(task, {"cards": 1000}) == "cards"
    busy = replace(calm, asked=MONDAY + 3 * DAY, why="cards")
    assert due(task, busy, OFFICE, MONDAY) == MONDAY + 3 * DAY
    late = replace(calm, asked=MONDAY + 90 * DAY, why="cards")
    assert day_of(due(task, late, OFFICE, MONDAY)) == date(2026, 12, 23)


def test_work_that_only_use_calls_for_has_no_day_before() -> None:
    task = Task(usage={"pages": 20_000}, roles=("office-printer",))
    assert due(task, Record(since=MONDAY), OFFICE, MONDAY) is None


@pytest.mark.parametrize("usage", [{"parsecs": 1}, {"pages": 0}, {"pages": -5}])
def test_a_use_that_cannot_be_counted_is_refused(usage: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="usage"):
        Task(usage=usage, roles=("office-printer",))


def test_use_without_a_device_is_refused() -> None:
    with pytest.raises(ValueError, match="devices"):
        Task(every="1 month", usage={"pages": 5})


def test_a_task_without_any_time_is_refused() -> None:
    with pytest.raises(ValueError, match="every: is missing"):
        Task(roles=("host",))


# ---- the first start ----


def test_thirty_devices_do_not_all_come_due_on_one_day() -> None:
    task = Task(id="roller", every="1 month", roles=("office-printer",))
    firsts = Counter(day_of(first_day(Duty(task=task, device=laser(f"p{n}")), OFFICE, MONDAY)) for n in range(60))
    assert max(firsts.values()) <= 12
    assert len(firsts) >= 10
    assert date(2026, 11, 23) < min(firsts)
    assert max(firsts) <= date(2026, 12, 25)


@given(EVERY, DAYS, st.text(max_size=8))
def test_the_first_day_lies_within_the_interval_and_never_today(every: str, day: date, name: str) -> None:
    now = datetime(day.year, day.month, day.day, 3, tzinfo=UTC).timestamp()
    plain = Office()
    duty = Duty(task=Task(id="t", every=every), device=laser(name))
    moment = first_day(duty, plain, now)
    assert moment is not None
    first = plain.local(moment).date()
    assert day < first <= after(every, day)
    assert not is_due(duty, Record(since=now, planned=moment), plain, now)
    assert first_day(duty, plain, now) == moment


def test_two_counters_of_one_office_start_on_different_days() -> None:
    duty = Duty(task=Task(id="glass", every="6 months"), device=laser())
    counters = {first_day(duty, replace(OFFICE, counter=clean(f"Loket {n}")), MONDAY) for n in range(4)}
    assert len(counters) > 1


def test_a_shorter_interval_in_the_configuration_counts_at_once() -> None:
    record = Record(since=MONDAY, planned=MONDAY + 80 * DAY)
    assert day_of(due(Task(every="1 week"), record, OFFICE, MONDAY)) == date(2026, 11, 30)


# ---- whose work it is ----


def test_a_task_is_for_devices_by_name_role_or_kind() -> None:
    devices = (laser(), Device(id="pc", kind="host", label=clean("PC"), role="pc"))
    found = duties(
        (Task(id="a", every="1 day", roles=("host",)), Task(id="b", every="1 day", devices=("laser",))), devices
    )
    assert [duty.key for duty in found] == [("a", "pc"), ("b", "laser")]


def test_a_task_of_nobodys_device_is_the_offices_and_one_without_devices_is_none() -> None:
    tasks = (Task(id="cables", every="1 day"), Task(id="ups", every="1 day", roles=("ups",)))
    assert [duty.key for duty in duties(tasks, (laser(),))] == [("cables", "")]
