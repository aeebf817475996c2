"""The outbox's worker: nothing lost, nothing doubled by our own doing, nothing blocked by one bad row."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from alerts import outbox
from alerts.incident import Action, Addressee, DeliveryError, Notice
from alerts.ledger import Ledger
from alerts.line import (
    LONGEST_REST_SECONDS,
    MOST_A_MINUTE,
    MOST_DEFECTS,
    MOST_INTERRUPTED,
    MOST_RESENDS,
    SETTLE_SECONDS,
)
from alerts.outbox import Outbox, boot_id
from probes.reading import Severity
from tests.alerts.make import CAMAT, NOON, TEKNISI, Pigeon, Steps, fault, open_ledger, scanner

HALF = 0.5


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = open_ledger(tmp_path)
    yield opened
    opened.shut()


class Worker:
    """An outbox that a test moves step by step."""

    def __init__(self, folder: Path, *, boot: str = "boot-1") -> None:
        self.clock, self.pigeon = Steps(), Pigeon()
        self.outbox = Outbox(
            lambda: open_ledger(folder),
            [self.pigeon],
            clock=self.clock,
            boot=boot,
            random_ratio=lambda: HALF,
        )

    def sent(self) -> list[tuple[str, str, str]]:
        return [(one.ticket, one.action, one.addressee.address) for one in self.pigeon.sent]

    def step(self, after_seconds: float = 0.0) -> float | None:
        self.clock.now += after_seconds
        return self.outbox.step()


@pytest.fixture
def worker(tmp_path: Path, ledger: Ledger) -> Iterator[Worker]:
    del ledger  # the store exists before the worker
    made = Worker(tmp_path)
    yield made
    made.outbox._shut()


def begin(ledger: Ledger, code: str = "not-connected", *, to: tuple[Addressee, ...] = (CAMAT,)) -> str:
    return ledger.begin(scanner(), fault(code), since=NOON, addressees=to).number


def end(ledger: Ledger, code: str = "not-connected") -> None:
    ledger.end("sidik-jari", code, "", at=NOON + 60, addressees=(CAMAT, TEKNISI))


def states(ledger: Ledger, number: str) -> list[str]:
    return [one.state for one in ledger.notices.of_ticket(number)]


def temporary(_: Notice) -> Exception:
    return DeliveryError("451 try later")


def uncertain(_: Notice) -> Exception:
    return DeliveryError("no answer to the dot", uncertain=True)


def test_rows_go_out_in_order_and_then_nothing_waits(ledger: Ledger, worker: Worker) -> None:
    first, second = begin(ledger, to=(CAMAT, TEKNISI)), begin(ledger, "duplicate")
    assert worker.step() is None
    assert worker.sent() == [
        (first, "opened", CAMAT.address),
        (first, "opened", TEKNISI.address),
        (second, "opened", CAMAT.address),
    ]
    assert states(ledger, first) == ["sent", "sent"]
    assert ledger.notices.totals() == {("mail", "sent"): 3}


def test_the_try_is_on_disk_before_it_is_made(ledger: Ledger, worker: Worker) -> None:
    number = begin(ledger)
    seen: list[str] = []

    def look(_: Notice) -> None:
        seen.extend(states(ledger, number))

    worker.pigeon.trouble = look
    worker.step()
    assert seen == ["tried"]


def test_a_failure_for_now_is_tried_again_later_and_later(ledger: Ledger, worker: Worker) -> None:
    number = begin(ledger)
    worker.pigeon.trouble = temporary
    waits = [worker.step()]
    for _ in range(12):
        waits.append(worker.step(waits[-1] or 0))
    assert waits[:5] == [2.5, 5.0, 10.0, 20.0, 40.0]
    assert max(wait for wait in waits if wait) == 900 * HALF
    assert len({one.message_id for one in worker.pigeon.sent}) == 1
    assert ledger.notices.of_ticket(number)[0].last_error == "451 try later"
    worker.pigeon.trouble = lambda _: None
    worker.step(900)
    assert states(ledger, number) == ["sent"]


def test_a_row_that_waits_is_not_sent_early_by_a_kick(ledger: Ledger, worker: Worker) -> None:
    begin(ledger)
    worker.pigeon.trouble = temporary
    worker.step()
    assert worker.step() == 2.5
    assert len(worker.pigeon.sent) == 1


def test_what_will_never_go_is_dead_and_says_why(ledger: Ledger, worker: Worker) -> None:
    number = begin(ledger)
    worker.pigeon.trouble = lambda _: DeliveryError("550 no such user", permanent=True)
    assert worker.step() is None
    (notice,) = ledger.notices.of_ticket(number)
    assert (notice.state, notice.last_error) == ("dead", "550 no such user")
    assert ledger.notices.totals() == {("mail", "dead"): 1}


def test_what_may_have_arrived_waits_long_and_is_resent_three_times_at_most(ledger: Ledger, worker: Worker) -> None:
    number = begin(ledger)
    worker.pigeon.trouble = uncertain
    assert worker.step() == SETTLE_SECONDS
    assert worker.step(SETTLE_SECONDS - 1) == 1
    assert len(worker.pigeon.sent) == 1
    for _ in range(10):
        worker.step(SETTLE_SECONDS)
    assert len(worker.pigeon.sent) == 1 + MOST_RESENDS
    assert len({one.message_id for one in worker.pigeon.sent}) == 1
    (notice,) = ledger.notices.of_ticket(number)
    assert notice.state == "sent"
    assert notice.last_error.startswith("never confirmed")


def test_a_resend_that_surely_did_not_go_is_not_counted(ledger: Ledger, worker: Worker) -> None:
    number = begin(ledger)
    worker.pigeon.trouble = uncertain
    worker.step()
    worker.pigeon.trouble = temporary
    for _ in range(6):
        worker.step(SETTLE_SECONDS)
    (notice,) = ledger.notices.of_ticket(number)
    assert (notice.state, notice.resends, notice.attempts) == ("uncertain", 0, 7)


def test_recovered_never_overtakes_opened(ledger: Ledger, worker: Worker) -> None:
    number = begin(ledger)
    end(ledger)
    worker.pigeon.trouble = uncertain
    worker.step()
    assert worker.sent() == [(number, "opened", CAMAT.address)]
    worker.pigeon.trouble = lambda _: None
    worker.step(SETTLE_SECONDS)
    assert [action for _, action, _ in worker.sent()] == ["opened", "opened", "recovered"]
    assert worker.pigeon.sent[-1].thread_id == worker.pigeon.sent[0].message_id


def test_one_bad_row_holds_up_no_other_ticket(ledger: Ledger, worker: Worker) -> None:
    bad = begin(ledger, "bad")
    end(ledger, "bad")
    others = [begin(ledger, f"code-{index}") for index in range(3)]
    worker.pigeon.trouble = lambda one: DeliveryError("451") if one.ticket == bad else None
    worker.step()
    assert [states(ledger, number) for number in others] == [["sent"]] * 3
    assert states(ledger, bad) == ["new", "new"]


def test_several_bad_rows_hold_up_no_other_for_long(ledger: Ledger, worker: Worker) -> None:
    bad = {begin(ledger, f"bad-{index}") for index in range(5)}
    good = begin(ledger, "good")
    worker.pigeon.trouble = lambda one: DeliveryError("451") if one.ticket in bad else None
    for _ in range(8):
        worker.step(worker.step() or 0.0)
    assert states(ledger, good) == ["sent"]


def test_in_an_outage_one_row_is_tried_and_then_all_go_at_once(ledger: Ledger, worker: Worker) -> None:
    numbers = [begin(ledger, f"code-{index}") for index in range(20)]
    worker.pigeon.trouble = temporary
    for _ in range(30):
        worker.step(60.0)
    tries = len(worker.pigeon.sent)
    assert tries <= 2 + 30
    worker.pigeon.trouble = lambda _: None
    worker.step(900)
    assert all(states(ledger, number) == ["sent"] for number in numbers)
    assert len(worker.pigeon.sent) == tries + 20


def test_when_the_link_is_back_nothing_waits_out_its_time(ledger: Ledger, worker: Worker) -> None:
    numbers = [begin(ledger, f"code-{index}") for index in range(3)]
    worker.pigeon.trouble = temporary
    for _ in range(10):
        worker.step(400.0)
    worker.pigeon.trouble = lambda _: None
    worker.outbox.retry()
    worker.outbox._retrying = worker.clock.wait(worker.outbox._inbox, None) == "retry"
    worker.step()
    assert all(states(ledger, number) == ["sent"] for number in numbers)


def test_a_defect_of_a_channel_is_counted_and_given_up_at_last(ledger: Ledger, worker: Worker) -> None:
    number, other = begin(ledger, "bad"), begin(ledger, "good")
    worker.pigeon.trouble = lambda one: RuntimeError("a bug") if one.ticket == number else None
    for _ in range(MOST_DEFECTS + 2):
        worker.step(900)
    assert worker.outbox.errors["channel"] == MOST_DEFECTS
    assert states(ledger, number) == ["dead"]
    assert states(ledger, other) == ["sent"]
    assert "RuntimeError: a bug" in ledger.notices.of_ticket(number)[0].last_error


def test_a_try_that_the_agents_end_interrupted_is_uncertain(tmp_path: Path, ledger: Ledger) -> None:
    number = begin(ledger)
    (notice,) = ledger.notices.of_ticket(number)
    ledger.notices.mark_tried(notice)
    worker = Worker(tmp_path)
    assert worker.step() == SETTLE_SECONDS
    assert states(ledger, number) == ["uncertain"]
    worker.step(SETTLE_SECONDS)
    assert states(ledger, number) == ["sent"]
    worker.outbox._shut()


def interrupt(ledger: Ledger, number: str, times: int) -> None:
    """So many agents end while they send this."""
    (notice,) = ledger.notices.of_ticket(number)
    for _ in range(times):
        ledger.notices.mark_tried(notice)
        ledger.notices.mark_interrupted("mail", due=0, boot="boot-1")


def test_a_letter_is_not_given_up_because_the_agent_was_killed_while_it_sent(ledger: Ledger, worker: Worker) -> None:
    number = begin(ledger)
    interrupt(ledger, number, MOST_RESENDS + 1)
    worker.step()
    assert [one for one, _, _ in worker.sent()] == [number]
    assert states(ledger, number) == ["sent"]


def test_a_letter_that_the_agent_dies_of_is_not_sent_for_ever(ledger: Ledger, worker: Worker) -> None:
    number = begin(ledger)
    interrupt(ledger, number, MOST_INTERRUPTED)
    worker.step()
    assert worker.pigeon.sent == []
    (notice,) = ledger.notices.of_ticket(number)
    assert (notice.state, notice.last_error) == ("sent", "never confirmed: the agent ended during this try")


def test_the_gravest_ticket_is_told_first(ledger: Ledger, worker: Worker) -> None:
    notice = ledger.begin(
        scanner(), replace(fault("slow"), severity=Severity.NOTICE), since=NOON, addressees=(CAMAT,)
    ).number
    grave = begin(ledger)
    worker.step()
    assert [number for number, _, _ in worker.sent()] == [grave, notice]


def test_a_channel_that_is_back_is_not_flooded(ledger: Ledger, worker: Worker) -> None:
    for index in range(MOST_A_MINUTE + 10):
        begin(ledger, f"code-{index}")
    assert worker.step() == 60.0
    assert len(worker.pigeon.sent) == MOST_A_MINUTE
    assert worker.step(59.0) == 1.0
    assert worker.step(1.0) is None
    assert len(worker.pigeon.sent) == MOST_A_MINUTE + 10


def test_a_channel_that_is_down_is_probed_every_few_minutes_at_least(ledger: Ledger, worker: Worker) -> None:
    for index in range(50):
        begin(ledger, f"code-{index}")
    worker.pigeon.trouble = temporary
    waits = [worker.step() or 0.0]
    for _ in range(40):
        waits.append(worker.step(waits[-1]) or 0.0)
    assert max(waits) == LONGEST_REST_SECONDS


def test_an_outbox_that_nobody_empties_stays_bounded_and_says_so(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alerts.postbox.MOST_WAITING", 6)
    standing = begin(ledger, "stands")
    over = begin(ledger, "over")
    end(ledger, "over")
    numbers = [begin(ledger, f"code-{index}") for index in range(4)]
    assert states(ledger, over) == ["dead", "dead"]
    assert states(ledger, standing) == ["new"]
    assert [states(ledger, number) for number in numbers] == [["new"]] * 4
    assert ledger.notices.totals() == {("mail", "dead"): 2}
    assert ledger.notices.dead(NOON) == {("mail", CAMAT.address): (2, "too much was waiting; the newer was kept")}
    assert ledger.notices.dead(NOON + 1) == {}
    begin(ledger, "one", to=(TEKNISI,))
    numbers += [begin(ledger, "two"), begin(ledger, "three")]
    assert states(ledger, standing) == ["dead"]


def test_after_a_boot_the_wait_of_the_uncertain_begins_anew_and_the_others_go_at_once(
    tmp_path: Path, ledger: Ledger
) -> None:
    doubtful, failed = begin(ledger, "doubtful"), begin(ledger, "failed")
    before = Worker(tmp_path)
    before.pigeon.trouble = lambda one: DeliveryError("x", uncertain=one.ticket == doubtful)
    before.step()
    before.outbox._shut()
    after = Worker(tmp_path, boot="boot-2")
    after.clock.now = 5.0
    assert after.step() == SETTLE_SECONDS
    assert states(ledger, failed) == ["sent"]
    assert states(ledger, doubtful) == ["uncertain"]
    after.outbox._shut()


def test_a_restart_within_a_boot_does_not_shorten_nor_restart_the_wait(tmp_path: Path, ledger: Ledger) -> None:
    begin(ledger)
    before = Worker(tmp_path)
    before.pigeon.trouble = uncertain
    before.step()
    before.outbox._shut()
    after = Worker(tmp_path)
    assert after.step(600.0) == SETTLE_SECONDS - 600
    after.outbox._shut()


def test_rows_of_a_channel_that_is_no_longer_configured_are_left_alone(ledger: Ledger, tmp_path: Path) -> None:
    number = begin(ledger)
    lonely = Outbox(lambda: open_ledger(tmp_path), [], clock=Steps(), boot="b")
    assert lonely.step() is None
    assert states(ledger, number) == ["new"]
    lonely._shut()


def test_a_ledger_that_cannot_be_used_is_tried_again(tmp_path: Path) -> None:
    blocked = tmp_path / "state"
    blocked.write_text("in the way")
    worker = Worker(tmp_path)
    assert worker.step() == outbox.LEDGER_RETRY_SECONDS
    assert worker.outbox.errors == {"ledger": 1}
    blocked.unlink()
    ledger = open_ledger(tmp_path)
    number = begin(ledger)
    worker.step()
    assert states(ledger, number) == ["sent"]
    worker.outbox._shut()
    ledger.shut()


def test_a_result_that_could_not_be_written_is_not_resent_at_once(
    ledger: Ledger, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = begin(ledger)
    broken = "the disk is full"

    def fail(*_: object, **__: object) -> None:
        raise OSError(broken)

    monkeypatch.setattr("alerts.notices.Notices.finish", fail)
    assert worker.step() == outbox.LEDGER_RETRY_SECONDS
    monkeypatch.undo()
    assert worker.step(10.0) == SETTLE_SECONDS
    assert len(worker.pigeon.sent) == 1
    assert states(ledger, number) == ["uncertain"]


def test_the_worker_wakes_for_a_kick_and_ends_when_told(tmp_path: Path, ledger: Ledger) -> None:
    worker = Worker(tmp_path)
    arrived = threading.Event()

    def note(_: Notice) -> None:
        arrived.set()

    worker.pigeon.trouble = note
    real = Outbox(lambda: open_ledger(tmp_path), [worker.pigeon], clock=RealWait(), boot="b")
    real.start()
    begin(ledger)
    real.kick()
    assert arrived.wait(5)
    assert real.stop(5)
    assert worker.pigeon.sent[0].action is Action.OPENED


def test_a_worker_that_hangs_in_a_channel_does_not_hold_up_the_end(tmp_path: Path, ledger: Ledger) -> None:
    begin(ledger)
    worker, begun, release = Worker(tmp_path), threading.Event(), threading.Event()

    def hang(_: Notice) -> None:
        begun.set()
        release.wait(10)

    worker.pigeon.trouble = hang
    real = Outbox(lambda: open_ledger(tmp_path), [worker.pigeon], clock=RealWait(), boot="b")
    real.start()
    assert begun.wait(5)
    assert not real.stop(0.05)
    release.set()
    assert real.stop(5)


def test_stop_before_start_is_no_mistake(worker: Worker) -> None:
    assert worker.outbox.stop(1)


def test_the_boots_id_is_the_kernels_or_else_this_starts_own(tmp_path: Path) -> None:
    file = tmp_path / "boot_id"
    file.write_text("0f3c\n")
    assert boot_id(file) == "0f3c"
    assert boot_id(tmp_path / "missing") != boot_id(tmp_path / "missing")


class RealWait(Steps):
    """Waits for the inbox as the system's clock does."""

    def wait(self, inbox: object, timeout_seconds: float | None) -> outbox.Wish | None:
        del timeout_seconds
        wish: outbox.Wish = inbox.get(timeout=10)  # type: ignore[attr-defined] # a SimpleQueue
        return wish
