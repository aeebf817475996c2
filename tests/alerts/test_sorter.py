"""Letters that wait: held, sent alone, or told together by one."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from alerts.incident import DRILL, Action, Context, DeliveryError, Notice
from alerts.ledger import Ledger
from alerts.manner import Manner
from alerts.office import Office
from alerts.outbox import Outbox
from alerts.sorter import Pause, Sorter
from probes.reading import Device
from probes.text import clean
from tests.alerts.make import CAMAT, TEKNISI, Pigeon, Steps, ToldTime, fault, open_ledger, scanner

OFFICE = Office(hours={"mon-fri": "07:30-16:00"})


def at(text: str) -> float:
    return datetime.fromisoformat(f"{text}+07:00").timestamp()


class Post:
    """A ledger, its outbox with a sorter, and a channel that keeps what it was given."""

    def __init__(self, folder: Path, moment: str = "2026-11-24T10:00") -> None:
        self.clock = ToldTime(at(moment))
        self.manners: dict[str, Manner] = {}
        self.settling: dict[str, float] = {}
        self.folder = folder
        self.book = open_ledger(folder, self.clock)
        self.pigeon, self.steps = Pigeon(), Steps()
        self.outbox = self.restart()

    def restart(self, office: Office = OFFICE) -> Outbox:
        sorter = Sorter("mail", self.manners, office, self.clock, self.settling)
        self.outbox = Outbox(
            self.open, [self.pigeon], clock=self.steps, boot="b1", random_ratio=lambda: 0.0, sorters={"mail": sorter}
        )
        return self.outbox

    def open(self) -> Ledger:
        return open_ledger(self.folder, self.clock)

    def begin(self, *names: str) -> None:
        for name in names:
            self.book.begin(scanner(name), fault(), since=self.clock.now, addressees=(CAMAT,))

    def end(self, name: str) -> None:
        self.book.end(name, "not-connected", "", at=self.clock.now, addressees=(CAMAT,))

    def told(self) -> list[Notice]:
        """What goes out now."""
        before = len(self.pigeon.sent)
        self.outbox.step()
        return self.pigeon.sent[before:]

    def waits(self) -> int:
        return sum(count for (_, state), count in self.book.notices.counts().items() if state == "new")


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    made = Post(tmp_path)
    yield made
    made.outbox.stop(0)
    made.book.shut()


def test_a_few_tickets_are_letters_of_their_own(post: Post) -> None:
    post.begin("a", "b", "c")
    assert [notice.others for notice in post.told()] == [(), (), ()]


def test_what_may_yet_find_its_cause_waits_a_moment_and_other_faults_do_not(post: Post) -> None:
    post.settling["not-connected"] = 10.0
    post.begin("a")
    post.book.begin(scanner("b"), fault("no-driver"), since=post.clock.now, addressees=(CAMAT,))
    post.clock.now += 1
    (letter,) = post.told()
    assert post.book.ticket(letter.ticket).device.id == "b"
    post.clock.now += 8
    assert post.told() == []
    post.clock.now += 1
    (letter,) = post.told()
    assert post.book.ticket(letter.ticket).device.id == "a"


def test_what_found_its_cause_meanwhile_gets_no_letter_of_its_own(post: Post) -> None:
    post.settling["not-connected"] = 10.0
    post.begin("a")
    assert post.told() == []
    post.clock.now += 5
    power = fault("on-battery")
    post.book.begin(scanner("ups"), power, since=post.clock.now, addressees=(CAMAT,))
    post.book.rehome(scanner("a"), fault(), addressees=(CAMAT,), context=Context(cause=("ups", "on-battery", "")))
    (letter,) = post.told()
    assert post.book.ticket(letter.ticket).code == "on-battery"
    post.clock.now += 60
    assert (post.told(), post.waits()) == ([], 0)


def test_a_desk_is_told_at_any_hour_and_ticket_by_ticket_but_waits_for_causes_too(tmp_path: Path) -> None:
    post = Post(tmp_path, "2026-11-24T22:00")
    post.outbox = Outbox(
        post.open,
        [post.pigeon],
        clock=post.steps,
        boot="b1",
        sorters={"mail": Pause("mail", {"not-connected": 10.0}, post.clock)},
    )
    post.begin(*"abcde")
    post.book.begin(scanner("f"), fault("no-driver"), since=post.clock.now, addressees=(CAMAT,))
    assert [post.book.ticket(one.ticket).device.id for one in post.told()] == ["f"]
    post.clock.now += 10
    assert [post.book.ticket(one.ticket).device.id for one in post.told()] == list("abcde")
    post.outbox.stop(0)
    post.book.shut()


def test_a_clock_that_was_set_back_lets_nothing_settle_for_long(post: Post) -> None:
    post.settling["not-connected"] = 10.0
    post.begin("a")
    post.clock.now -= 3600
    assert len(post.told()) == 1


def test_many_tickets_at_once_are_one_letter_that_names_them_all(post: Post) -> None:
    post.begin("a", "b", "c", "d")
    (letter,) = post.told()
    assert {ticket.device.id for ticket in letter.others} == {"a", "b", "c"}
    assert post.pigeon.tickets[-1].device.id == "d"
    assert post.waits() == 0
    assert post.book.notices.totals() == {("mail", "sent"): 1}


def test_what_came_and_went_unsent_is_one_letter(post: Post) -> None:
    post.begin("a")
    post.end("a")
    (letter,) = post.told()
    assert letter.action is Action.RECOVERED
    assert letter.others == ()
    assert letter.thread_id == ""
    assert post.waits() == 0


def test_after_an_outage_one_letter_tells_it_all(post: Post) -> None:
    post.pigeon.trouble = lambda _: DeliveryError("no route to host")
    for name in "abcdef":
        post.begin(name)
        post.outbox.step()
    post.end("a")
    post.end("b")
    post.pigeon.trouble = lambda _: None
    post.outbox.retry()
    post.outbox._retrying = True
    (letter,) = post.told()
    assert len({letter.ticket, *letter.also}) == 6
    assert post.waits() == 0


def test_what_follows_is_in_the_thread_of_the_letter_that_told_it(post: Post) -> None:
    post.begin("a", "b", "c", "d")
    (letter,) = post.told()
    post.clock.now += 3_600
    post.end("a")
    (over,) = post.told()
    assert over.thread_id == letter.message_id


def test_a_refused_letter_ends_all_that_it_told_and_holds_up_nobody_else(post: Post) -> None:
    def bounce(notice: Notice) -> Exception | None:
        return DeliveryError("550 no such user", permanent=True) if notice.addressee == CAMAT else None

    post.pigeon.trouble = bounce
    for name in "abcd":
        post.book.begin(scanner(name), fault(), since=post.clock.now, addressees=(CAMAT, TEKNISI))
    assert [notice.addressee for notice in post.told()] == [CAMAT, TEKNISI]
    assert post.book.notices.counts() == {("mail", "dead"): 4, ("mail", "sent"): 4}


def test_a_letter_that_may_have_arrived_keeps_what_it_told(post: Post) -> None:
    post.pigeon.trouble = lambda _: DeliveryError("broke after the dot", uncertain=True)
    post.begin("a", "b", "c", "d")
    post.told()
    post.pigeon.trouble = lambda _: None
    post.end("a")
    assert post.told() == [], "what follows waits for the letter that may have arrived"
    post.steps.now += 10_000
    (again, over) = post.told()
    assert len(again.also) == 3
    assert (over.action, over.thread_id) == (Action.RECOVERED, again.message_id)


def test_at_night_letters_wait_and_in_the_morning_one_tells_what_is_wrong(post: Post) -> None:
    post.clock.now = at("2026-11-24T02:00")
    post.begin("a", "b")
    assert post.told() == []
    wait = post.outbox.step()
    assert wait is not None
    assert 0 < wait <= 900
    post.end("b")
    post.clock.now = at("2026-11-24T07:19:59")
    assert post.told() == []
    post.clock.now = at("2026-11-24T07:20")
    (letter,) = post.told()
    assert len(letter.others) == 1


def test_who_wants_letters_at_night_gets_them(post: Post) -> None:
    post.manners[CAMAT.address] = Manner(outside_hours=True)
    post.clock.now = at("2026-11-24T02:00")
    post.begin("a")
    assert len(post.told()) == 1


def test_a_budget_is_kept_and_the_rest_comes_as_one_letter_the_next_day(post: Post) -> None:
    post.manners[CAMAT.address] = Manner(daily_budget=2)
    for name in "abcde":
        post.begin(name)
        post.outbox.step()
    assert len(post.pigeon.sent) == 2
    post.clock.now = at("2026-11-25T07:25")
    (letter,) = post.told()
    assert len(letter.others) == 2


def test_a_digest_is_one_letter_a_day(post: Post) -> None:
    post.manners[CAMAT.address] = Manner(digest="14:00")
    post.begin("a", "b")
    assert post.told() == []
    post.clock.now = at("2026-11-24T14:00")
    assert len(post.told()) == 1


def test_a_clock_that_jumps_back_holds_nothing_for_ever(post: Post) -> None:
    post.clock.now = at("2036-11-24T02:00")
    post.begin("a")
    assert post.told() == []
    post.clock.now = at("2026-11-24T10:00")
    assert len(post.told()) == 1


def test_other_opening_hours_release_what_was_held(post: Post) -> None:
    post.clock.now = at("2026-11-24T17:00")
    post.begin("a")
    assert post.told() == []
    post.outbox.stop(0)
    post.restart(Office(hours={"mon-fri": "07:30-18:00"}))
    assert len(post.told()) == 1


def test_a_carrier_that_is_deleted_frees_what_it_would_have_told(post: Post) -> None:
    post.clock.now = at("2026-11-24T07:15")
    post.begin("a", "b", "c", "d")
    post.told()
    post.clock.now = at("2026-11-24T07:20")
    Sorter("mail", {}, OFFICE, post.clock)(post.book)
    with post.book._store.transaction() as connection:
        connection.execute("DELETE FROM outbox WHERE digest IS NULL")
    (letter,) = post.told()
    assert len(letter.others) == 2


def test_a_drill_is_never_held(post: Post) -> None:
    post.clock.now = at("2026-11-24T02:00")
    post.begin("a")
    post.book.begin(
        Device(id=DRILL, kind=DRILL, label=clean(DRILL)), fault(DRILL), since=post.clock.now, addressees=(CAMAT,)
    )
    (letter,) = post.told()
    assert letter.others == ()


def test_nothing_is_written_while_nothing_changes(post: Post) -> None:
    post.clock.now = at("2026-11-24T02:00")
    post.begin("a", "b")
    post.told()
    before = post.book._store.connection.execute("PRAGMA data_version").fetchone()[0]
    post.told()
    assert post.book._store.connection.execute("PRAGMA data_version").fetchone()[0] == before


def test_a_clock_that_cannot_be_trusted_holds_no_letter_back(post: Post) -> None:
    post.clock.now = at("2026-11-24T02:00")
    post.begin("iris")
    Sorter("mail", {}, OFFICE, post.clock)(post.book)
    assert post.told() == []
    Sorter("mail", {}, OFFICE, post.clock, trusted=lambda: False)(post.book)
    post.outbox = Outbox(post.open, [post.pigeon], clock=post.steps, boot="b1", random_ratio=lambda: 0.0)
    assert len(post.told()) == 1


def test_letters_of_a_time_to_come_do_not_count_as_today_s(post: Post) -> None:
    post.manners[CAMAT.address] = Manner(daily_budget=1, outside_hours=True)
    post.begin("iris")
    assert len(post.told()) == 1
    post.clock.now = at("1970-01-02T10:00")
    post.begin("camera")
    assert len(post.told()) == 1
