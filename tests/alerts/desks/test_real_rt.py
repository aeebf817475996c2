"""A real Request Tracker 5, with a line to it that loses answers: `make test-rt` installs it."""

import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from alerts.deskpoll import DeskPoll
from alerts.incident import DeliveryError, Status
from alerts.tickets.rt import RequestTracker
from tests.alerts.desks.rig import Counter, secret
from tests.alerts.make import NOON, ToldTime
from tests.fakes.desks import server
from tests.fakes.desks.realrt import SERVER, RealRt, Relay
from tests.fakes.desks.server import Trick, instead

pytestmark = [
    pytest.mark.skipif(not SERVER.exists(), reason="Request Tracker 5 is not installed: make test-rt"),
    pytest.mark.slow,
]
MOMENTS = itertools.count(int(NOON), 7)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealRt]:
    with RealRt(tmp_path_factory.mktemp("rt")) as made:
        yield made


@pytest.fixture
def relay(real: RealRt) -> Iterator[Relay]:
    with Relay(real) as made:
        yield made


Open = Callable[..., Counter]


@pytest.fixture
def at(relay: Relay, tmp_path: Path) -> Iterator[Open]:
    """Opens a counter, by what it is called and the desk's options."""
    made: list[Counter] = []

    def opened(place: str = "Loket 1", **options: Any) -> Counter:  # noqa: ANN401 - the desk's options
        folder = tmp_path / place
        folder.mkdir()
        given = {"timeout_seconds": 20.0, "settle_seconds": 120.0, **options}
        desk = RequestTracker(url=relay.url, token_file=secret(folder, relay.real.token), **given)
        made.append(Counter(folder, desk, name="rt", place=place, wall=ToldTime(next(MOMENTS))))
        return made[-1]

    yield opened
    for one in made:
        one.desk.close()
        one.outbox._shut()
        one.book.shut()


@pytest.fixture
def counter(at: Open) -> Counter:
    return at()


def found(real: RealRt, text: str) -> list[dict[str, Any]]:
    """All tickets with this text in their title, in any status."""
    page = real.ask("GET", f"/REST/2.0/tickets?query=Subject%20LIKE%20'{text}'&fields=Subject,Status&per_page=100")
    rows: list[dict[str, Any]] = page["items"]
    return rows


def only(real: RealRt, counter: Counter) -> dict[str, Any]:
    (one,) = found(real, counter.key(counter.book.tickets()[0]))
    ticket: dict[str, Any] = real.ask("GET", f"/REST/2.0/ticket/{one['id']}")
    return ticket


def steps(real: RealRt, ticket: dict[str, Any]) -> list[str]:
    """What our notes below a ticket say, in order."""
    page = real.ask("GET", f"/REST/2.0/ticket/{ticket['id']}/attachments?fields=Content&per_page=100")
    texts = [one["Content"] for one in sorted(page["items"], key=lambda one: int(one["id"]))]
    return [step for text in texts for step in re.findall(r"\[JL-[\w-]+/([a-z]+)", text)]


def test_the_whole_life_of_a_ticket(real: RealRt, counter: Counter) -> None:
    counter.begin()
    counter.drain()
    ticket = only(real, counter)
    assert ticket["Status"] == "new"
    assert ticket["Subject"].startswith("[Loket 1] ")
    counter.wall.now += 3_700
    counter.book.attend(counter.told)
    counter.end()
    counter.drain()
    assert only(real, counter)["Status"] == "resolved"
    counter.begin()
    counter.drain()
    assert only(real, counter)["Status"] == "open"
    assert steps(real, ticket) == ["opened", "escalated", "recovered", "opened"]
    assert counter.states() == ["sent"] * 4


def test_the_rights_that_the_page_names_are_enough_to_pass_the_test(counter: Counter) -> None:
    counter.desk.self_test()


@pytest.mark.parametrize(
    ("option", "value", "words"), [("queue", "Nowhere", "40"), ("queue", "Gen'eral", "40")], ids=["unknown", "quoted"]
)
def test_a_queue_that_is_not_there_is_named(counter: Counter, option: str, value: str, words: str) -> None:
    setattr(counter.desk, option, value)
    with pytest.raises(DeliveryError, match=words):
        counter.desk.self_test()


def test_a_token_that_nobody_knows_is_named(counter: Counter) -> None:
    (counter.folder / "desk.token").write_text("1-14-00000000000000000000000000000000\n")
    with pytest.raises(DeliveryError, match="check the token"):
        counter.desk.self_test()


def test_a_status_that_the_queue_does_not_have_is_noticed(
    relay: Relay, at: Open, caplog: pytest.LogCaptureFixture
) -> None:
    counter = at(solved="selesai")
    counter.begin()
    counter.drain()
    counter.end()
    counter.drain()
    assert "could not be solved; check the rights" in caplog.text
    assert only(relay.real, counter)["Status"] == "new"
    assert steps(relay.real, only(relay.real, counter)) == ["opened", "recovered"]


PLAYS: dict[str, tuple[server.Play, bool]] = {
    "no answer, done": (server.hang_up, True),
    "no answer, not done": (server.hang_up, False),
    "half an answer": (server.cut_short, True),
    "404 after success": (instead(404, {"message": "Not Found"}), True),
    "502 after success": (instead(502, b"<html>Bad gateway</html>", Content_Type="text/html"), True),
    "503, not done": (instead(503, {}), False),
    "empty 200": (instead(200, b""), True),
    "a created ticket that is not there": (instead(201, {"id": "999999"}), False),
    "a redirect": (instead(302, {}, Location="https://elsewhere.example/"), False),
}


CREATE, NOTE, STATUS = range(3)
LATER = ("no answer, done", "no answer, not done", "404 after success")


@pytest.mark.parametrize(
    ("which", "how"), [(CREATE, how) for how in PLAYS] + [(which, how) for which in (NOTE, STATUS) for how in LATER]
)
def test_an_answer_that_is_lost_doubles_nothing(counter: Counter, relay: Relay, which: int, how: str) -> None:
    play, does = PLAYS[how]
    writes = itertools.count()
    relay.tricks = [Trick(play=play, does=does, fits=lambda asked: asked.writes and next(writes) == which)]
    counter.begin()
    counter.drain()
    counter.end()
    counter.drain()
    ticket = only(relay.real, counter)
    assert ticket["Status"] == "resolved"
    assert steps(relay.real, ticket) == ["opened", "recovered"]
    assert counter.states() == ["sent", "sent"]


def test_what_a_person_does_comes_back(real: RealRt, counter: Counter) -> None:
    counter.begin()
    counter.drain()
    poll, number = DeskPoll(counter.channel), only(real, counter)["id"]

    def later() -> Status:
        counter.wall.now += 400
        counter.steps.now += 400
        poll(counter.book, counter.steps.now)
        return counter.book.tickets()[0].status

    assert later() is Status.NEW
    real.ask("PUT", f"/REST/2.0/ticket/{number}", {"Owner": "budi"})
    assert later() is Status.TAKEN
    note = {"Content": "Kabel diganti, sudah dicoba é", "ContentType": "text/plain"}
    real.ask("POST", f"/REST/2.0/ticket/{number}/comment", note)
    later()
    counter.end()
    counter.drain()
    assert only(real, counter)["Status"] != "resolved"  # budi has it, and closes it
    real.ask("PUT", f"/REST/2.0/ticket/{number}", {"Status": "resolved"})
    assert later() is Status.CLOSED
    notes = counter.book.ticket(counter.book.tickets()[0].number).notes
    told = [(one.author, one.text) for one in notes if one.author != "jagaloket"]
    assert told == [
        ("budi (rt)", "taken"),
        ("budi (rt)", "Kabel diganti, sudah dicoba é"),
        ("budi (rt)", "closed"),
    ]


def test_two_counters_share_a_ticket(relay: Relay, at: Open) -> None:
    first, second = at("Loket 1"), at("Loket 3")
    shared = f"12.71.11/internet/internet-down/{next(MOMENTS)}"
    for one in (first, second):
        one.begin("internet-down", device="internet", shared=shared)
        one.drain()
    ticket = only(relay.real, first)
    assert second.notices()[0].remote_id == str(ticket["id"])
    first.end("internet-down", device="internet")
    first.drain()
    assert only(relay.real, first)["Status"] == "new"
    second.end("internet-down", device="internet")
    second.drain()
    assert only(relay.real, first)["Status"] == "resolved"


def test_what_devices_say_breaks_no_query_and_no_text(real: RealRt, counter: Counter) -> None:
    counter.begin(device="x' OR Subject LIKE 'a")
    counter.drain()
    assert counter.states() == ["sent"]
    assert only(real, counter)["Status"] == "new"


def test_a_ticket_that_was_merged_is_followed(real: RealRt, counter: Counter) -> None:
    counter.begin()
    counter.drain()
    mine = only(real, counter)["id"]
    master = real.ask(
        "POST", "/REST/2.0/ticket", {"Queue": "General", "Subject": "Gangguan besar", "ContentType": "text/plain"}
    )["id"]
    answer = real.forward("PUT", f"/REST/2.0/ticket/{mine}", f'{{"MergeInto": {master}}}'.encode(), real.technician)
    assert answer.status == 200
    counter.end()
    counter.drain()
    assert counter.states() == ["sent", "sent"]
