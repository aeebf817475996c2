"""Work orders that no fault opened: their letters speak of work, not of faults."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.incident import Action, Job, Notice, Status, TicketType
from alerts.ledger import Ledger
from alerts.lettertext import LetterText, write
from alerts.office import Office
from alerts.plan import Record
from alerts.policy import TicketPolicy
from probes.reading import Actor, Severity
from probes.text import clean
from tests.alerts.make import CAMAT, NOON, TEKNISI, fault, open_ledger, scanner

OFFICE = Office(name=clean("Kantor Camat Medan Timur"), counter=clean("Loket 1"))
GLASS = Job(task="fingerprint-glass", device="jari", label=clean("Sidik jari"), variant="digitalpersona")
OWN = Job(task="gudang", title=clean("Rapikan <gudang>"), step=clean("Pisahkan barang rusak."))


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Ledger]:
    book = open_ledger(tmp_path)
    yield book
    book.shut()


def gather(book: Ledger, *jobs: Job, now: float = NOON) -> str:
    book.upkeep.put({(job.task, job.device): Record(since=NOON - 9) for job in jobs})
    return book.upkeep.gather(
        Actor.COUNTER, jobs, addressees=(CAMAT, TEKNISI), policy=TicketPolicy(), now=now, midnight=NOON - 12 * 3600
    )


def letter(book: Ledger, number: str, *, language: str = "id", others: tuple[Notice, ...] = ()) -> LetterText:
    notice = next(one for one in book.notices.of_ticket(number) if one.addressee == CAMAT)
    known = tuple(book.ticket(one.ticket) for one in others)
    told = replace(notice, addressee=replace(CAMAT, language=language), others=known)
    return write(told, book.ticket(number), OFFICE, now=NOON)


def test_the_letter_lists_the_work_with_the_makers_words(book: Ledger) -> None:
    text = letter(book, gather(book, GLASS, OWN))
    assert text.subject == "[Loket 1] Pemeliharaan berkala sudah waktunya (JL-2026-0001)"
    for words in ("Sidik jari: Bersihkan kaca alat sidik jari", "Jangan memakai alkohol", "Rapikan <gudang>"):
        assert words in text.body
    assert "Rapikan &lt;gudang&gt;" in text.html
    assert "Tidak ada gangguan" in text.body
    assert "menemukan gangguan" not in text.body


def test_the_letter_speaks_english_where_that_is_asked_for(book: Ledger) -> None:
    text = letter(book, gather(book, GLASS), language="en")
    assert "Regular maintenance is due at Loket 1" in text.body
    assert "No alcohol" in text.body


def test_a_digest_counts_work_apart_from_faults(book: Ledger) -> None:
    number = gather(book, GLASS)
    broken = book.begin(scanner(), fault(), since=NOON, addressees=(CAMAT,))
    text = letter(book, number, others=book.notices.of_ticket(broken.number))
    assert "1 gangguan masih berlangsung, 1 pemeliharaan" in text.subject
    assert "Bersihkan kaca alat sidik jari" in text.body


def test_later_work_joins_the_open_order_without_a_letter(book: Ledger) -> None:
    number = gather(book, GLASS)
    assert gather(book, OWN, now=NOON + 3 * 86_400) == number
    assert [one.action for one in book.notices.of_ticket(number)] == [Action.OPENED, Action.OPENED]  # one for each
    assert [job.task for job in book.ticket(number).jobs] == ["fingerprint-glass", "gudang"]


def test_after_a_week_new_work_gets_an_order_of_its_own(book: Ledger) -> None:
    number = gather(book, GLASS)
    assert gather(book, OWN, now=NOON + 8 * 86_400) != number


def test_one_order_a_day_is_enough(book: Ledger) -> None:
    number = gather(book, GLASS)
    book.close(number, "Budi")
    assert gather(book, OWN, now=NOON + 60) == ""


def test_an_order_is_no_incident_and_no_failure(book: Ledger) -> None:
    ticket = book.ticket(gather(book, GLASS))
    assert ticket.type is TicketType.MAINTENANCE
    assert ticket.severity is Severity.NOTICE
    assert (book.standing(), book.ticket_counts()) == ((), {})


def test_what_a_device_asks_for_is_maintenance_and_what_breaks_is_a_fault(book: Ledger) -> None:
    asked = book.begin(scanner(), fault("maintenance-due"), since=NOON, addressees=())
    broken = book.begin(scanner(), fault(), since=NOON, addressees=())
    assert (asked.type, broken.type) == (TicketType.MAINTENANCE, TicketType.FAULT)


def test_a_reopened_order_can_be_closed_again(book: Ledger) -> None:
    number = gather(book, GLASS)
    book.upkeep.settle(("fingerprint-glass", "jari"), "done", "Budi", at=NOON)
    assert book.reopen(number, "Budi").status is Status.OPEN
    assert book.close(number, "Budi").status is Status.CLOSED


def test_work_that_was_done_before_it_was_planned_counts(book: Ledger) -> None:
    book.upkeep.settle(("pc-dust", "pc"), "done", "Budi", at=NOON)
    record = book.upkeep.records()["pc-dust", "pc"]
    assert (record.since, record.known) == (NOON, True)
    assert book.upkeep.log()[0].who == "Budi"


def test_what_somebody_notes_in_the_meantime_is_not_written_over(book: Ledger) -> None:
    gather(book, GLASS)
    before = book.upkeep.records()
    key = ("fingerprint-glass", "jari")
    book.upkeep.settle(key, "done", "Budi", at=NOON + 5)
    book.upkeep.update(before, {key: replace(before[key], used={"pages": 5.0})})
    record = book.upkeep.records()[key]
    assert (record.since, record.known, record.used) == (NOON + 5, True, {})
    book.upkeep.update({key: record}, {key: replace(record, used={"pages": 5.0})})
    assert book.upkeep.records()[key].used == {"pages": 5.0}


def test_a_device_that_asks_for_maintenance_is_not_called_broken(book: Ledger) -> None:
    asked = book.begin(scanner(), fault("maintenance-due"), since=NOON, addressees=(CAMAT,))
    opened = letter(book, asked.number)
    assert "Sudah waktunya pemeliharaan berkala" in opened.body
    book.end(scanner().id, "maintenance-due", "", at=NOON + 60, addressees=(CAMAT,))
    over = next(one for one in book.notices.of_ticket(asked.number) if one.action is Action.RECOVERED)
    body = write(over, book.ticket(asked.number), OFFICE, now=NOON + 60).body
    assert "sudah dikerjakan" in body
    assert "Lama gangguan" not in body
    assert "menemukan gangguan" not in opened.body
