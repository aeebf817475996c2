"""What only GLPI does: sessions, escaped markup, 404 for what was done."""

import re
from pathlib import Path

import pytest

from alerts import glpi
from alerts.deskpoll import DeskPoll
from alerts.tickets.glpi11 import Glpi11
from probes.secret import Secret
from tests.alerts.desks.rig import Counter
from tests.fakes.desks.glpi import FakeGlpi
from tests.fakes.desks.glpi11 import FakeGlpi11
from tests.fakes.desks.server import Trick, hang_up

old = pytest.mark.parametrize("name", ["glpi"], indirect=True)
new = pytest.mark.parametrize("name", ["glpi11"], indirect=True)


@old
def test_one_session_serves_a_burst_and_is_closed_after_it(counter: Counter, fake: FakeGlpi) -> None:
    for number in range(5):
        counter.begin(device=f"device-{number}")
    counter.drain()
    assert len(fake.papers) == 5
    assert fake.opened_sessions == 1
    DeskPoll(counter.channel)(counter.book, counter.steps.now)
    assert fake.sessions == set()


@old
def test_a_session_that_the_desk_forgot_is_opened_anew(counter: Counter, fake: FakeGlpi) -> None:
    poll = DeskPoll(counter.channel)
    counter.begin()
    counter.drain()
    fake.sessions.clear()
    counter.begin(device="another")
    for _ in range(5):
        counter.steps.now += counter.outbox.step() or 0
        counter.steps.now += poll(counter.book, counter.steps.now) or 0
    assert len(fake.papers) == 2


@old
def test_a_logout_that_fails_disturbs_nobody(counter: Counter, fake: FakeGlpi) -> None:
    counter.begin()
    counter.drain()
    fake.tricks = [Trick(play=hang_up, fits=lambda asked: asked.path == "/killSession")]
    counter.desk.close()


@new
def test_a_followup_that_answers_404_was_written_once(counter: Counter, fake: FakeGlpi11) -> None:
    counter.begin()
    counter.drain()
    fake.denies_what_it_did = True
    counter.wall.now += 3_700
    counter.book.attend(counter.told)
    counter.drain()
    counter.end()
    counter.drain()
    (paper,) = fake.papers.values()
    steps = [re.findall(r"/(\w+)-\d+\]", text) for _, _, text in paper.notes]
    assert steps == [["escalated"], ["recovered"]]
    assert paper.closed
    assert counter.states() == ["sent"] * 3


@new
def test_an_own_token_serves_many_requests(counter: Counter, fake: FakeGlpi11) -> None:
    for number in range(5):
        counter.begin(device=f"device-{number}")
    counter.drain()
    assert len(fake.bearers) == 1


@pytest.mark.parametrize("url", ["https://glpi.example.go.id/api.php", "https://glpi.example.go.id/apirest.php"])
def test_the_version_must_stand_in_the_address(url: str) -> None:
    nowhere = Secret(Path("/nowhere"))
    with pytest.raises(ValueError, match=r"api\.php/v2\.3"):
        Glpi11(url=url, client_id="x", client_secret_file=nowhere, username="x", password_file=nowhere)


def test_what_a_device_says_is_no_markup() -> None:
    assert glpi.rich('<img src="http://evil/">\nA & B') == '&lt;img src="http://evil/"&gt;<br>A &amp; B'


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("<p>Sudah<br />diganti</p>", "Sudah diganti"),
        ("&#60;p&#62;Sudah &#38;lt;baru&#38;gt;&#60;/p&#62;", "Sudah <baru>"),
        ("&lt;p&gt;A &amp;amp; B&lt;/p&gt;", "A & B"),
        ("plain", "plain"),
        ("<" * 5000, "<" * 3997 + "…"),
        (None, ""),
        ({"a": 1}, ""),
    ],
)
def test_what_people_write_comes_back_as_text(raw: object, text: str) -> None:
    assert glpi.plain(raw) == text


def test_followups_and_solutions_are_one_growing_row() -> None:
    followups = [{"id": 7, "content": "a"}, {"id": 9, "content": "b"}]
    solutions = [{"id": 2, "content": "c"}]
    first = glpi.notes(followups, solutions, 0)
    assert [one.text for one in first] == ["a", "b", "c"]
    later = glpi.notes([*followups, {"id": 12, "content": "d"}], [*solutions, {"id": 3, "content": "e"}], first[-1].id)
    assert [one.text for one in later] == ["d", "e"]
    ids = [one.id for one in (*first, *later)]
    assert ids == sorted(set(ids))
    assert max(ids) < 1 << 63
    assert glpi.notes([{"id": 1 << 40}, {"id": -1}, {"id": "x"}, {}], [], 0) == []
