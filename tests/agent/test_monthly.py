"""The monthly report is mailed once, on the first working day, and nothing loses or doubles it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from agent.config import Config
from agent.monthly import AGAIN_SECONDS, MonthlyReport, is_due
from alerts.incident import DeliveryError, Notice, TicketType
from alerts.ledger import Ledger
from alerts.letter import MailSettings, MailTo
from alerts.office import Office
from alerts.reportmail import CHANNEL, ReportMail, readers
from alerts.reportsettings import ReportSettings
from tests.fakes.clock import VirtualClock
from tests.fakes.months import OFFICE, SETTINGS, Months
from tests.fakes.smtp import FakeSmtp

HOUR = 3_600.0


def moment(month: int, day: int, hour: int) -> float:
    return datetime(2026, month, day, hour, tzinfo=OFFICE.zone).timestamp()


class Counter:
    """An office that watched in October and asks for its reports; the clock is told."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock, self.told, self.trusted = folder, VirtualClock(), 0, True
        self.months = Months(folder, count=2)
        self.months.play(datetime(2026, 10, 1, tzinfo=OFFICE.zone), 20)
        to = (MailTo(address="camat@example.go.id"), MailTo(address="teknisi@example.go.id", language="en"))
        mail = MailSettings(server="127.0.0.1", sender="jagaloket@example.go.id", to=to, security="none")
        report = replace(SETTINGS, mail=True)
        self.config = Config(office=OFFICE, watched=self.months.config.watched, mail=mail, report=report)
        self.restart()

    def restart(self) -> None:
        self.duty = MonthlyReport(
            lambda: self.config,
            lambda: Ledger.open(self.months.path, clock=self.clock.wall, zone=OFFICE.zone),
            self.folder / "reports",
            self.clock,
            self._told,
            lambda: self.trusted,
            lambda work: work(),
        )

    def at(self, month: int, day: int, hour: int = 9) -> list[str]:
        """Whom the outbox holds a report for after the duty was done at that time."""
        self.clock.wall_jump += moment(month, day, hour) - self.clock.wall()
        self.duty.keep()
        return [f"{one.addressee.address} {one.addressee.language}" for one in self.notices()]

    def notices(self) -> tuple[Notice, ...]:
        book = self.months.book
        found = (one for ticket in book.tickets() for one in book.notices.of_ticket(ticket.number))
        return tuple(one for one in found if one.addressee.channel == CHANNEL)

    def _told(self) -> None:
        self.told += 1


@pytest.fixture
def counter(tmp_path: Path) -> Counter:
    return Counter(tmp_path)


@pytest.fixture
def server() -> Iterator[FakeSmtp]:
    with FakeSmtp() as fake:
        yield fake


BOTH = ["camat@example.go.id id", "teknisi@example.go.id en"]


def test_it_goes_on_the_first_working_day_when_the_office_is_open(counter: Counter) -> None:
    assert counter.at(11, 1) == []  # a Sunday
    assert counter.at(11, 2, 6) == []
    assert counter.at(11, 2, 8) == BOTH
    assert counter.told == 1


def test_it_goes_once_whatever_is_restarted(counter: Counter) -> None:
    for _ in range(3):
        assert counter.at(11, 2) == BOTH
        counter.restart()
    assert counter.at(11, 3) == BOTH
    assert counter.told == 1


def test_two_that_post_the_same_month_at_once_make_one_report(counter: Counter) -> None:
    to = readers(counter.config.mail, "id") if counter.config.mail is not None else ()
    assert [counter.months.book.monthly.post("2026-10", "Laporan", to) for _ in range(2)] == [True, False]
    assert len(counter.notices()) == 2


def test_a_pc_that_was_off_on_that_day_sends_it_later(counter: Counter) -> None:
    assert counter.at(11, 5) == BOTH


def test_who_asks_late_in_a_month_gets_the_next_one(counter: Counter) -> None:
    assert counter.at(11, 20) == []
    assert counter.months.book.monthly.last() == "2026-10"


def test_a_month_in_which_nobody_watched_is_not_mailed(counter: Counter) -> None:
    assert counter.at(10, 2) == []
    assert counter.months.book.monthly.last() == "2026-09"
    assert counter.at(11, 2) == BOTH


def test_nobody_is_mailed_who_did_not_ask(counter: Counter) -> None:
    counter.config = replace(counter.config, report=ReportSettings())
    assert counter.at(11, 2) == []
    counter.config = replace(counter.config, report=ReportSettings(mail=True), mail=None)
    assert counter.at(11, 2) == []


def test_a_clock_that_cannot_be_trusted_starts_nothing(counter: Counter) -> None:
    counter.trusted = False
    assert counter.at(11, 2) == []


def test_a_full_disk_is_tried_again_in_an_hour(counter: Counter) -> None:
    (counter.folder / "reports").write_text("in the way")
    assert counter.at(11, 2, 8) == []
    (counter.folder / "reports").unlink()
    assert counter.at(11, 2, 9) == []
    counter.clock.now += AGAIN_SECONDS
    assert counter.at(11, 2, 10) == BOTH


def test_its_ticket_is_no_fault_and_closed(counter: Counter) -> None:
    before = counter.months.book.ticket_counts()
    counter.at(11, 2)
    ticket = counter.months.book.tickets()[0]
    assert (ticket.type, ticket.status, ticket.number[:7]) == (TicketType.REPORT, "closed", "JL-2026")
    assert counter.months.book.ticket_counts() == before


def test_the_letter_carries_the_pdf(counter: Counter, server: FakeSmtp) -> None:
    counter.at(11, 2)
    assert counter.config.mail is not None
    channel = ReportMail(replace(counter.config.mail, port=server.port), OFFICE, counter.folder / "reports")
    for notice in counter.notices():
        channel.send(notice, counter.months.book.ticket(notice.ticket))
    letters = [one.message for one in server.arrived]
    assert [str(one["Subject"]).partition(":")[0] for one in letters] == [
        "[JagaLoket] Laporan Oktober 2026",
        "[JagaLoket] Report for October 2026",
    ]
    for letter in letters:
        (file,) = letter.iter_attachments()
        content = file.get_content()
        assert file.get_content_type() == "application/pdf"
        assert content.startswith(b"%PDF")
    assert "laporan-2026-10.pdf" in server.arrived[0].raw.decode()


def test_a_report_that_was_removed_is_given_up_with_a_remedy(counter: Counter) -> None:
    counter.at(11, 2)
    for file in (counter.folder / "reports").iterdir():
        file.unlink()
    assert counter.config.mail is not None
    notice = counter.notices()[0]
    channel = ReportMail(counter.config.mail, OFFICE, counter.folder / "reports")
    with pytest.raises(DeliveryError, match="jagaloket report --month 2026-10") as caught:
        channel.send(notice, counter.months.book.ticket(notice.ticket))
    assert caught.value.permanent


def test_without_hours_it_goes_on_a_weekday_morning() -> None:
    assert [is_due(Office(), moment(11, day, hour)) for day, hour in ((1, 9), (2, 7), (2, 8))] == [False, False, True]
