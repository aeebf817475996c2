"""Stock: what is left and for how many working days; figures that the counts do not carry are not told."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.ledger import Ledger
from alerts.office import Office
from alerts.shortage import left
from alerts.stock import Count, Item, detail, level, was_filled, working_days
from alerts.stockbook import KEPT_COUNTS
from alerts.words import words
from probes.text import clean
from tests.alerts.make import NOON, open_ledger

OFFICE = Office(hours={"mon-fri": "07:30-16:00"})
DAY = 86_400.0
BLANGKO = Item(id="blangko", label=clean("Blangko KTP-el"), unit=clean("lembar"), low=20, delivery_days=10)


def series(*amounts: float, step: float = DAY) -> list[Count]:
    """Counts a day apart; the last is now."""
    return [Count(at=NOON - step * (len(amounts) - 1 - index), amount=amount) for index, amount in enumerate(amounts)]


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Ledger]:
    book = open_ledger(tmp_path)
    yield book
    book.shut()


# ---- figures ----


def test_what_nobody_counted_is_unknown_and_not_zero() -> None:
    known = level(BLANGKO, [], OFFICE, NOON)
    assert (known.amount, known.days_left, known.low) == (None, None, False)


def test_days_left_are_working_days() -> None:
    counts = series(*(500 - 10 * day for day in range(15)))  # 14 days, 11 of them working days
    known = level(BLANGKO, counts, OFFICE, NOON)
    assert known.amount == 360
    assert known.days_left == pytest.approx(360 / (140 / 11))


def test_what_came_in_is_no_use() -> None:
    steady = series(*(500 - 10 * day for day in range(15)))
    filled = [*steady[:7], *(Count(at=one.at, amount=one.amount + 1_000) for one in steady[7:])]
    before, after = (level(BLANGKO, counts, OFFICE, NOON).days_left for counts in (steady, filled))
    assert before is not None
    assert after is not None
    assert after > before * 3
    assert was_filled(filled, NOON - 9 * DAY)
    assert not was_filled(filled, NOON - 5 * DAY)
    assert not was_filled(steady, 0)


@pytest.mark.parametrize("amounts", [(500,), (500, 490), (500, 490, 480), (500, 500, 500, 500, 500, 500, 500, 500)])
def test_too_few_uses_tell_no_days(amounts: tuple[float, ...]) -> None:
    assert level(BLANGKO, series(*amounts), OFFICE, NOON).days_left is None


def test_a_single_busy_day_tells_no_days() -> None:
    counts = series(500, 450, 400, 350, step=3600)
    assert level(BLANGKO, counts, OFFICE, NOON).days_left is None


def test_short_of_the_threshold_or_of_the_delivery_is_low() -> None:
    assert level(BLANGKO, series(20), OFFICE, NOON).low
    assert not level(BLANGKO, series(21), OFFICE, NOON).low
    soon = series(*(500 - 30 * day for day in range(15)))
    known = level(BLANGKO, soon, OFFICE, NOON)
    assert known.amount == 80
    assert known.days_left is not None
    assert known.days_left < 10
    assert known.low


def test_closed_days_are_not_counted() -> None:
    shut = Office(hours={"mon-fri": "07:30-16:00"}, days=("-2026-11-24",))
    assert working_days(OFFICE, date(2026, 11, 23), date(2026, 11, 29)) == 5
    assert working_days(shut, date(2026, 11, 23), date(2026, 11, 29)) == 4
    assert working_days(Office(), date(2026, 11, 23), date(2026, 11, 29)) == 5
    assert working_days(OFFICE, date(2026, 11, 29), date(2026, 11, 23)) == 0


@given(st.lists(st.tuples(st.floats(0, 200), st.floats(0, 1e6)), max_size=30), st.floats(0, 1e5))
def test_figures_are_never_nonsense(raw: list[tuple[float, float]], low: float) -> None:
    counts = [Count(at=NOON - days * DAY, amount=amount) for days, amount in sorted(raw, reverse=True)]
    known = level(Item(id="x", low=low), counts, OFFICE, NOON)
    if known.days_left is not None:
        assert known.days_left >= 0
        assert len(counts) > 3
    assert known.low is (known.amount is not None and (known.amount <= low or known.days_left == 0))


def test_counts_from_a_wrong_clock_are_not_used_for_the_pace() -> None:
    counts = [*series(*(500 - 10 * day for day in range(15))), Count(at=NOON + 9_000 * DAY, amount=1.0)]
    known = level(BLANGKO, counts, OFFICE, NOON)
    assert known.amount == 1.0
    assert known.days_left == pytest.approx(1.0 / (140 / 11))


# ---- words ----


def test_a_shortage_is_told_in_working_days() -> None:
    counts = series(*(500 - 30 * day for day in range(15)))
    text = detail(BLANGKO, level(BLANGKO, counts, OFFICE, NOON))
    assert left(words("id"), text) == "Sisa 80 lembar, cukup untuk sekitar 2 hari kerja, pengiriman perlu 10 hari kerja"
    assert left(words("en"), text).startswith("80 lembar left, enough for some 2 working days")


@given(st.text())
def test_a_damaged_detail_is_shown_as_it_is(text: str) -> None:
    assert left(words("id"), text) is not None


# ---- the book ----


def test_counting_using_and_filling_up(book: Ledger) -> None:
    assert book.stock.put("blangko", 100, "Budi", at=NOON) == 100
    assert book.stock.change("blangko", -30, "Siti", "loket 2", at=NOON + 1) == 70
    assert book.stock.change("blangko", 500, "Budi", "kiriman", at=NOON + 2) == 570
    assert book.stock.change("blangko", -1_000, "Budi", at=NOON + 3) == 0
    assert [(one.amount, one.who) for one in book.stock.counts("blangko")] == [
        (100, "Budi"), (70, "Siti"), (570, "Budi"), (0, "Budi"),
    ]  # fmt: skip


def test_what_was_never_counted_cannot_be_used(book: Ledger) -> None:
    with pytest.raises(LookupError, match="stock set blangko"):
        book.stock.change("blangko", -1, "Budi", at=NOON)
    assert not book.stock.take("blangko", 5, at=NOON, since=NOON)
    assert book.stock.counts("blangko") == []


@pytest.mark.parametrize("amount", [float("nan"), float("inf"), 1e12])
def test_a_number_that_cannot_be_in_stock_is_refused(book: Ledger, amount: float) -> None:
    with pytest.raises(ValueError, match="amount"):
        book.stock.put("blangko", amount, "Budi", at=NOON)
    assert book.stock.counts("blangko") == []


def test_what_a_device_takes_in_a_day_is_one_count(book: Ledger) -> None:
    book.stock.put("blangko", 100, "Budi", at=NOON)
    for minute in range(1, 30):
        book.stock.take("blangko", 1, at=NOON + minute, since=NOON - 100)
    book.stock.take("blangko", 1, at=NOON + DAY, since=NOON + DAY / 2)
    assert [one.amount for one in book.stock.counts("blangko")] == [100, 71, 70]


def test_the_book_is_bounded(book: Ledger) -> None:
    for number in range(KEPT_COUNTS + 30):
        book.stock.put("blangko", number, "Budi", at=NOON + number)
    book.stock.put("toner", 1, "Budi", at=NOON)
    assert len(book.stock.counts("blangko")) == KEPT_COUNTS
    assert len(book.stock.counts("toner")) == 1
