"""The page of thirty days: what was unknown is shown as unknown, trouble is seen, hostile text is harmless."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.config import Config, Function
from agent.month import MonthPage
from agent.site import Request
from agent.timeline import DAYS, days, strip
from alerts import roster
from alerts.intervals import total, union
from alerts.ledger import Ledger
from alerts.office import Office
from alerts.past import Life
from alerts.plan import Record
from alerts.roster import Member, Roster, Service
from alerts.stock import Item
from alerts.task import Task
from alerts.words import words
from probes.reading import State
from probes.text import clean
from tests.agent.test_board import Reader
from tests.fakes.equipment import Scripted, watched
from tests.fakes.sample import HOSTILE, NOW

KINDS = ("fine", "hindered", "down")
RECT = re.compile(r'<rect class="(\w+)"[^>]* y="([\d.-]+)" width="17" height="([\d.-]+)"')
HOUR, DAY = 3_600.0, 86_400.0
OFFICE = Office(name=clean("Kantor Camat"), counter=clean("Loket 1"), hours={"mon-fri": "08:00-16:00"})
MONTH = days(OFFICE, NOW)
SERVICE = union(*(day.service for day in MONTH))
YESTERDAY = MONTH[-2].service
"""Monday, 23 November 2026."""


class Place:
    """An office with a printer, its ledger, its page."""

    def __init__(self, folder: Path) -> None:
        self.now = NOW
        self.book = Ledger.open(folder / "store.db", clock=lambda: self.now, zone=OFFICE.zone)
        item = watched("printer", Scripted())
        printer = replace(item.device, label=clean("Printer resi"), role="receipt-printer")
        self.config = Config(
            office=OFFICE,
            watched=(replace(item, device=printer),),
            functions=(Function(id="resi", label=clean("Cetak resi"), needs=("printer",)),),
        )
        self.page = MonthPage(config=lambda: self.config, ledger=lambda: self.book, clock=lambda: self.now)

    def watch(self, start: float, end: float, *changes: tuple[float, State]) -> None:
        members = tuple(Member(device=item.device) for item in self.config.watched)
        services = (Service(id="resi", label=clean("Cetak resi"), needs=("printer",)),)
        told = roster.write(Roster(members=members, services=services))
        self.book.chronicle.begin(told, {"printer": State.OK}, at=start, trusted=True)
        for at, state in changes:
            self.book.record_state("printer", state, at)
        self.book.chronicle.extend(end)

    def read(self, language: str = "id") -> Reader:
        self.now += 61
        return Reader(self.html(language))

    def html(self, language: str = "id") -> str:
        return self.page.page(Request(query={"lang": [language]})).body.decode()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    place.book.shut()


# ---- the month ----


def test_the_month_has_thirty_days_and_ends_now() -> None:
    assert len(MONTH) == DAYS
    assert MONTH[-1].service[-1][1] == NOW
    assert [bool(day.service) for day in MONTH[-9:-1]] == [True, True, True, True, True, False, False, True]


def test_without_hours_a_day_is_all_of_it() -> None:
    assert total(days(Office(), NOW)[3].service) == DAY


def test_a_month_in_which_nobody_watched_is_unknown_and_says_so(place: Place) -> None:
    page = place.read()
    assert page.text.count("Belum cukup data") == 2
    assert "good" not in re.findall(r'<rect class="(\w+)"', place.html().split('class="sheet months"')[1])


def test_a_failure_is_told_in_service_hours(place: Place) -> None:
    begins = YESTERDAY[0][0]
    for day in MONTH[8:-1]:
        if day.service and day.service != YESTERDAY:
            place.watch(day.service[0][0] - HOUR, day.service[0][1] + HOUR)
    place.watch(begins - 2 * HOUR, begins + 9 * HOUR, (begins - HOUR, State.FAILED), (begins + 2 * HOUR, State.OK))
    page = place.read()
    assert page.text.count("1 kali tidak berfungsi, seluruhnya 2 jam") == 2
    assert "Senin, 23 Nov: Tidak berfungsi 2 jam, Baik 6 jam" in page.text


def test_every_language_shows_the_page(place: Place) -> None:
    assert "The last 30 days" in place.read("en").text
    assert "Minimum" not in place.read("en").text


def test_the_page_and_the_board_lead_to_each_other(place: Place) -> None:
    assert ("href", "/?lang=id") in place.read().values


def test_the_page_is_made_once_a_minute(place: Place) -> None:
    first = place.html()
    place.watch(NOW - DAY, NOW)
    assert place.html() == first
    place.now += 61
    assert place.html() != first


def test_a_store_that_cannot_be_read_leaves_the_rest_of_the_page(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(place.book.chronicle, "between", broken)
    text = place.read().text
    assert "sedang tidak bisa dibaca" in text
    assert "Pemeliharaan" in text


@given(
    st.lists(
        st.tuples(st.integers(0, 29 * 24), st.integers(1, 200), st.sampled_from(["fine", "hindered", "down"])),
        max_size=12,
    )
)
def test_every_column_is_full_and_none_overflows(raw: list[tuple[int, int, str]]) -> None:
    start = SERVICE[0][0]
    kinds: dict[str, list[tuple[float, float]]] = {kind: [] for kind in KINDS}
    for begins, hours, kind in raw:
        kinds[kind].append((start + begins * HOUR, start + (begins + hours) * HOUR))
    life = Life(watched=SERVICE, **{kind: union(found) for kind, found in kinds.items()})
    drawn = strip(words("id"), MONTH, life)
    for tone, y, height in re.findall(
        r'<rect class="(\w+)" x="\d+" y="([\d.-]+)" width="17" height="([\d.-]+)"', drawn
    ):
        assert 0 <= float(y) <= 28, tone
        assert float(height) >= 0, tone
        assert float(y) + float(height) <= 28.15, tone


# ---- maintenance and stock ----


def test_what_is_due_stands_first_and_the_rest_with_its_day(place: Place) -> None:
    place.config = replace(
        place.config,
        tasks=(
            Task(id="spare-cables", every="1 month"),
            Task(id="receipt-printer-clean", every="1 month", roles=("receipt-printer",)),
        ),
    )
    place.book.upkeep.put({
        ("spare-cables", ""): Record(since=NOW - 5 * DAY, known=True),
        ("receipt-printer-clean", "printer"): Record(since=NOW - 60 * DAY, known=True),
    })  # fmt: skip
    text = place.read().text
    assert text.index("Sudah waktunya") < text.index("Bersihkan printer") < text.index("Senin, 21 Des")
    assert "Periksa kabel dan cadangan" in text


def test_without_a_plan_the_page_says_how_to_get_one(place: Place) -> None:
    assert "[maintenance] shipped = true" in place.read().text


def test_stock_says_what_must_be_ordered(place: Place) -> None:
    place.config = replace(place.config, stock=(Item(id="blangko", unit=clean("lembar"), low=50), Item(id="toner")))
    for day in range(10):
        place.book.stock.put("blangko", 48 - 4 * day, "Budi", at=NOW - (10 - day) * DAY)
    text = place.read().text
    assert "Sisa 12 lembar, cukup untuk sekitar 2 hari kerja" in text
    assert "Perlu dipesan" in text
    assert "Senin, 23 Nov" in text
    assert "belum dihitung" in text


def test_nothing_that_a_device_or_a_person_writes_breaks_the_page(place: Place) -> None:
    for text in HOSTILE:
        device = replace(place.config.watched[0].device, label=clean(text))
        place.config = replace(
            place.config,
            watched=(replace(place.config.watched[0], device=device),),
            functions=(Function(id="resi", label=clean(text), needs=("printer",)),),
            stock=(Item(id="blangko", label=clean(text), unit=clean(text)),),
            tasks=(Task(id="x", title=clean(text), every="1 day"),),
        )
        place.book.stock.put("blangko", 1.0, text, text, at=NOW)
        place.book.upkeep.put({("x", ""): Record(since=NOW)})
        page = place.read()
        assert page.open == []
        assert not {name for _, names in page.elements for name in names if name.startswith("on")}
