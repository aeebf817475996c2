"""Compressed days of the whole agent: memory, files and threads stay, a leak would be seen. `make soak`: a week."""

import queue
import threading
from pathlib import Path

import pytest

from tests.reliability import soak
from tests.reliability.compressed import Compressed


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_two_days_and_a_half_leave_memory_files_and_threads_as_they_were(tmp_path: Path) -> None:
    found = soak.play(tmp_path, soak.LEAST_HOURS)
    assert found.is_flat, found
    assert found.letters > 0


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_planted_leak_is_seen(tmp_path: Path) -> None:
    found = soak.play(tmp_path, soak.LEAST_HOURS, leak_bytes=soak.PLANTED)
    assert found.slope > 3 * soak.LIMIT, found


def test_an_agent_whose_hour_does_not_end_is_ended_and_says_where_it_stood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOAK_STUCK_SECONDS", "0.05")
    with pytest.raises(soak.SoakError, match=r"ended with 1 after hour 0:\nTimeout .*!"):
        soak.play(tmp_path, 1)


class _Late(queue.SimpleQueue[str]):
    """Something comes just after the waiting for it has run out."""

    def get(self, *_: object, **__: object) -> str:
        self.put("done")
        raise queue.Empty


def test_compressed_time_does_not_pass_while_something_lies_in_an_inbox() -> None:
    clock = Compressed(workers=1)
    assert clock.wait(_Late(), 60.0) == "done"
    assert clock.monotonic() == 1_000.0


def test_compressed_time_does_not_pass_while_a_look_is_under_way() -> None:
    clock, over = Compressed(workers=1), threading.Event()
    inbox: queue.SimpleQueue[str] = queue.SimpleQueue()

    def look() -> None:
        over.wait(10)
        inbox.put("done")

    threading.Thread(target=look, name="look-printer", daemon=True).start()
    threading.Timer(0.05, over.set).start()
    assert clock.wait(inbox, 60.0) == "done"
    assert clock.monotonic() == 1_000.0


def test_compressed_time_passes_when_all_wait_even_for_no_time_at_all() -> None:
    clock = Compressed(workers=1)
    assert clock.wait(queue.SimpleQueue(), 60.0) is None
    assert clock.monotonic() == 1_060.0
    assert clock.wait(queue.SimpleQueue(), 0.0) is None
    assert clock.monotonic() > 1_060.0
