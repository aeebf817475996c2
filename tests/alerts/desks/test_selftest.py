"""At the start each desk shows what would make it take tickets and lose them."""

from typing import Any

import pytest

from alerts.incident import DeliveryError
from tests.alerts.desks.rig import HELPDESKS, Counter
from tests.fakes.desks.server import TOKEN, FakeDesk, Trick, instead

helpdesks = pytest.mark.parametrize("name", HELPDESKS, indirect=True)


def trouble(counter: Counter) -> str:
    with pytest.raises(DeliveryError) as caught:
        counter.desk.self_test()
    return str(caught.value)


def test_a_desk_that_is_set_up_rightly_passes(counter: Counter, fake: FakeDesk) -> None:
    counter.desk.self_test()
    assert fake.papers == {}


@helpdesks
def test_a_token_that_nobody_knows_is_named(counter: Counter, fake: FakeDesk) -> None:
    fake.token = "another"
    assert "check the token" in trouble(counter)


@helpdesks
def test_a_search_that_does_not_filter_is_no_search(counter: Counter, fake: FakeDesk) -> None:
    for number in range(250):
        fake.file(f"Ticket {number}")
    counter.desk.self_test()
    fake.filters = False
    if counter.name == "zammad":  # beyond the search it reads the newest tickets itself
        counter.desk.self_test()
        return
    assert "does not filter by title" in trouble(counter)


@helpdesks
def test_nothing_is_sent_before_the_test_is_passed(counter: Counter, fake: FakeDesk) -> None:
    fake.token = "another"
    counter.begin()
    counter.outbox.step()
    assert counter.states() == ["new"]
    assert fake.papers == {}
    fake.token = TOKEN
    counter.drain()
    assert counter.states() == ["sent"]


WRONG: dict[str, list[tuple[str, Any, str]]] = {
    "rt": [("queue", "Nowhere", "404")],
    "redmine": [
        ("project", "nowhere", "404"),
        ("solved_status_id", 1, "none that is closed"),
        ("open_status_id", 5, "none that is open"),
    ],
    "zammad": [("solved", "selesai", "there are: ")],
}


@pytest.mark.parametrize(
    ("name", "option", "value", "words"),
    [(name, *case) for name, cases in WRONG.items() for case in cases],
    indirect=["name"],
)
def test_a_name_that_the_desk_does_not_know_is_named(
    counter: Counter, fake: FakeDesk, option: str, value: object, words: str
) -> None:
    setattr(counter.desk, option, value)
    assert words in trouble(counter)
    assert fake.papers == {}


def test_a_secret_that_went_away_is_named_by_its_file(counter: Counter, fake: FakeDesk) -> None:
    (counter.folder / "desk.token").unlink()
    assert "desk.token cannot be read" in trouble(counter)
    assert fake.asked == []


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"a\x00b", b"a\rX-Evil: 1", "ключ".encode()])
def test_a_secret_that_no_header_can_carry_is_refused(counter: Counter, raw: bytes) -> None:
    (counter.folder / "desk.token").write_bytes(raw)
    words = trouble(counter)
    assert "desk.token" in words
    assert "Evil" not in words


def test_a_refusal_that_never_ends_is_given_up_after_half_a_day(counter: Counter, fake: FakeDesk) -> None:
    fake.tricks = [Trick(play=instead(422, {"error": "no"}), does=False, times=1000)]
    counter.begin()
    counter.drain()
    assert counter.states() == ["dead"]
    assert len([one for one in fake.asked if one.writes]) == 41
