"""The month in figures: what is told, what is said to be unknown, and how bad input is borne."""

from collections.abc import Mapping
from datetime import datetime

from alerts.advice import Kind, advice
from alerts.archive import Order
from alerts.blame import by_actor, causes
from alerts.chronicle import Change, Stretch
from alerts.flow import BOTTOM, MARGIN
from alerts.incident import Incident, Status, Ticket
from alerts.intervals import NEVER, total
from alerts.levels import Supply
from alerts.office import Office
from alerts.outages import Outage
from alerts.past import past
from alerts.report import report
from alerts.reportparts import DeviceLine, Report, Source, StockLine
from alerts.reportsettings import ReportSettings
from alerts.reporttext import sheet
from alerts.roster import Member, Roster, Service, write
from alerts.season import Window
from alerts.servicetime import month, planned_work, service_time
from alerts.sheet import Picture
from alerts.sheethtml import render
from alerts.sheetpdf import render as write_pdf
from probes.reading import Actor, Device, Severity, State
from probes.text import clean

OFFICE = Office(name=clean("Kantor"), counter=clean("Loket 1"), hours={"mon-fri": "08:00-16:00"})
START, END = month(OFFICE, "2026-10")
HOUR, DAY = 3_600.0, 86_400.0
MONDAY = datetime(2026, 10, 5, 8, tzinfo=OFFICE.zone).timestamp()
TONER: Supply = (clean("laser"), clean("Toner"), clean("black"), clean("toner"))


def device(name: str, *, label: str = "", role: str = "fingerprint", register: str = "") -> Device:
    asset = {"code": clean("1.3"), "register": clean(register)} if register else {}
    return Device(id=name, kind="usb", label=clean(label or name), role=role, asset=asset)


def watched(*devices: Device, serial: str = "", needs: tuple[str, ...] = ()) -> Roster:
    services = (Service(id="rekam", label=clean("Perekaman"), needs=needs),) if needs else ()
    return Roster(members=tuple(Member(device=one, serial=clean(serial)) for one in devices), services=services)


def stretch(since: float, until: float, roster: Roster, *changes: tuple[str, State, float]) -> Stretch:
    kept = tuple(Change(device=name, state=state, at=at) for name, state, at in changes)
    return Stretch(since=since, until=until, trusted=True, roster=write(roster), changes=kept)


def incident(  # noqa: PLR0913 - a row has as many sides
    number: int,
    name: str,
    code: str,
    started: float,
    ended: float | None,
    *,
    actor: Actor = Actor.COUNTER,
    cause: int | None = None,
    severity: Severity = Severity.BLOCKING,
) -> Incident:
    return Incident(
        id=number, device=name, code=code, part=clean(""), severity=severity, actor=actor, detail=clean(""),
        started=started, ended=ended, ticket=f"JL-2026-{number:04}", cause=cause,
    )  # fmt: skip


def order(number: int, opened: float, taken: float | None, *, status: Status = Status.NEW) -> Order:
    ticket = Ticket(
        number=f"JL-2026-{number:04}", status=status, device=device("iris"), code="not-connected", part=clean(""),
        severity=Severity.BLOCKING, actor=Actor.COUNTER, detail=clean(""), opened=opened,
    )  # fmt: skip
    return Order(ticket=ticket, taken=taken)


def told(  # noqa: PLR0913 - a month has as many sides
    *stretches: Stretch, office: Office = OFFICE, made: float = END + DAY, incidents: tuple[Incident, ...] = (),
    orders: tuple[Order, ...] = (), present: Roster = Roster(), stock: tuple[StockLine, ...] = (),  # noqa: B008 - frozen
    levels: Mapping[Supply, list[tuple[float, float]]] | None = None, outages: tuple[Outage, ...] = (),
) -> Report:  # fmt: skip
    return report(
        Source(
            office=office, start=START, end=END, made=made, past=past(stretches, START, END), present=present,
            levels=levels or {}, used={}, incidents=incidents, orders=orders, stock=stock, outages=outages,
        )
    )  # fmt: skip


def page(one: Report, language: str = "id") -> str:
    return render(sheet(one, ReportSettings(), language))


def only(one: Report) -> DeviceLine:
    (line,) = one.devices
    return line


def whole_days(roster: Roster, state: State = State.OK) -> list[Stretch]:
    return [
        stretch(
            START + day * DAY, START + (day + 1) * DAY, roster, *((one.device.id, state, 0.0) for one in roster.members)
        )
        for day in range(31)
    ]


def test_a_month_without_data_is_unknown_and_said_to_be_so() -> None:
    one = told(present=watched(device("iris"), needs=("iris",)))
    assert (one.watched, only(one).figures.availability, only(one).figures.known) == (0, None, 0)
    assert only(one).figures.unknown == one.service == 22 * 8 * HOUR
    assert [line.figures.availability for line in one.functions] == [None]
    assert "belum cukup data" in page(one)
    assert "Tidak ada data pada bulan ini" in page(one)
    assert [known.kind for known in advice(one)] == [Kind.OBSERVE]


def test_a_month_in_which_nothing_was_configured_can_be_printed() -> None:
    assert "Belum ada perangkat" in page(told())


def test_only_service_time_counts() -> None:
    night = MONDAY + 20 * HOUR
    roster = watched(device("iris"), needs=("iris",))
    one = told(*whole_days(roster), stretch(night, night + HOUR, roster, ("iris", State.FAILED, night)))
    assert only(one).figures.availability == 1.0
    assert one.functions[0].figures.availability == 1.0


def test_a_failure_over_night_is_one_failure() -> None:
    roster = watched(device("iris"))
    evening, morning = MONDAY + 7 * HOUR, MONDAY + 25 * HOUR
    one = told(
        stretch(MONDAY, MONDAY + 9 * HOUR, roster, ("iris", State.OK, MONDAY), ("iris", State.FAILED, evening)),
        stretch(
            MONDAY + DAY, MONDAY + 33 * HOUR, roster, ("iris", State.FAILED, MONDAY + DAY), ("iris", State.OK, morning)
        ),
    )
    (failure,) = only(one).figures.failures
    assert (failure.start, failure.end, failure.seconds, failure.repaired) == (evening, morning, 2 * HOUR, True)


def test_under_three_failures_no_mean_is_told() -> None:
    roster = watched(device("iris"))
    edges = [MONDAY + minute * 60 for minute in (10, 20, 30, 40, 50, 60)]
    states = [State.FAILED, State.OK] * 3
    changes = [("iris", state, at) for state, at in zip(states, edges, strict=True)]
    for count, mean in ((4, None), (6, 600.0)):
        days = whole_days(roster)
        days[4] = stretch(START + 4 * DAY, START + 5 * DAY, roster, ("iris", State.OK, 0.0), *changes[:count])
        figures = only(told(*days)).figures
        assert figures.mttr == mean
        assert (figures.mtbf is None) is (mean is None)


def test_overlapping_incidents_share_the_downtime_without_counting_a_second_twice() -> None:
    down = {"iris": ((MONDAY, MONDAY + HOUR),), "sidik-jari": ((MONDAY, MONDAY + 2 * HOUR),)}
    root = incident(1, "pc", "on-battery", MONDAY, MONDAY + 2 * HOUR, actor=Actor.POWER)
    found = causes(
        down,
        [
            root,
            incident(2, "iris", "not-connected", MONDAY, MONDAY + HOUR, cause=1),
            incident(3, "iris", "no-driver", MONDAY + 600, None, actor=Actor.TECHNICIAN),
            incident(4, "sidik-jari", "slow-connection", MONDAY, None, severity=Severity.DEGRADED),
            incident(5, "sidik-jari", "not-connected", MONDAY + HOUR, None),
        ],
    )
    assert sum(one.seconds for one in found) == sum(map(total, down.values()))
    assert by_actor(found) == {Actor.POWER: HOUR, Actor.COUNTER: 2 * HOUR}
    assert causes({"iris": down["iris"]}, [])[0].actor is None


def test_a_clock_put_back_is_lived_through_once() -> None:
    roster = watched(device("iris"))
    one = told(
        stretch(MONDAY, MONDAY + 4 * HOUR, roster, ("iris", State.FAILED, MONDAY)),
        stretch(MONDAY + HOUR, MONDAY + 5 * HOUR, roster, ("iris", State.OK, MONDAY + HOUR)),
    )
    assert (only(one).figures.down, only(one).figures.fine) == (HOUR, 4 * HOUR)


def test_a_renamed_device_is_one_device() -> None:
    before, after = device("iris", label="Iris"), device("iris-mata", label="Alat iris mata")
    first = stretch(MONDAY, MONDAY + HOUR, watched(before, serial="S1"), ("iris", State.FAILED, MONDAY))
    second = stretch(MONDAY + HOUR, MONDAY + 8 * HOUR, watched(after, serial="S1"), ("iris-mata", State.OK, MONDAY))
    one = told(first, second, incidents=(incident(1, "iris", "not-connected", MONDAY, MONDAY + HOUR),))
    assert only(one).known.ids == ("iris", "iris-mata")
    assert (only(one).figures.down, one.causes[0].code) == (HOUR, "not-connected")
    assert "dahulu Iris" in page(one)


def test_two_devices_that_stand_beside_each_other_stay_two_whatever_they_call_themselves() -> None:
    roster = watched(device("iris"), device("iris-2"), serial="0000")
    assert len(told(stretch(MONDAY, MONDAY + HOUR, roster)).devices) == 2


def test_the_same_asset_numbers_make_one_device_too() -> None:
    first = stretch(MONDAY, MONDAY + HOUR, watched(device("a", register="0001")))
    second = stretch(MONDAY + HOUR, MONDAY + 2 * HOUR, watched(device("b", register="0001")))
    assert only(told(first, second)).known.ids == ("a", "b")


def test_a_replaced_device_is_named_with_both_serial_numbers() -> None:
    first = stretch(MONDAY, MONDAY + HOUR, watched(device("iris"), serial="S1"))
    second = stretch(MONDAY + HOUR, MONDAY + 2 * HOUR, watched(device("iris"), serial="S2"))
    assert "S1 menjadi S2" in page(told(first, second))


def test_a_device_that_came_in_mid_month_owes_nothing_before() -> None:
    first = stretch(START, MONDAY, watched(device("iris")))
    second = stretch(MONDAY, END, watched(device("iris"), device("kamera")), ("kamera", State.OK, MONDAY))
    one = told(first, second)
    lines = {line.known.member.device.id: line for line in one.devices}
    assert lines["iris"].figures.service == one.service
    assert lines["kamera"].figures.unknown == 0
    assert "dipantau sejak 5 Oktober 2026" in page(one)


def test_functions_follow_the_configuration_of_their_time() -> None:
    iris, pad = device("iris"), device("pad")
    first = stretch(MONDAY, MONDAY + HOUR, watched(iris, pad, needs=("iris", "pad")), ("pad", State.FAILED, 0.0))
    second = stretch(MONDAY + HOUR, MONDAY + 2 * HOUR, watched(iris, pad, needs=("iris",)), ("iris", State.OK, 0.0))
    figures = told(first, second).functions[0].figures
    assert (figures.down, figures.fine) == (HOUR, HOUR)


def test_planned_work_is_no_downtime() -> None:
    window = Window(first="2026-10-05 08:00", last="2026-10-05 10:00", devices=("iris",))
    office = Office(hours=OFFICE.hours, window=(window,))
    one = told(stretch(MONDAY, MONDAY + 8 * HOUR, watched(device("iris")), ("iris", State.FAILED, 0.0)), office=office)
    assert (one.planned, only(one).figures.down) == (2 * HOUR, 6 * HOUR)
    assert planned_work(office, "kamera", START, END) == NEVER


def test_a_window_that_comes_back_every_week_is_known() -> None:
    office = Office(hours=OFFICE.hours, window=(Window(hours={"mon": "08:00-09:00"}),))
    assert total(planned_work(office, "iris", START, END)) == 4 * HOUR


def test_without_hours_every_moment_is_service_time() -> None:
    assert service_time(Office(), START, END) == ((START, END),)
    assert "sepanjang hari" in page(told(office=Office(), present=watched(device("iris"))))


def test_a_month_under_way_ends_now() -> None:
    one = told(*whole_days(watched(device("iris"))), made=MONDAY + HOUR)
    assert (one.end, one.whole) == (MONDAY + HOUR, False)
    assert "Bulan belum selesai" in page(one)
    assert len(one.days) == 5


def test_time_to_acknowledge_is_service_time_and_needs_three() -> None:
    night = MONDAY + 9 * HOUR
    orders = (order(1, MONDAY, MONDAY + 600), order(2, night, MONDAY + DAY + 1_200), order(3, MONDAY, None))
    assert told(orders=orders).work.mtta is None
    work = told(orders=(*orders, order(4, MONDAY, MONDAY + 1_200))).work
    assert (work.mtta, work.untaken, work.opened, len(work.left)) == (1_000, 1, 4, 4)


def test_supplies_used_and_bought_are_told_apart() -> None:
    levels = [(START - DAY, 0.30), (START + DAY, 0.10), (START + 2 * DAY, 1.0), (START + 9 * DAY, 0.85)]
    one = told(present=watched(device("laser")), levels={TONER: levels})
    (used,) = one.spent
    assert (round(used.used, 2), used.replaced, used.left, used.runs_out) == (0.35, 1, 0.85, False)
    assert told(present=watched(device("laser")), levels={TONER: levels[:2]}).spent[0].runs_out


def test_low_stock_is_to_be_ordered() -> None:
    one = told(present=watched(device("iris")), stock=(StockLine(item=clean("Blangko"), left=12, is_low=True),))
    assert advice(one)[0].kind is Kind.RESTOCK
    assert "Pesan Blangko" in page(one)


def test_a_device_that_fails_often_by_itself_is_to_be_repaired() -> None:
    roster = watched(device("iris"))
    lost = stretch(MONDAY, MONDAY + 32 * HOUR, roster, ("iris", State.FAILED, 0.0))
    for actor, kinds in ((Actor.TECHNICIAN, [Kind.REPAIR]), (Actor.PROVIDER, [Kind.CLAIM])):
        known = incident(1, "iris", "no-driver", MONDAY, None, actor=actor)
        days = whole_days(roster)
        assert [one.kind for one in advice(told(*days, lost, incidents=(known,)))] == kinds


def test_a_device_cannot_put_tags_into_the_page() -> None:
    roster = watched(device("iris", label="<script>alert(1)</script>"))
    text = page(told(stretch(MONDAY, MONDAY + HOUR, roster, ("iris", State.FAILED, 0.0))), "en")
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "http://" not in text.replace('xmlns="http://www.w3.org/2000/svg"', "")


def test_a_hundred_devices_fit_on_pages() -> None:
    one = told(present=watched(*(device(f"iris-{number}", label="W" * 60) for number in range(100))))
    made = sheet(one, ReportSettings(), "id")
    pictures = [block for block in made.blocks if isinstance(block, Picture)]
    assert len(pictures) == 4
    assert all(picture.height < BOTTOM - MARGIN for picture in pictures)
    assert 5 <= write_pdf(made, made=END).count(b"/Type /Page ") <= 20
