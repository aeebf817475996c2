"""Stock kept: devices take from it, what runs short has one ticket, and filling up ends it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent.cli import cli
from agent.config import Config, ConfigError
from agent.stock import StockKeeper
from agent.view import DeviceView, Panel
from alerts.incident import Action, Status, Ticket, TicketType
from alerts.ledger import Ledger
from alerts.levels import Supply
from alerts.office import Office
from alerts.stock import Item
from probes.printer import PAGES_TOTAL
from probes.reading import Device, Reading, Sample, Severity, State
from probes.text import clean
from tests.alerts.make import CAMAT
from tests.fakes.clock import VirtualClock

DAY = 86_400.0
BLANGKO = Item(
    id="blangko", label=clean("Blangko KTP-el"), unit=clean("lembar"), low=50, delivery_days=5, takes={"kartu": "cards"}
)
TONER = Item(id="toner", low=1, takes={"laser": "replaced"})
INSIDE = Item(id="ribbon", low=10, device="kartu", supply="YMCKO")


class Store:
    """A store room: one ledger, one keeper."""

    def __init__(self, folder: Path, *items: Item) -> None:
        self.folder, self.clock, self.panel, self.believed = folder, VirtualClock(), Panel(), True
        self.replaced, self.seen, self.told = dict[str, float](), dict[Supply, list[tuple[float, float]]](), 0
        self.items = items
        self.start()

    def start(self) -> None:
        self.book = Ledger.open(self.folder / "store.db", clock=self.clock.wall)
        self.keeper = StockKeeper(
            self.panel, self.book, self.clock, told=self._told, seen=lambda: self.seen,
            replaced=lambda: self.replaced, believed=lambda _: self.believed,
        )  # fmt: skip
        self.configure(*self.items)

    def _told(self) -> None:
        self.told += 1

    def configure(self, *items: Item) -> None:
        self.items = items
        self.keeper.take(Config(office=Office(hours={"mon-fri": "07:30-16:00"}), stock=items), (CAMAT,))

    def minutes(self, count: int = 1) -> None:
        for _ in range(count):
            self.clock.now += 60
            self.keeper.keep()
            self.book.attend((CAMAT,))

    def printed(self, pages: float) -> None:
        for _ in range(3):
            self.panel.put(look(pages))
            self.minutes()

    def count(self, amount: float, item: str = "blangko") -> None:
        self.book.stock.put(item, amount, "Budi", at=self.clock.wall())
        self.minutes()

    def left(self, item: str = "blangko") -> float | None:
        return self.keeper.levels()[item].amount

    def tickets(self) -> list[Ticket]:
        return [self.book.ticket(one.number) for one in reversed(self.book.tickets())]

    def letters(self) -> list[Action]:
        return [one.action for ticket in self.tickets() for one in self.book.notices.of_ticket(ticket.number)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path, BLANGKO)
    yield store
    store.book.shut()


def test_before_the_first_count_there_is_no_ticket_and_no_figure(store: Store) -> None:
    store.minutes(5)
    assert store.tickets() == []
    assert list(store.keeper.samples()) == []


def test_the_metrics_say_how_much_and_whether_it_must_be_ordered(store: Store) -> None:
    store.count(100)
    store.count(40)
    assert {one.metric.name: one.value for one in store.keeper.samples()} == {
        "jagaloket_stock_amount": 40,
        "jagaloket_stock_low": 1,
    }


def test_each_printed_card_takes_one(store: Store) -> None:
    store.count(100)
    store.printed(5_000)
    store.printed(5_007)
    assert store.left() == 93


def test_a_wild_counter_empties_no_store(store: Store) -> None:
    store.count(100)
    for pages in (5_000, 4_294_967_295, 5_000, 5_000, 0, 5_000):
        store.panel.put(look(pages))
        store.minutes()
    store.printed(5_001)
    assert store.left() == 99


def look(pages: float) -> DeviceView:
    reading = Reading(reachable=True, samples=(Sample(metric=PAGES_TOTAL, value=pages),))
    device = Device(id="kartu", kind="printer_usb", label=clean("Kartu"), role="card-printer")
    return DeviceView(device=device, state=State.OK, since=0.0, reading=reading, success=True)


def test_a_replaced_supply_takes_one_from_the_shelf(store: Store) -> None:
    store.configure(TONER)
    store.replaced["laser"] = 10.0  # long ago, before the agent started
    store.count(4, "toner")
    assert store.left("toner") == 4
    store.replaced["laser"] = store.clock.wall()
    store.minutes(3)
    assert store.left("toner") == 3


def test_a_shortage_is_one_ticket_whatever_happens_until_it_is_filled_up(store: Store) -> None:
    for amount in (200, 50, 49, 30, 10, 0, 0):
        store.count(amount)
        store.minutes(3)
    [ticket] = store.tickets()
    assert (ticket.type, ticket.code, ticket.severity) == (TicketType.STOCK, "stock-low", Severity.DEGRADED)
    assert ticket.detail.startswith("amount=0 ")
    assert store.book.standing() == ()
    assert store.letters() == [Action.OPENED]
    store.count(500)
    store.minutes(2)
    assert store.tickets()[0].status is Status.RECOVERED
    assert store.letters() == [Action.OPENED, Action.RECOVERED]
    store.count(40)
    assert len(store.tickets()) == 2


def test_a_ticket_that_somebody_closed_is_not_opened_again_before_it_was_filled_up(store: Store) -> None:
    store.count(40)
    store.book.close(store.tickets()[0].number, "Budi", "sudah dipesan")
    for amount in (30, 20, 10):
        store.count(amount)
    assert len(store.tickets()) == 1
    store.count(500)
    store.count(10)
    assert len(store.tickets()) == 2


def test_a_pace_that_slows_down_ends_no_shortage(store: Store) -> None:
    amount = 400.0
    for _ in range(8):
        store.count(amount := amount - 40)
        store.clock.now += DAY
    assert store.keeper.levels()["blangko"].low
    for _ in range(40):
        store.clock.now += DAY
        store.minutes()
    assert not store.keeper.levels()["blangko"].low
    assert [ticket.status for ticket in store.tickets()] == [Status.NEW]
    store.count(81)
    assert [ticket.status for ticket in store.tickets()] == [Status.RECOVERED]


def test_a_supply_that_a_device_tells_needs_no_counting(store: Store) -> None:
    store.configure(INSIDE)
    key = (clean("kartu"), clean("Ribbon"), clean(""), clean("ymcko"))
    store.seen[key] = [(store.clock.wall(), 0.4)]
    store.minutes()
    assert store.left("ribbon") == 40
    store.seen[key].append((store.clock.wall(), 0.08))
    store.minutes()
    assert len(store.tickets()) == 1
    store.clock.now += 60
    store.seen[key].append((store.clock.wall(), 1.0))
    store.minutes()
    assert store.tickets()[0].status is Status.RECOVERED


def test_what_is_no_longer_kept_has_no_ticket(store: Store) -> None:
    store.count(10)
    store.configure(TONER)
    store.minutes()
    assert store.tickets()[0].status is Status.RECOVERED


def test_a_clock_that_is_not_believed_changes_nothing_and_loses_no_use(store: Store) -> None:
    store.count(100)
    store.printed(5_000)
    store.believed = False
    store.printed(5_060)
    assert store.tickets() == []
    assert [one.amount for one in store.book.stock.counts("blangko")] == [100]
    store.believed = True
    store.minutes()
    assert store.left() == 40
    assert len(store.tickets()) == 1


def test_counts_and_tickets_survive_a_restart(store: Store) -> None:
    store.count(40)
    store.book.shut()
    store.start()
    store.minutes(3)
    assert store.left() == 40
    assert len(store.tickets()) == 1


def test_a_store_that_cannot_be_written_is_tried_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.count(100)
    store.printed(5_000)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.book.stock, "take", full)
    store.printed(5_010)
    monkeypatch.undo()
    store.minutes()
    assert store.left() == 90


# ---- the command line ----

CONFIG = """
[office]
hours = { mon-fri = "07:30-16:00" }
[device.kartu]
kind = "host"
[stock.blangko]
label = "Blangko KTP-el"
unit = "lembar"
low = 50
delivery_days = 10
[stock.ribbon]
device = "kartu"
supply = "YMCKO"
"""


@pytest.fixture
def where(tmp_path: Path) -> Path:
    (tmp_path / "jagaloket.toml").write_text(CONFIG, encoding="utf-8")
    Ledger.open(tmp_path / "store.db").shut()
    return tmp_path


def run(where: Path, *words: str, code: int = 0) -> str:
    result = CliRunner().invoke(cli, ["-c", str(where / "jagaloket.toml"), "--state", str(where), "stock", *words])
    if isinstance(result.exception, ConfigError):
        assert code == 2
        return str(result.exception)
    assert result.exit_code == code, result.output
    return result.output


def test_stock_is_counted_used_and_filled_up_by_hand(where: Path) -> None:
    assert "belum dihitung" in run(where, "list")
    assert run(where, "set", "blangko", "60", "--by", "Budi").strip() == "Blangko KTP-el: 60 lembar"
    assert "58" in run(where, "use", "blangko", "2", "--by", "Siti", "--note", "rusak")
    assert "57" in run(where, "use", "blangko")
    assert "557" in run(where, "add", "blangko", "500")
    assert "Sisa 557 lembar" in run(where, "list")
    book = Ledger.open(where / "store.db")
    assert [(one.who, one.note) for one in book.stock.counts("blangko")][:2] == [("Budi", ""), ("Siti", "rusak")]
    book.shut()


def test_what_runs_short_is_marked(where: Path) -> None:
    run(where, "set", "blangko", "12")
    assert "(perlu dipesan)" in run(where, "list")
    [first, second] = json.loads(run(where, "list", "--json"))
    assert (first["item"], first["amount"], first["low"], first["days_left"]) == ("blangko", 12, True, None)
    assert (second["item"], second["amount"], second["unit"]) == ("ribbon", None, "%")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("set", "bensin", "5"), "there is no 'bensin' in stock"),
        (("use", "blangko"), "was never counted"),
        (("set", "ribbon", "5"), "read from kartu"),
        (("set", "blangko", "nan"), "cannot be counted"),
        (("set", "blangko", "1e99"), "amount: must be"),
    ],
)
def test_a_mistake_says_what_to_do(where: Path, words: tuple[str, ...], says: str) -> None:
    assert says in run(where, *words, code=2)
