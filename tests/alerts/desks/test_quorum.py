"""Counters that see the same fault share one ticket at the desk they share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts import quorum
from tests.alerts.desks.rig import FAKES, HELPDESKS, Counter, secret
from tests.fakes.desks.server import TOKEN, FakeDesk, Paper

pytestmark = pytest.mark.parametrize("name", HELPDESKS, indirect=True)
SHARED = "12.71.11/VNB3K12345/media-jam/"


@pytest.fixture
def counters(name: str, fake: FakeDesk, tmp_path: Path) -> Iterator[list[Counter]]:
    made = []
    for number in (1, 3, 4):
        folder = tmp_path / f"pc-{number}"
        folder.mkdir()
        desk = FAKES[name][1](fake.url, secret(folder, TOKEN))
        made.append(Counter(folder, desk, name=name, place=f"Loket {number}"))
    yield made
    for one in made:
        one.desk.close()
        one.book.shut()


def seen(counter: Counter) -> None:
    counter.begin("media-jam", device="printer", shared=SHARED)
    counter.drain()


def over(counter: Counter) -> None:
    counter.end("media-jam", device="printer")
    counter.drain()


def only(fake: FakeDesk) -> Paper:
    assert len(fake.papers) == 1
    return next(iter(fake.papers.values()))


def texts(paper: Paper) -> str:
    return "\n".join(text for _, _, text in paper.notes)


def test_what_several_counters_see_is_one_ticket(counters: list[Counter], fake: FakeDesk) -> None:
    for one in counters:
        seen(one)
    paper = only(fake)
    assert "Loket 1" in paper.title
    assert "juga terlihat dari Loket 3" in texts(paper)
    assert "juga terlihat dari Loket 4" in texts(paper)
    assert {one.notices()[0].remote_id for one in counters} == {str(paper.id)}


def test_only_the_last_that_is_well_again_solves_it(counters: list[Counter], fake: FakeDesk) -> None:
    for one in counters:
        seen(one)
    over(counters[0])
    assert not only(fake).closed
    assert "Loket 1, Kantor Camat Contoh sudah normal kembali" in texts(only(fake))
    over(counters[2])
    assert not only(fake).closed
    over(counters[1])
    assert only(fake).closed


def test_a_counter_that_sees_it_again_counts_again(counters: list[Counter], fake: FakeDesk) -> None:
    first, second, _ = counters
    seen(first)
    seen(second)
    over(first)
    seen(first)
    over(second)
    assert not only(fake).closed
    over(first)
    assert only(fake).closed


def test_the_next_fault_of_the_same_thing_is_a_new_ticket(counters: list[Counter], fake: FakeDesk) -> None:
    first, second, _ = counters
    seen(first)
    over(first)
    seen(second)
    assert [one.closed for one in fake.papers.values()] == [True, False]


def test_a_counter_whose_ticket_returns_joins_the_one_that_is_open(counters: list[Counter], fake: FakeDesk) -> None:
    first, second, _ = counters
    seen(first)
    over(first)
    seen(second)
    seen(first)
    assert [one.closed for one in fake.papers.values()] == [True, False]
    assert "juga terlihat dari Loket 1" in texts(fake.papers[max(fake.papers)])
    over(second)
    assert not fake.papers[max(fake.papers)].closed
    over(first)
    assert fake.papers[max(fake.papers)].closed


def test_of_two_that_are_opened_at_the_same_moment_the_elder_stays(counters: list[Counter], fake: FakeDesk) -> None:
    first, second, _ = counters
    real = second.desk._search  # type: ignore[attr-defined] # every helpdesk has it
    calls: list[str] = []

    def too_early(key: str) -> list[str]:
        """Until the second has opened its own, it does not see the first one's."""
        calls.append(key)
        return real(key) if fake.papers.keys() - {1} else []

    second.desk._search = too_early  # type: ignore[attr-defined] # as above
    seen(first)
    seen(second)
    elder, younger = sorted(fake.papers.values(), key=lambda one: one.id)
    assert (elder.closed, younger.closed) == (False, True)
    assert f"ditangani di tiket {elder.id}" in texts(younger) or f"di tiket {elder.id}" in texts(younger)
    assert second.notices()[0].remote_id == str(elder.id)
    over(first)
    assert not elder.closed
    over(second)
    assert elder.closed
    assert second.key(second.book.tickets()[0]) in calls


def test_counters_of_another_office_have_their_own(counters: list[Counter], fake: FakeDesk) -> None:
    first, second, _ = counters
    seen(first)
    second.begin("media-jam", device="printer", shared=SHARED.replace("12.71.11", "12.71.12"))
    second.drain()
    assert len(fake.papers) == 2


def test_what_nobody_can_share_has_no_second_key(counters: list[Counter], fake: FakeDesk) -> None:
    counters[0].begin()
    counters[0].drain()
    assert "JLS-" not in only(fake).title


def test_keys_tell_counters_and_episodes_apart(counters: list[Counter]) -> None:
    first, second, _ = counters
    mine, theirs = first.begin(shared=SHARED), second.begin(shared=SHARED)
    assert first.key(mine) != second.key(theirs)
    assert quorum.shared_key(mine) == quorum.shared_key(theirs)
    assert quorum.others(first.key(mine), f"x [{second.key(theirs)}]", []) == {second.key(theirs)}
