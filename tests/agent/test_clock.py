"""The PC's own clock: a wait for something always ends."""

import queue
import threading

import pytest

from agent.clock import SystemClock


@pytest.mark.parametrize("seconds", [0.0, 0.000_002, 0.000_01])
def test_a_wait_of_microseconds_after_an_item_that_lay_ready_ends(seconds: float) -> None:
    clock, rounds = SystemClock(), [0]
    inbox: queue.SimpleQueue[int] = queue.SimpleQueue()

    def wait() -> None:
        for number in range(20_000):
            inbox.put(number)
            if (clock.wait(inbox, 60.0), clock.wait(inbox, seconds)) == (number, None):
                rounds[0] += 1

    waiting = threading.Thread(target=wait, daemon=True)
    waiting.start()
    waiting.join(60)
    # With the queue's own get alone, CPython 3.11 hangs here within some thousand rounds.
    assert rounds == [20_000]


def test_what_comes_while_one_waits_is_had_at_once() -> None:
    inbox: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Timer(0.02, inbox.put, ["done"]).start()
    assert SystemClock().wait(inbox, 60.0) == "done"
