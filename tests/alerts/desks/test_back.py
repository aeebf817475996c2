"""What people do at the desk comes back to the local ticket, once, and never as an echo."""

import logging
from dataclasses import replace

import pytest

from alerts.deskpoll import LONGEST_REST_SECONDS, DeskPoll
from alerts.incident import Status, Ticket
from tests.alerts.desks.rig import HELPDESKS, Counter
from tests.fakes.desks.server import Answer, FakeDesk, Paper, Trick, hang_up, instead

pytestmark = pytest.mark.parametrize("name", HELPDESKS, indirect=True)


class Poll:
    """The chore, called as the outbox calls it, until it has looked at everything that is due."""

    def __init__(self, counter: Counter) -> None:
        self.counter, self.chore = counter, DeskPoll(counter.channel)

    def round(self) -> None:
        """A polling period passes."""
        self.counter.wall.now += self.counter.desk.poll_seconds
        self.counter.steps.now += self.counter.desk.poll_seconds
        for _ in range(50):
            wait = self.chore(self.counter.book, self.counter.steps.now)
            if wait is None or wait > 10:
                return
            self.counter.steps.now += wait
            self.counter.wall.now += wait
        msg = "the chore never rests"
        raise AssertionError(msg)


@pytest.fixture
def poll(counter: Counter) -> Poll:
    counter.begin()
    counter.drain()
    made = Poll(counter)
    made.round()
    return made


def ticket(counter: Counter) -> Ticket:
    return counter.book.ticket(counter.book.tickets()[0].number)


def notes(counter: Counter) -> list[tuple[str, str]]:
    return [(one.author, one.text) for one in ticket(counter).notes if one.author != "jagaloket"]


def asked(fake: FakeDesk) -> int:
    """How many questions there were, without those of logging in and out."""
    return len([one for one in fake.asked if not one.path.endswith(("Session", "/token"))])


def paper(fake: FakeDesk) -> Paper:
    return next(iter(fake.papers.values()))


def test_who_takes_it_there_takes_it_here(poll: Poll, counter: Counter, fake: FakeDesk) -> None:
    paper(fake).person = "Budi"
    poll.round()
    poll.round()
    assert ticket(counter).status is Status.TAKEN
    assert notes(counter) == [(f"Budi ({counter.name})", "taken")]


def test_who_closes_it_there_closes_it_here(poll: Poll, counter: Counter, fake: FakeDesk) -> None:
    paper(fake).person, paper(fake).closed = "Budi", True
    poll.round()
    poll.round()
    assert ticket(counter).status is Status.CLOSED
    assert notes(counter) == [(f"Budi ({counter.name})", "closed")]


def test_what_is_opened_again_there_is_open_here(poll: Poll, counter: Counter, fake: FakeDesk) -> None:
    paper(fake).closed = True
    poll.round()
    paper(fake).closed = False
    poll.round()
    assert ticket(counter).status is Status.OPEN


def test_notes_are_copied_once_with_their_author(poll: Poll, counter: Counter, fake: FakeDesk) -> None:
    fake.write_note(paper(fake), "Kabel sudah diganti", "Budi")
    poll.round()
    fake.write_note(paper(fake), "Selesai", "Siti")
    poll.round()
    poll.round()
    assert notes(counter) == [
        (f"Budi ({counter.name})", "Kabel sudah diganti"),
        (f"Siti ({counter.name})", "Selesai"),
    ]


def test_our_own_notes_are_no_echo(poll: Poll, counter: Counter, fake: FakeDesk) -> None:
    counter.wall.now += 3_700
    counter.book.attend(counter.told)
    counter.drain()
    counter.end()
    counter.drain()
    assert len(paper(fake).notes) == 2
    poll.round()
    assert notes(counter) == []
    assert ticket(counter).status is Status.RECOVERED  # that we solved it there is nobody's closing it


def test_a_flood_of_notes_comes_in_portions(poll: Poll, counter: Counter, fake: FakeDesk) -> None:
    for number in range(50):
        fake.write_note(paper(fake), f"catatan {number}", "Budi")
    poll.round()
    assert len(notes(counter)) == 20
    poll.round()
    poll.round()
    assert [text for _, text in notes(counter)] == [f"catatan {number}" for number in range(50)]


def test_hostile_words_are_harmless(poll: Poll, counter: Counter, fake: FakeDesk) -> None:
    fake.write_note(paper(fake), "\x1b[31mred\u202e\n\n<script>" + "x" * 100_000, "Bu\x00di\n")
    paper(fake).person = "B\u202eudi\x07"
    poll.round()
    (who, text), *_ = notes(counter)[::-1]
    assert not {"\x1b", "\u202e", "\n", "\x00"} & set(who + text + ticket(counter).taken_by)
    assert len(text) < 5_000


def test_a_ticket_that_is_gone_is_not_asked_for_again(poll: Poll, counter: Counter, fake: FakeDesk) -> None:
    paper(fake).gone = True
    poll.round()
    before = asked(fake)
    poll.round()
    assert asked(fake) == before
    assert ticket(counter).status is Status.NEW


@pytest.mark.parametrize("times", [1, 2, 100])
def test_a_desk_that_finds_nothing_for_a_while_loses_no_ticket(
    poll: Poll, counter: Counter, fake: FakeDesk, times: int
) -> None:
    fake.tricks = [Trick(play=instead(404, {}), fits=lambda _: True, times=times)]
    poll.round()
    fake.tricks = []
    fake.write_note(paper(fake), "Sudah", "Budi")
    counter.steps.now += LONGEST_REST_SECONDS
    poll.round()
    poll.round()
    assert [text for _, text in notes(counter)] == ["Sudah"]


def test_old_tickets_are_left_alone(poll: Poll, counter: Counter, fake: FakeDesk) -> None:
    counter.end()
    counter.drain()
    counter.wall.now += 8 * 86_400
    before = asked(fake)
    poll.round()
    assert asked(fake) == before


def test_an_outage_is_one_line_in_the_log_and_ever_fewer_questions(
    poll: Poll, counter: Counter, fake: FakeDesk, caplog: pytest.LogCaptureFixture
) -> None:
    fake.tricks = [Trick(play=hang_up, fits=lambda _: True, times=10_000)]
    start, before = counter.steps.now, len(fake.asked)
    while counter.steps.now < start + 86_400:
        wait = poll.chore(counter.book, counter.steps.now)
        assert wait is not None
        assert wait <= LONGEST_REST_SECONDS
        counter.steps.now += wait
        counter.wall.now += wait
    assert len([one for one in caplog.records if one.levelno >= logging.WARNING]) == 1
    assert len(fake.asked) - before < 40
    fake.tricks = []
    fake.write_note(paper(fake), "Sudah", "Budi")
    counter.steps.now += LONGEST_REST_SECONDS
    poll.round()
    assert [text for _, text in notes(counter)] == ["Sudah"]


def test_a_desk_that_asks_for_time_gets_it(poll: Poll, counter: Counter, fake: FakeDesk) -> None:
    fake.tricks = [Trick(play=instead(503, {}, Retry_After="1800"), fits=lambda _: True)]
    counter.wall.now += 400
    counter.steps.now += 400
    assert poll.chore(counter.book, counter.steps.now) == 1800


@pytest.mark.parametrize("body", [[], {}, None, "x", {"id": "evil"}, {"ticket": 5}, {"issue": [1]}])
def test_nonsense_changes_nothing(poll: Poll, counter: Counter, fake: FakeDesk, body: object) -> None:
    fake.tricks = [Trick(play=instead(200, body), fits=lambda _: True, times=20)]
    poll.round()
    assert ticket(counter).status is Status.NEW
    assert notes(counter) == []


def test_many_tickets_are_each_looked_at_once_a_period(poll: Poll, counter: Counter, fake: FakeDesk) -> None:
    for number in range(8):
        counter.begin(device=f"device-{number}")
    counter.drain()
    poll.round()
    before = asked(fake)
    poll.round()
    assert asked(fake) - before <= 9 * 4 + 1  # a ticket, who has it, two kinds of notes; the names of statuses


def test_a_clock_that_jumps_back_does_not_stop_it(poll: Poll, counter: Counter, fake: FakeDesk) -> None:
    counter.wall.now -= 86_400
    fake.write_note(paper(fake), "Sudah", "Budi")
    poll.round()
    assert [text for _, text in notes(counter)] == ["Sudah"]


def test_nothing_is_asked_where_nobody_wants_to_know(counter: Counter, fake: FakeDesk) -> None:
    counter.desk.poll_seconds = 0
    counter.begin()
    counter.drain()
    before = asked(fake)
    assert DeskPoll(counter.channel)(counter.book, counter.steps.now + 1e6) is None
    assert asked(fake) == before


def test_the_answer_of_another_ticket_is_not_believed(poll: Poll, counter: Counter, fake: FakeDesk) -> None:
    if counter.name == "rt":
        pytest.skip("a ticket that was merged answers as the one that it was merged into")
    other = fake.file("Another ticket", "")
    other.closed = True
    answer: Answer | None = None
    number = paper(fake).id
    ends = (f"/{number}", f"/{number}.json")
    for request in [one for one in fake.asked if one.path.endswith(ends) and not one.writes]:
        path = request.path.replace(f"/{number}", f"/{other.id}")
        answer = fake.act(replace(request, path=path))
    assert answer is not None
    fake.tricks = [Trick(play=instead(200, answer.body), fits=lambda one: one.path.endswith(ends))]
    poll.round()
    assert ticket(counter).status is Status.NEW
