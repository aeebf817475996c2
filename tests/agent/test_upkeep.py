"""Regular work over a virtual year: orders are few, evidence counts, and no wrong clock makes anything due."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.config import Config, parse
from agent.options import Mistakes
from agent.upkeep import UpkeepKeeper
from agent.view import DeviceView, Panel
from agent.watched import Watched
from alerts.incident import Status, Ticket, TicketType
from alerts.ledger import Ledger
from alerts.office import Office
from alerts.task import Task
from probes.printer import PAGES_TOTAL
from probes.reading import Actor, Fault, Metric, MetricType, Reading, Sample, Severity, State
from probes.text import SafeText, clean
from tests.alerts.make import CAMAT
from tests.fakes.clock import START_WALL, VirtualClock
from tests.fakes.equipment import Scripted, watched

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0
OFFICE = Office(hours={"mon-thu": "07:30-16:00", "fri": "07:30-16:30"})
LINES = Metric(name="jagaloket_printer_line_feeds_total", type=MetricType.COUNTER, help="Lines.", labels=("since",))
ROLLER = Task(id="office-printer-roller", every="3 months", roles=("office-printer",), signals=("maintenance-due",))
CARDS = Task(id="card-printer-clean", usage={"cards": 1000}, roles=("card-printer",))
IDLE = Task(id="card-printer-idle", every="1 month", done_by="use", roles=("card-printer",))
CLEAN = Task(id="receipt-printer-clean", every="1 month", done_by="reset", roles=("receipt-printer",))
CABLES = Task(id="spare-cables", every="1 week")


class Place:
    """A counter's regular work: one ledger, one keeper, devices that say what a test wants."""

    def __init__(self, folder: Path, *tasks: Task, office: Office = OFFICE) -> None:
        self.folder, self.clock, self.panel, self.replaced = folder, VirtualClock(), Panel(), dict[str, float]()
        self.office, self.tasks, self.devices, self.synchronised = office, tasks, dict[str, Watched](), True
        self.trusted = True
        self.letters_told = 0
        self.start()

    def start(self) -> None:
        self.book = Ledger.open(self.folder / "store.db", clock=self.clock.wall, zone=self.office.zone)
        self.keeper = UpkeepKeeper(
            self.panel, self.book, self.clock,
            told=self._told, replaced=lambda: self.replaced, synchronised=lambda: self.synchronised,
            trusted=lambda: self.trusted,
        )  # fmt: skip
        self.configure(*self.tasks)

    def _told(self) -> None:
        self.letters_told += 1

    def configure(self, *tasks: Task) -> None:
        self.tasks = tasks
        self.keeper.take(Config(office=self.office, watched=tuple(self.devices.values()), tasks=tasks), (CAMAT,))

    def device(self, name: str, role: str, **asset: str) -> None:
        item = watched(name, Scripted())
        device = replace(
            item.device, label=clean(name), role=role, asset={key: clean(text) for key, text in asset.items()}
        )
        self.devices[name] = replace(item, device=device)
        self.say(name)
        self.configure(*self.tasks)

    def say(  # noqa: PLR0913 - a view has so many sides
        self,
        name: str,
        *samples: Sample,
        asks: str = "",
        success: bool = True,
        reachable: bool = True,
        serial: str = "",
        ids: str = "",
    ) -> None:
        faults = (Fault(code=asks, severity=Severity.NOTICE, actor=Actor.TECHNICIAN),) if asks else ()
        facts: Mapping[str, SafeText] = {key: clean(text) for key, text in (("serial", serial), ("ids", ids)) if text}
        reading = Reading(reachable=reachable, faults=faults, samples=samples, facts=facts)
        view = DeviceView(
            device=self.devices[name].device,
            state=State.OK,
            since=0.0,
            reading=reading,
            success=success,
            standing=faults,
        )
        self.panel.put(view)

    def printed(self, name: str, pages: float) -> None:
        self.looks(3, name, Sample(metric=PAGES_TOTAL, value=pages))

    def looks(self, count: int, name: str, *samples: Sample, serial: str = "") -> None:
        """So many looks that see the same, a minute apart."""
        for _ in range(count):
            self.say(name, *samples, serial=serial)
            self.minutes(1)

    def minutes(self, count: int) -> None:
        for _ in range(count):
            self.clock.now += MINUTE
            self.keeper.keep()

    def days(self, count: float, step: float = 2 * HOUR) -> None:
        end = self.clock.now + count * DAY
        while self.clock.now < end:
            self.clock.now += step
            self.keeper.keep()

    def until(self, year: int, month: int, day: int, hour: int = 8) -> None:
        """Until that hour of the office's clock (WIB)."""
        end = datetime(year, month, day, hour, tzinfo=UTC).timestamp() - 7 * HOUR - START_WALL
        self.days((end - self.clock.now) / DAY)

    def orders(self) -> list[Ticket]:
        return [self.book.ticket(one.number) for one in reversed(self.book.tickets(limit=10_000))]

    def done(self, order: Ticket, who: str = "Budi") -> None:
        self.book.close(order.number, who)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    place.book.shut()


# ---- orders ----


def test_the_first_start_opens_nothing(place: Place) -> None:
    for number in range(30):
        place.device(f"laser-{number}", "office-printer")
    place.configure(ROLLER)
    place.minutes(30)
    assert place.orders() == []
    assert len(place.book.upkeep.records()) == 30


def test_the_first_round_is_spread_over_the_interval(place: Place) -> None:
    for number in range(12):
        place.device(f"laser-{number}", "office-printer")
    place.configure(ROLLER)
    place.days(100)
    jobs = [len(order.jobs) for order in place.orders()]
    assert sum(jobs) == 12
    assert len(jobs) >= 4
    assert place.orders()[0].opened < START_WALL + 40 * DAY


def test_due_work_becomes_one_order_that_is_no_fault(place: Place) -> None:
    place.device("laser", "office-printer")
    place.configure(ROLLER, CABLES)
    place.days(100)
    order = place.orders()[0]
    assert (order.type, order.severity, order.code) == (TicketType.MAINTENANCE, Severity.NOTICE, "planned")
    assert place.book.standing() == ()
    assert place.book.ticket_counts() == {}


@pytest.mark.slow
def test_a_year_in_which_everything_is_done_the_same_day_has_few_orders(place: Place) -> None:
    for number in range(10):
        place.device(f"laser-{number}", "office-printer")
    place.configure(ROLLER, CABLES)
    for _ in range(365):
        place.days(1, step=3 * HOUR)
        for order in place.orders():
            if order.status is not Status.CLOSED:
                place.done(order)
    opened = Counter(f"{OFFICE.local(order.opened):%Y-%m-%d}" for order in place.orders())
    assert max(opened.values()) == 1
    assert len(opened) <= 52 + 4 * 10 + 10
    done = Counter(entry.key for entry in place.book.upkeep.log(10_000))
    assert all(3 <= done["office-printer-roller", f"laser-{number}"] <= 5 for number in range(10))
    assert 48 <= done["spare-cables", ""] <= 53


@pytest.mark.slow
def test_a_year_in_which_nobody_does_anything_does_not_nag(place: Place) -> None:
    for number in range(30):
        place.device(f"laser-{number}", "office-printer")
    place.configure(ROLLER, CABLES)
    place.days(365, step=3 * HOUR)
    orders = place.orders()
    assert (
        8 <= len(orders) <= 14
    )  # the first round only, a week's work on each: what is not done does not come due again
    assert sum(len(order.jobs) for order in orders) == 31
    assert len([one for order in orders for one in place.book.notices.of_ticket(order.number)]) == len(orders)
    assert not place.book.attend((CAMAT,))


def test_orders_are_opened_in_office_hours_only(place: Place) -> None:
    place.configure(CABLES)
    for _ in range(200):
        place.days(1)
        for order in place.orders():
            if order.status is not Status.CLOSED:
                place.done(order)
    assert len(place.orders()) > 20
    assert all(OFFICE.is_open(order.opened) for order in place.orders())


def test_without_opening_hours_nothing_comes_in_the_night(tmp_path: Path) -> None:
    place = Place(tmp_path, CABLES, office=Office())
    place.days(20, step=HOUR)
    assert [f"{OFFICE.local(order.opened):%H}" for order in place.orders()] == ["08"]
    place.book.shut()


def test_each_person_gets_an_order_of_their_own(place: Place) -> None:
    place.configure(CABLES, replace(CABLES, id="pc-dust", actor=Actor.TECHNICIAN))
    place.days(10)
    assert {order.actor for order in place.orders()} == {Actor.COUNTER, Actor.TECHNICIAN}


def test_after_a_long_closure_there_is_one_order_for_all(place: Place) -> None:
    for number in range(20):
        place.device(f"laser-{number}", "office-printer")
    place.configure(ROLLER)
    place.minutes(1)
    place.clock.now += 200 * DAY
    place.days(2)
    assert [len(order.jobs) for order in place.orders()] == [20]


def test_more_work_than_one_order_holds_is_not_lost(place: Place) -> None:
    for number in range(90):
        place.device(f"laser-{number}", "office-printer")
    place.configure(ROLLER)
    place.minutes(1)
    place.clock.now += 200 * DAY
    place.days(20)
    assert sum(len(order.jobs) for order in place.orders()) == 90


# ---- done ----


def test_closing_an_order_says_that_its_work_is_done(place: Place) -> None:
    place.configure(CABLES)
    place.days(10)
    place.done(place.orders()[0], "Budi")
    place.minutes(1)
    entry = place.book.upkeep.log()[0]
    assert (entry.key, entry.outcome, entry.who) == (("spare-cables", ""), "done", "Budi")
    assert place.book.upkeep.records()["spare-cables", ""].known


def test_refusing_an_order_skips_its_work_this_time(place: Place) -> None:
    place.configure(CABLES)
    place.days(10)
    place.book.close(place.orders()[0].number, "Budi", wont_fix=True)
    place.days(9)
    assert place.book.upkeep.log()[-1].outcome == "skipped"
    assert len(place.orders()) == 2


def test_an_order_is_closed_with_its_last_job(place: Place) -> None:
    place.configure(CABLES, replace(CABLES, id="pc-dust"))
    place.days(10)
    [order] = place.orders()
    assert len(order.jobs) == 2
    place.book.upkeep.settle(("pc-dust", ""), "done", "Budi", at=place.clock.wall())
    assert place.book.ticket(order.number).status is Status.NEW
    place.book.upkeep.settle(("spare-cables", ""), "skipped", "Budi", at=place.clock.wall())
    closed = place.book.ticket(order.number)
    assert closed.status is Status.CLOSED
    assert {job.task: job.outcome for job in closed.jobs} == {"pc-dust": "done", "spare-cables": "skipped"}


def test_nobody_gets_a_letter_that_work_is_done(place: Place) -> None:
    place.configure(CABLES)
    place.days(10)
    place.book.upkeep.settle(("spare-cables", ""), "done", "Budi", at=place.clock.wall())
    place.book.attend((CAMAT,))
    assert [one.action for one in place.book.notices.of_ticket(place.orders()[0].number)] == ["opened"]


def test_the_next_day_is_counted_from_when_it_was_done(place: Place) -> None:
    place.configure(CABLES)
    place.days(10)
    place.book.upkeep.settle(("spare-cables", ""), "done", "Budi", at=place.clock.wall())
    place.minutes(1)
    [sample] = place.keeper.samples()
    assert 6 * DAY < sample.value - place.clock.wall() <= 9 * DAY


# ---- evidence ----


def test_printing_shows_that_a_card_printer_does_not_stand_idle(place: Place) -> None:
    place.device("kartu", "card-printer")
    place.configure(IDLE)
    for day in range(60):
        place.printed("kartu", 100 + day)
        place.days(1)
    assert place.orders() == []


def test_a_printer_that_prints_again_fulfils_its_order(place: Place) -> None:
    place.device("kartu", "card-printer")
    place.configure(IDLE)
    place.printed("kartu", 100)
    place.days(40)
    [order] = place.orders()
    place.printed("kartu", 101)
    assert place.book.ticket(order.number).status is Status.CLOSED
    assert place.book.upkeep.log()[0].who == "jagaloket"


def test_enough_cards_bring_the_cleaning_forward(place: Place) -> None:
    place.device("kartu", "card-printer")
    place.configure(CARDS)
    place.printed("kartu", 5_000)
    place.until(2026, 11, 26)
    assert place.orders() == []
    place.printed("kartu", 6_000)
    place.minutes(2)
    assert [job.task for job in place.orders()[0].jobs] == ["card-printer-clean"]


def test_use_is_remembered_over_restarts(place: Place) -> None:
    place.device("kartu", "card-printer")
    place.configure(CARDS)
    place.until(2026, 11, 26)
    for start in (1_000, 9_000, 20_000):
        place.printed("kartu", start)
        place.printed("kartu", start + 400)
        place.minutes(12)
        place.book.shut()
        place.start()
    assert place.book.upkeep.records()["card-printer-clean", "kartu"].used == {"cards": 1_200.0}
    place.minutes(1)
    assert len(place.orders()) == 1


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from([0.0, 1.0, 99.0, 1e9, 4_294_967_295.0, -1.0]), max_size=12))
def test_single_wild_answers_of_a_counter_make_nothing_due(
    tmp_path_factory: pytest.TempPathFactory, wild: list[float]
) -> None:
    place = Place(tmp_path_factory.mktemp("wild"), CARDS)
    place.device("kartu", "card-printer")
    place.until(2026, 11, 26)
    for value in wild:
        place.printed("kartu", 5_000)
        place.say("kartu", Sample(metric=PAGES_TOTAL, value=value))
        place.minutes(1)
    assert place.orders() == []
    assert sum(place.book.upkeep.records()["card-printer-clean", "kartu"].used.values()) == 0
    place.book.shut()


def test_a_wild_answer_that_stands_for_an_hour_is_still_one_look(place: Place) -> None:
    place.device("kartu", "card-printer")
    place.configure(CARDS)
    place.printed("kartu", 5_000)
    place.say("kartu", Sample(metric=PAGES_TOTAL, value=1e9))
    place.minutes(60)
    place.printed("kartu", 5_001)
    place.minutes(12)
    assert place.book.upkeep.records()["card-printer-clean", "kartu"].used == {"cards": 1.0}


def test_a_counter_that_goes_back_adds_nothing(place: Place) -> None:
    place.device("kartu", "card-printer")
    place.configure(CARDS)
    for value in (9_000, 9_500, 20, 300):
        place.printed("kartu", value)
    place.minutes(12)
    assert place.book.upkeep.records()["card-printer-clean", "kartu"].used == {"cards": 780.0}


def test_a_service_counter_that_was_reset_shows_that_the_work_was_done(place: Place) -> None:
    place.device("resi", "receipt-printer")
    place.configure(CLEAN)
    for value in (5_000.0, 5_100.0, 0.0):
        place.looks(3, "resi", Sample(metric=LINES, value=value, labels=(clean("service"),)))
    [entry] = place.book.upkeep.log()
    assert (entry.outcome, entry.who, entry.note) == ("done", "jagaloket", "reset")


def test_a_replaced_supply_shows_that_its_work_was_done(place: Place) -> None:
    place.device("laser", "office-printer")
    place.configure(replace(ROLLER, done_by="refill"))
    place.minutes(1)
    place.clock.now += DAY
    place.replaced["laser"] = place.clock.wall()
    place.minutes(3)
    [entry] = place.book.upkeep.log()
    assert (entry.who, entry.note) == ("jagaloket", "refill")


def test_a_device_that_asks_brings_its_task_forward_without_a_second_ticket(place: Place) -> None:
    place.device("laser", "office-printer")
    place.configure(ROLLER)
    place.until(2026, 11, 26)
    place.say("laser", asks="maintenance-due")
    place.minutes(5)
    [sample] = place.keeper.samples()
    assert sample.value <= place.clock.wall()
    assert place.orders() == []
    place.say("laser", success=False)
    place.minutes(1)
    assert place.book.upkeep.log() == ()
    place.say("laser")
    place.minutes(1)
    [entry] = place.book.upkeep.log()
    assert (entry.who, entry.note) == ("jagaloket", "maintenance-due ended")
    [sample] = place.keeper.samples()
    assert sample.value > place.clock.wall() + 80 * DAY


def test_a_device_that_falls_silent_has_not_been_serviced(place: Place) -> None:
    place.device("laser", "office-printer")
    place.configure(ROLLER)
    place.say("laser", asks="maintenance-due")
    place.minutes(2)
    place.say("laser", reachable=False)
    place.minutes(5)
    assert place.book.upkeep.log() == ()


def test_hours_are_counted_while_a_device_is_seen_switched_on(place: Place) -> None:
    place.device("ups", "ups")
    place.configure(Task(id="t", usage={"hours": 10}, roles=("ups",)))
    place.minutes(120)
    place.say("ups", reachable=False)
    place.minutes(60)
    used = place.book.upkeep.records()["t", "ups"].used
    assert 1.8 < used["hours"] < 2.1


def test_a_makers_own_words_go_with_its_devices(place: Place) -> None:
    place.device("jari", "fingerprint")
    place.configure(Task(id="fingerprint-glass", every="1 week", roles=("fingerprint",)))
    place.say("jari", ids="05ba:000a")
    place.days(12)
    assert place.orders()[0].jobs[0].variant == "digitalpersona"


# ---- wrong clocks ----


@pytest.mark.parametrize("year", [1970, 1999, 2024, 2099, 2107])
def test_a_wrong_clock_makes_nothing_due_and_changes_nothing(place: Place, year: int) -> None:
    place.device("laser", "office-printer")
    place.configure(ROLLER, CABLES)
    place.until(2026, 11, 26)
    before = place.book.upkeep.records()
    place.synchronised = False
    place.clock.wall_jump = datetime(year, 6, 2, 3, tzinfo=UTC).timestamp() - place.clock.wall()
    place.days(3)
    assert place.orders() == []
    assert place.book.upkeep.records() == before
    place.clock.wall_jump = 0.0
    place.minutes(2)
    assert place.orders() == []


def test_a_clock_behind_what_was_known_changes_nothing(place: Place) -> None:
    place.configure(CABLES)
    place.minutes(2)
    place.trusted = False
    place.days(20)
    assert place.orders() == []


def test_a_clock_that_leaps_a_year_is_believed_when_a_time_service_keeps_it(place: Place) -> None:
    place.configure(CABLES)
    place.minutes(2)
    place.synchronised, place.clock.wall_jump = False, 365 * DAY
    place.days(0.5)
    assert place.orders() == []
    place.synchronised = True
    place.days(1)
    assert len(place.orders()) == 1


def test_an_office_without_any_time_service_comes_back_after_a_long_closure(place: Place) -> None:
    place.configure(CABLES)
    place.synchronised = False
    place.minutes(2)
    place.clock.wall_jump = 60 * DAY  # the PC was off
    place.days(0.9)
    assert place.orders() == []
    place.days(4)
    assert len(place.orders()) == 1


def test_a_clock_that_goes_back_makes_nothing_due_and_loses_nothing(place: Place) -> None:
    place.configure(CABLES)
    place.days(10)
    place.done(place.orders()[0])
    place.minutes(2)
    place.clock.wall_jump = -5 * DAY
    place.days(4)
    assert len(place.orders()) == 1


def test_what_a_wrong_clock_once_wrote_is_mended(place: Place) -> None:
    place.clock.wall_jump = 4 * 365 * DAY
    place.configure(CABLES)
    place.minutes(2)
    place.clock.wall_jump = 0.0
    place.days(10)
    assert len(place.orders()) == 1


# ---- a plan that changes ----


def test_a_device_that_is_removed_leaves_its_order(place: Place) -> None:
    place.device("laser", "office-printer")
    place.device("laser-2", "office-printer")
    place.configure(ROLLER)
    place.minutes(1)
    place.clock.now += 200 * DAY
    place.days(4)
    del place.devices["laser"]
    place.configure(ROLLER)
    place.minutes(2)
    [order] = place.orders()
    assert {job.device: job.outcome for job in order.jobs} == {"laser": "gone", "laser-2": ""}
    place.devices.clear()
    place.configure(ROLLER)
    place.minutes(2)
    assert place.orders()[0].status is Status.CLOSED


def test_a_renamed_device_keeps_what_is_known_of_it(place: Place) -> None:
    place.device("laser", "office-printer", code="1.3", register="7")
    place.configure(ROLLER)
    place.minutes(1)
    place.book.upkeep.settle(("office-printer-roller", "laser"), "done", "Budi", at=place.clock.wall())
    place.days(20)
    del place.devices["laser"]
    place.device("printer-kk", "office-printer", code="1.3", register="7")
    place.minutes(1)
    record = place.book.upkeep.records()["office-printer-roller", "printer-kk"]
    assert record.known
    assert place.clock.wall() - record.since > 19 * DAY
    assert ("office-printer-roller", "laser") not in place.book.upkeep.records()


def test_a_replaced_device_begins_anew(place: Place) -> None:
    place.device("kartu", "card-printer")
    place.configure(CARDS)
    place.looks(3, "kartu", Sample(metric=PAGES_TOTAL, value=0), serial="A")
    place.looks(15, "kartu", Sample(metric=PAGES_TOTAL, value=900), serial="A")
    assert place.book.upkeep.records()["card-printer-clean", "kartu"].used == {"cards": 900.0}
    place.looks(15, "kartu", Sample(metric=PAGES_TOTAL, value=10), serial="B")
    record = place.book.upkeep.records()["card-printer-clean", "kartu"]
    assert (record.used, record.identity) == ({}, "serial:B")


def test_a_task_that_leaves_the_plan_leaves_its_order(place: Place) -> None:
    place.configure(CABLES, replace(CABLES, id="pc-dust"))
    place.days(10)
    place.configure(CABLES)
    place.minutes(1)
    assert {job.task: job.outcome for job in place.orders()[0].jobs} == {"pc-dust": "gone", "spare-cables": ""}


def test_a_shorter_interval_gathers_what_is_due_now_in_one_order(place: Place) -> None:
    for number in range(30):
        place.device(f"laser-{number}", "office-printer")
    place.configure(replace(ROLLER, every="3 years"))
    place.days(14)
    already = len(place.orders())
    place.configure(replace(ROLLER, every="1 week"))
    place.days(3)
    assert len(place.orders()) - already <= 1


def test_a_store_that_cannot_be_written_is_tried_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.configure(CABLES)
    place.minutes(1)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(place.book.upkeep, "gather", full)
    place.days(10)
    assert place.orders() == []
    monkeypatch.undo()
    place.days(1)
    assert len(place.orders()) == 1


def test_without_configuration_nothing_is_planned(place: Place) -> None:
    mistakes = Mistakes()
    config = parse({"device": {"pc": {"kind": "host"}}}, mistakes)
    place.keeper.take(config, (CAMAT,))
    place.days(400, step=DAY)
    assert place.orders() == []
    assert place.book.upkeep.records() == {}
    assert place.keeper.samples() == ()
