"""What every desk keeps to, however the other side lies: nothing lost, nothing doubled."""

import socket
import threading
from http import HTTPStatus
from typing import Any

import pytest

from tests.alerts.desks.rig import HELPDESKS, Counter
from tests.fakes.desks import server
from tests.fakes.desks.server import Answer, FakeDesk, Trick, instead

helpdesks = pytest.mark.parametrize("name", HELPDESKS, indirect=True)

NONSENSE: dict[str, Any] = {
    "empty": b"",
    "null": None,
    "spaces": b"   ",
    "list": [],
    "text": "ok",
    "number": 7,
    "page": b"<!DOCTYPE html><html><body>Maintenance</body></html>",
    "truncated": b'{"id": 1',
    "deep": b"[" * 200_000,
    "infinite": b'{"id": 1e999, "issue": {"id": 1e999}}',
    "not a number": b'{"id": NaN}',
    "negative": {"id": -1, "issue": {"id": -1}},
    "true": {"id": True, "issue": {"id": True}},
    "long": {"id": int("9" * 400), "issue": {"id": "9" * 400}},
    "a path": {"id": "../../admin", "issue": {"id": "../../admin"}},
    "lines": {"id": "1\r\nX-Evil: 1", "issue": {"id": "1\r\nX-Evil: 1"}},
    "another": {"id": 424_242, "issue": {"id": 424_242}},
    "not utf-8": b"\xff\xfe\x00{",
    "duplicate keys": b'{"id": 1, "id": "x", "issue": {"id": "x"}}',
}


def one_paper(counter: Counter, fake: FakeDesk) -> server.Paper:
    """The only ticket that anybody opened, and it is that of the only work order."""
    ticket = counter.book.tickets()[0]
    papers = fake.bearing(counter.key(ticket))
    assert len(papers) == 1, [one.title for one in fake.papers.values()]
    assert len(fake.papers) == len(counter.book.tickets())
    return papers[0]


def said(paper: server.Paper, what: str) -> int:
    return sum(f"/{what}-" in text for _, _, text in paper.notes)


def test_a_ticket_tells_what_people_need_and_is_remembered(counter: Counter, fake: FakeDesk) -> None:
    ticket = counter.begin()
    counter.drain()
    paper = one_paper(counter, fake)
    assert ticket.number in paper.title
    assert "Loket 1" in paper.title
    assert "Kantor Camat Contoh" in paper.text
    assert counter.states() == ["sent"]
    assert counter.notices()[0].remote_id


@helpdesks
def test_the_fault_ends_and_the_ticket_is_solved_with_a_note(counter: Counter, fake: FakeDesk) -> None:
    counter.begin()
    counter.drain()
    counter.end()
    counter.drain()
    paper = one_paper(counter, fake)
    assert (paper.closed, said(paper, "recovered")) == (True, 1)
    assert counter.states() == ["sent", "sent"]


@helpdesks
def test_a_ticket_that_somebody_took_is_left_for_them_to_close(counter: Counter, fake: FakeDesk) -> None:
    counter.begin()
    counter.drain()
    one_paper(counter, fake).person = "Budi"
    counter.end()
    counter.drain()
    paper = one_paper(counter, fake)
    assert (paper.closed, said(paper, "recovered")) == (False, 1)


@helpdesks
def test_what_must_not_be_solved_by_us_gets_a_note(counter: Counter, fake: FakeDesk) -> None:
    counter.desk.solve = False  # type: ignore[attr-defined] # every helpdesk has it
    counter.begin()
    counter.drain()
    counter.end()
    counter.drain()
    paper = one_paper(counter, fake)
    assert (paper.closed, said(paper, "recovered")) == (False, 1)


@helpdesks
def test_a_status_that_our_user_may_not_set_is_no_end_of_the_world(
    counter: Counter, fake: FakeDesk, caplog: pytest.LogCaptureFixture
) -> None:
    fake.may_close = False
    counter.begin()
    counter.drain()
    counter.end()
    counter.drain()
    assert said(one_paper(counter, fake), "recovered") == 1
    assert counter.states() == ["sent", "sent"]
    assert "could not be solved; check the rights" in caplog.text


@helpdesks
def test_a_fault_that_returns_opens_its_ticket_again(counter: Counter, fake: FakeDesk) -> None:
    for _ in range(2):
        counter.begin()
        counter.drain()
        assert not one_paper(counter, fake).closed
        counter.end()
        counter.drain()
        assert one_paper(counter, fake).closed
    paper = one_paper(counter, fake)
    assert (said(paper, "opened"), said(paper, "recovered")) == (1, 2)
    assert counter.states() == ["sent"] * 4


@helpdesks
def test_what_nobody_takes_up_is_told_again(counter: Counter, fake: FakeDesk) -> None:
    counter.begin()
    counter.drain()
    counter.wall.now += 3_700
    assert counter.book.attend(counter.told)
    counter.drain()
    assert said(one_paper(counter, fake), "escalated") == 1


@helpdesks
def test_a_ticket_that_was_deleted_is_opened_anew_only_while_the_fault_stands(counter: Counter, fake: FakeDesk) -> None:
    ticket = counter.begin()
    counter.drain()
    fake.papers[1].gone = True
    counter.wall.now += 3_700
    counter.book.attend(counter.told)
    counter.drain()
    assert len(fake.bearing(counter.key(ticket))) == 1
    fake.papers[max(fake.papers)].gone = True
    counter.end()
    counter.drain()
    assert fake.bearing(counter.key(ticket)) == []
    assert set(counter.states()) == {"sent"}


@pytest.mark.parametrize("does", [True, False], ids=["done", "not done"])
@pytest.mark.slow
def test_whatever_status_answers_a_create_there_is_one_ticket(counter: Counter, fake: FakeDesk, *, does: bool) -> None:
    codes = [code.value for code in HTTPStatus if code >= 300] + [444, 499, 520, 522, 530, 599, 799, 999]
    for number, code in enumerate(codes):
        device = f"device-{number}"
        fake.tricks = [Trick(play=instead(code, {"error": "no"}), does=does)]
        ticket = counter.begin(device=device)
        counter.drain()
        assert len(fake.bearing(counter.key(ticket))) == 1, code
        assert counter.notices()[-1].state == "sent", code
    assert len(fake.papers) == len(codes)


@pytest.mark.parametrize("code", [HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.MULTI_STATUS])
@pytest.mark.parametrize("does", [True, False], ids=["done", "not done"])
@helpdesks
def test_whatever_nonsense_answers_a_create_there_is_one_ticket(
    counter: Counter, fake: FakeDesk, code: HTTPStatus, *, does: bool
) -> None:
    for number, (what, body) in enumerate(NONSENSE.items()):
        fake.tricks = [Trick(play=instead(code, body), does=does)]
        ticket = counter.begin(device=f"device-{number}")
        counter.drain()
        assert len(fake.bearing(counter.key(ticket))) == 1, what
    assert len(fake.papers) == len(NONSENSE)
    assert set(counter.states()) == {"sent"}


@helpdesks
def test_whatever_nonsense_answers_a_question_nothing_is_doubled(counter: Counter, fake: FakeDesk) -> None:
    for number, (what, body) in enumerate(NONSENSE.items()):
        ticket = counter.begin(device=f"device-{number}")
        counter.drain()
        counter.end(device=f"device-{number}")
        fake.tricks = [Trick(play=instead(200, body), fits=lambda asked: not asked.writes, times=3)]
        counter.drain()
        papers = fake.bearing(counter.key(ticket))
        assert [(said(one, "recovered"), one.closed) for one in papers] == [(1, True)], what
    assert set(counter.states()) == {"sent"}


PLAYS = {
    "no answer": server.hang_up,
    "half an answer": server.cut_short,
    "half JSON": server.half_json,
    "silence": server.mute,
    "drips": server.drips,
    "a flood": server.huge,
}


@pytest.mark.parametrize("play", PLAYS.values(), ids=PLAYS.keys())
@pytest.mark.parametrize(
    ("writes", "does"), [(True, True), (True, False), (False, True)], ids=["write done", "write not done", "read"]
)
def test_a_connection_that_fails_loses_and_doubles_nothing(
    counter: Counter, fake: FakeDesk, play: server.Play, *, does: bool, writes: bool
) -> None:
    if counter.name == "webhook" and play is server.half_json and not does:
        pytest.skip("a receiver that answers 200 has taken it: nobody can look there")
    fake.tricks = [Trick(play=play, does=does, fits=lambda asked: asked.writes is writes)]
    counter.begin()
    counter.drain()
    counter.end()
    fake.tricks = [Trick(play=play, does=does, fits=lambda asked: asked.writes is writes)]
    counter.drain()
    paper = one_paper(counter, fake)
    assert said(paper, "recovered") == 1
    assert paper.closed
    assert counter.states() == ["sent", "sent"]


def test_what_may_have_arrived_rests_before_it_is_looked_up(counter: Counter, fake: FakeDesk) -> None:
    fake.tricks = [Trick(play=server.hang_up)]
    counter.begin()
    wait = counter.outbox.step()
    assert counter.states() == ["uncertain"]
    assert wait is not None
    assert wait == pytest.approx(counter.desk.settle_seconds, abs=1)


def test_a_kill_between_sending_and_writing_down_doubles_nothing(counter: Counter, fake: FakeDesk) -> None:
    counter.begin()
    notice = counter.book.notices.next_due(counter.name, now=counter.steps.now, boot="boot", fresh_first=False)
    assert notice is not None
    counter.book.notices.mark_tried(notice)
    counter.channel.send(notice, counter.book.ticket(notice.ticket))
    counter.restart()
    counter.drain()
    one_paper(counter, fake)
    assert counter.states() == ["sent"]


@helpdesks
def test_an_index_that_lags_doubles_nothing(counter: Counter, fake: FakeDesk) -> None:
    fake.indexed = False
    fake.tricks = [Trick(play=server.hang_up)]
    counter.begin()
    counter.outbox.step()
    fake.indexed = counter.name != "zammad"  # its index may stall: what stands in the database must be enough
    counter.drain()
    one_paper(counter, fake)
    assert counter.states() == ["sent"]


@helpdesks
def test_a_ticket_that_was_closed_before_we_looked_is_found(counter: Counter, fake: FakeDesk) -> None:
    fake.tricks = [Trick(play=server.hang_up)]
    counter.begin()
    counter.outbox.step()
    next(iter(fake.papers.values())).closed = True
    counter.drain()
    one_paper(counter, fake)


@helpdesks
def test_a_page_that_is_missing_for_a_moment_is_no_ticket_that_is_gone(counter: Counter, fake: FakeDesk) -> None:
    counter.begin()
    counter.drain()
    counter.end()
    fake.tricks = [Trick(play=instead(404, {}), fits=lambda asked: not asked.writes)]
    counter.drain()
    paper = one_paper(counter, fake)
    assert (said(paper, "recovered"), paper.closed) == (1, True)


@pytest.mark.parametrize("body", [{"id": 5}, b"", ["Comments added"]], ids=["a number", "nothing", "words"])
@helpdesks
def test_a_note_that_was_accepted_but_is_not_there_is_written_again(
    counter: Counter, fake: FakeDesk, body: object
) -> None:
    counter.begin()
    counter.drain()
    one_paper(counter, fake).person = "Budi"
    counter.end()
    fake.tricks = [Trick(play=instead(200, body), does=False)]
    counter.drain()
    assert said(one_paper(counter, fake), "recovered") == 1
    assert counter.states() == ["sent", "sent"]


def test_too_many_requests_are_waited_out_as_asked(counter: Counter, fake: FakeDesk) -> None:
    fake.tricks = [Trick(play=instead(429, {"error": "slow down"}, Retry_After="1200"), does=False)]
    counter.begin()
    wait = counter.outbox.step()
    assert counter.states() == ["new"]
    assert wait == pytest.approx(1200, abs=1)
    counter.drain()
    one_paper(counter, fake)


@pytest.mark.parametrize("asked", ["-5", "1e9", "99999999999", "soon", "Wed, 21 Oct 2026 07:28:00 GMT", "٣"])
def test_a_silly_retry_after_does_not_stop_the_desk(counter: Counter, fake: FakeDesk, asked: str) -> None:
    try:
        asked.encode("latin-1")
    except UnicodeEncodeError:
        asked = asked.encode().decode("latin-1")
    fake.tricks = [Trick(play=_latin(Answer(429, {}, {"Retry-After": asked})), does=False)]
    counter.begin()
    wait = counter.outbox.step()
    assert wait is not None
    assert wait <= 3_601
    counter.drain()


def _latin(answer: Answer) -> server.Play:
    def play(caller: socket.socket, _answer: Answer, _over: threading.Event) -> None:
        caller.sendall(
            f"HTTP/1.1 {answer.status} x\r\nRetry-After: {answer.headers['Retry-After']}\r\n".encode("latin-1")
        )
        caller.sendall(b"Content-Length: 0\r\n\r\n")

    return play
