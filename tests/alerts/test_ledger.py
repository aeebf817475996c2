"""The ledger: one transaction per event, numbers that are never given twice, tickets that people work on."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.incident import Action, Status
from alerts.ledger import Ledger
from alerts.work import NOTES_PER_TICKET
from probes.reading import Severity, State
from probes.text import clean
from tests.alerts.make import CAMAT, NOON, TEKNISI, ToldTime, fault, open_ledger, scanner

WIB = timezone(timedelta(hours=7))


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return open_ledger(tmp_path)


def begin(ledger: Ledger, code: str = "not-connected", *, part: str = "", since: float = NOON) -> str:
    return ledger.begin(scanner(), fault(code, part=clean(part)), since=since, addressees=(CAMAT, TEKNISI)).number


def test_the_store_is_for_its_owner_only(ledger: Ledger, tmp_path: Path) -> None:
    begin(ledger)
    folder = tmp_path / "state"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


def test_the_store_is_durable_by_its_own_settings(ledger: Ledger) -> None:
    connection = ledger._store.connection
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert connection.execute("PRAGMA busy_timeout").fetchone()[0] == 5000
    assert connection.execute("PRAGMA foreign_keys").fetchone()[0] == 1


def test_an_incident_makes_a_ticket_and_a_notice_for_each_addressee(ledger: Ledger) -> None:
    ticket = ledger.begin(scanner(), fault(), since=NOON, addressees=(CAMAT, TEKNISI))
    assert ticket.number == "JL-2026-0001"
    assert ticket.status is Status.NEW
    assert ticket.device == scanner()
    assert (ticket.code, ticket.severity, ticket.opened) == ("not-connected", Severity.BLOCKING, NOON)
    (incident,) = ledger.standing()
    assert (incident.device, incident.ticket, incident.started, incident.ended) == (
        "sidik-jari",
        "JL-2026-0001",
        NOON,
        None,
    )
    notices = ledger.notices.of_ticket(ticket.number)
    assert [one.addressee for one in notices] == [CAMAT, TEKNISI]
    assert {one.action for one in notices} == {Action.OPENED}
    assert len({one.message_id for one in notices}) == 2


def test_an_incident_that_stands_already_makes_nothing_new(ledger: Ledger) -> None:
    first = begin(ledger)
    assert begin(ledger, since=NOON + 60) == first
    assert len(ledger.tickets()) == 1
    assert ledger.notices.counts() == {("mail", "new"): 2}


def test_faults_of_several_parts_have_several_tickets(ledger: Ledger) -> None:
    assert begin(ledger, "media-empty", part="tray 1") != begin(ledger, "media-empty", part="tray 2")


def test_the_end_recovers_the_ticket_and_tells_those_who_were_told(ledger: Ledger) -> None:
    number = ledger.begin(scanner(), fault(), since=NOON, addressees=(CAMAT,)).number
    ticket = ledger.end("sidik-jari", "not-connected", "", at=NOON + 600, addressees=(CAMAT, TEKNISI))
    assert ticket is not None
    assert (ticket.status, ticket.recovered) == (Status.RECOVERED, NOON + 600)
    assert [note.text for note in ticket.notes] == ["recovered"]
    opened, recovered = ledger.notices.of_ticket(number)
    assert (recovered.action, recovered.addressee) == (Action.RECOVERED, CAMAT)
    assert recovered.thread_id == opened.message_id
    assert not ledger.standing()


def test_who_could_not_be_told_of_the_start_is_not_told_of_the_end(ledger: Ledger) -> None:
    number = begin(ledger)
    ledger.notices.finish(ledger.notices.of_ticket(number)[0], "dead", error="550")
    ledger.end("sidik-jari", "not-connected", "", at=NOON, addressees=(CAMAT, TEKNISI))
    assert [one.addressee for one in ledger.notices.of_ticket(number)[2:]] == [TEKNISI]


def test_the_end_of_nothing_is_nothing(ledger: Ledger) -> None:
    assert ledger.end("sidik-jari", "not-connected", "", at=NOON, addressees=(CAMAT,)) is None
    assert ledger.notices.counts() == {}


def test_a_fault_that_returns_has_a_new_ticket(ledger: Ledger) -> None:
    first = begin(ledger)
    ledger.end("sidik-jari", "not-connected", "", at=NOON + 1, addressees=())
    assert begin(ledger, since=NOON + 2) != first


def test_closing_a_ticket_leaves_its_incident_standing_and_opens_no_other(ledger: Ledger) -> None:
    number = begin(ledger)
    assert ledger.close(number, "Budi", "tidak diperbaiki").status is Status.CLOSED
    assert begin(ledger) == number
    assert len(ledger.standing()) == 1
    ended = ledger.end("sidik-jari", "not-connected", "", at=NOON + 5, addressees=())
    assert ended is not None
    assert ended.status is Status.CLOSED


def test_the_year_in_a_number_is_the_offices(tmp_path: Path) -> None:
    new_year_wib = 1_798_736_400.0  # 1 January 2027, 00.00 WIB, still 2026 in UTC
    ledger = Ledger.open(tmp_path / "store.db", zone=WIB)
    assert begin(ledger, "a", since=new_year_wib - 1) == "JL-2026-0001"
    assert begin(ledger, "b", since=new_year_wib) == "JL-2027-0001"
    assert begin(ledger, "c", since=new_year_wib - 1) == "JL-2026-0002"


def test_many_writers_get_different_numbers(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    Ledger.open(path).shut()

    def work(name: int) -> list[str]:
        ledger = Ledger.open(path, check=False)
        numbers = [begin(ledger, f"code-{name}-{index}") for index in range(20)]
        ledger.shut()
        return numbers

    with ThreadPoolExecutor(4) as pool:
        numbers = [number for part in pool.map(work, range(4)) for number in part]
    assert sorted(numbers) == [f"JL-2026-{serial:04}" for serial in range(1, 81)]


def test_a_ticket_is_worked_on(ledger: Ledger) -> None:
    number = begin(ledger)
    assert ledger.take(number, "Budi").taken_by == "Budi"
    assert ledger.ticket(number).status is Status.TAKEN
    ledger.note(number, "Budi", "kabel diganti")
    ledger.end("sidik-jari", "not-connected", "", at=NOON + 60, addressees=())
    ledger.close(number, "Budi", "beres")
    assert ledger.reopen(number, "Camat", "masih putus-nyambung").status is Status.OPEN
    texts = [f"{note.author}: {note.text}" for note in ledger.ticket(number).notes]
    assert texts == [
        "Budi: taken",
        "Budi: kabel diganti",
        "jagaloket: recovered",
        "Budi: closed: beres",
        "Camat: reopened: masih putus-nyambung",
    ]


@pytest.mark.parametrize(
    ("state", "act"),
    [("closed", "close"), ("closed", "take"), ("recovered", "take"), ("new", "reopen"), ("taken", "reopen")],
)
def test_an_impossible_step_is_refused_with_a_reason(ledger: Ledger, state: str, act: str) -> None:
    number = begin(ledger)
    if state == "closed":
        ledger.close(number, "Budi")
    elif state == "taken":
        ledger.take(number, "Budi")
    elif state == "recovered":
        ledger.end("sidik-jari", "not-connected", "", at=NOON, addressees=())
    before = ledger.ticket(number)
    with pytest.raises(ValueError, match=number):
        getattr(ledger, act)(number, "Ani")
    assert ledger.ticket(number) == before


@pytest.mark.parametrize("act", ["take", "close", "reopen"])
def test_a_ticket_that_is_not_there_is_named(ledger: Ledger, act: str) -> None:
    with pytest.raises(LookupError, match="JL-2026-0099"):
        getattr(ledger, act)("JL-2026-0099", "Budi")


def test_a_note_needs_text_and_a_person(ledger: Ledger) -> None:
    number = begin(ledger)
    with pytest.raises(ValueError, match="text:"):
        ledger.note(number, "Budi", " \n ")
    with pytest.raises(ValueError, match="who:"):
        ledger.note(number, "\0", "kabel diganti")


def test_notes_are_bounded_and_clean(ledger: Ledger) -> None:
    number = begin(ledger)
    for index in range(NOTES_PER_TICKET + 5):
        ledger.note(number, "Bu\x1bdi", f"catatan {index}\r\nBcc: x" + "y" * 2_100)
    notes = ledger.ticket(number).notes
    assert len(notes) == NOTES_PER_TICKET
    assert notes[0].text.startswith("catatan 5 Bcc: x")
    assert notes[0].author == "Bu?di"
    assert len(notes[0].text.encode()) <= 2_000


def test_the_newest_tickets_come_first_and_no_more_than_asked(ledger: Ledger) -> None:
    numbers = [begin(ledger, f"code-{index}") for index in range(5)]
    ledger.close(numbers[0], "Budi")
    assert [ticket.number for ticket in ledger.tickets(limit=2)] == [numbers[4], numbers[3]]
    assert [ticket.number for ticket in ledger.tickets([Status.CLOSED])] == [numbers[0]]
    assert ledger.tickets([]) == ()
    assert ledger.ticket_counts() == {(Status.NEW, Severity.BLOCKING): 4, (Status.CLOSED, Severity.BLOCKING): 1}


def test_states_are_remembered(ledger: Ledger, tmp_path: Path) -> None:
    ledger.record_state("kamera", State.OK, NOON)
    for index in range(30):
        ledger.record_state("sidik-jari", State.FAILED if index % 2 else State.OK, NOON + index)
    ledger.shut()
    assert open_ledger(tmp_path).last_states() == {
        "kamera": (State.OK, NOON),
        "sidik-jari": (State.FAILED, NOON + 29),
    }


def test_the_age_of_the_oldest_notice_is_told(tmp_path: Path) -> None:
    clock = ToldTime()
    ledger = open_ledger(tmp_path, clock)
    assert ledger.notices.oldest() == {}
    begin(ledger)
    clock.now += 90
    assert ledger.notices.oldest() == {"mail": 90}


def test_totals_survive_a_restart_and_finished_rows_are_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alerts.postbox.KEPT_FINISHED", 6)
    ledger = open_ledger(tmp_path)
    for index in range(20):
        number = begin(ledger, f"code-{index}")
        ledger.end("sidik-jari", f"code-{index}", "", at=NOON, addressees=())
        for one in ledger.notices.of_ticket(number):
            ledger.notices.finish(one, "sent" if one.addressee == CAMAT else "dead")
    ledger.shut()
    again = open_ledger(tmp_path)
    assert again.notices.totals() == {("mail", "sent"): 20, ("mail", "dead"): 20}
    assert sum(again.notices.counts().values()) <= 7


def test_a_newer_store_is_refused_and_left_alone(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    begin(ledger)
    ledger._store.connection.execute("PRAGMA user_version = 99")
    ledger._store.connection.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
    ledger.shut()
    with pytest.raises(ValueError, match="newer version"):
        open_ledger(tmp_path)
    assert not list((tmp_path / "state").glob("*.bad-*"))


def test_a_folder_that_cannot_be_made_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way")
    with pytest.raises(OSError, match="state"):
        open_ledger(tmp_path)


def test_a_write_that_fails_changes_nothing_and_is_an_os_error(ledger: Ledger) -> None:
    begin(ledger)
    ledger._store.connection.execute("PRAGMA max_page_count = 1")

    def fill() -> None:
        for index in range(2_000):
            begin(ledger, f"code-{index}")

    with pytest.raises(OSError, match="the store cannot be used"):
        fill()
    ledger._store.connection.execute("PRAGMA max_page_count = 1073741823")
    tickets, incidents = len(ledger.tickets(limit=10_000)), len(ledger.standing())
    assert tickets == incidents
    assert begin(ledger, "afterwards") == f"JL-2026-{tickets + 1:04}"


HOSTILE = st.text(st.characters(codec=None), max_size=40) | st.sampled_from(
    [
        "x" * 100_000,
        "\ud800",
        "\u202eevil",
        "a\r\nBcc: b@c",
        "\x1b]0;x\x07",
        "'; DROP TABLE ticket; --",
        "{0.__class__}",
    ]
)


@settings(max_examples=60, deadline=None)
@given(text=HOSTILE, who=HOSTILE)
def test_hostile_text_is_stored_clean_and_found_again(
    tmp_path_factory: pytest.TempPathFactory, text: str, who: str
) -> None:
    ledger = open_ledger(tmp_path_factory.mktemp("hostile"))
    trouble = fault(part=text, detail=text)  # type: ignore[arg-type] # what a careless caller would do
    ticket = ledger.begin(scanner(text), trouble, since=NOON, addressees=(CAMAT,))
    assert ledger.begin(scanner(text), trouble, since=NOON, addressees=(CAMAT,)).number == ticket.number
    for value in (ticket.part, ticket.detail, ticket.device.id, ticket.device.label):
        assert value == clean(value, 500)
    if clean(who):
        assert ledger.take(ticket.number, who).taken_by == clean(who)
    assert ledger.end(text, "not-connected", text, at=NOON, addressees=(CAMAT,)) is not None
    ledger.shut()
