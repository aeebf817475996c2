"""A function in a killable process: its answer, and every way to have none."""

import threading
import time
from collections.abc import Iterator
from unittest.mock import Mock

import pytest

from probes.reading import ProbeError
from probes.wire import child

WORK = "tests.fakes.childwork:"


@pytest.fixture
def stuck_children() -> Iterator[list[Mock]]:
    children = [Mock(pid=4711 + n, poll=Mock(return_value=None)) for n in range(child.ABANDONED_LIMIT)]
    child._abandoned.extend(children)
    yield children
    child._abandoned.clear()


def test_an_answer_comes_back_as_it_was() -> None:
    question: child.Json = {"vendor": "05ba", "ports": [1, 2.5, None, True], "text": "Alat “sidik jari” \ud800"}
    assert child.run(WORK + "echo", question, deadline_seconds=10) == question


def test_what_a_library_prints_does_not_spoil_the_answer() -> None:
    assert child.run(WORK + "chatter", "kept", deadline_seconds=10) == "kept"


def test_a_probe_error_crosses_the_border_with_its_message() -> None:
    with pytest.raises(ProbeError, match=r"^the reader ACR39 is locked; close the other program$"):
        child.run(WORK + "refuse", "ACR39", deadline_seconds=10)


def test_another_error_becomes_a_clean_probe_error() -> None:
    with pytest.raises(ProbeError, match="KeyError") as caught:
        child.run(WORK + "stumble", "x", deadline_seconds=10)
    assert "\u202e" not in str(caught.value)


def test_an_unknown_function_is_a_probe_error() -> None:
    with pytest.raises(ProbeError, match="nowhere"):
        child.run("probes.nowhere:go", deadline_seconds=10)


def test_a_hanging_function_is_stopped_at_the_deadline() -> None:
    start = time.monotonic()
    with pytest.raises(ProbeError, match=r"no answer within 0\.2 s"):
        child.run(WORK + "hang", deadline_seconds=0.2)
    assert time.monotonic() - start < 2
    assert child.stuck() == 0


def test_what_the_child_started_dies_with_it() -> None:
    start = time.monotonic()
    with pytest.raises(ProbeError):
        child.run(WORK + "fork_and_hang", deadline_seconds=0.5)
    assert time.monotonic() - start < 3


def test_a_crash_in_c_code_is_a_probe_error() -> None:
    with pytest.raises(ProbeError, match="status -11"):
        child.run(WORK + "die", deadline_seconds=10)


def test_output_without_end_is_refused() -> None:
    with pytest.raises(ProbeError, match="more than 1048576 bytes"):
        child.run(WORK + "flood", deadline_seconds=20)


def test_stopping_the_agent_ends_a_waiting_look_at_once() -> None:
    errors: list[str] = []

    def look() -> None:
        try:
            child.run(WORK + "hang", deadline_seconds=30)
        except ProbeError as error:
            errors.append(str(error))

    thread = threading.Thread(target=look)
    thread.start()
    while not child._running:
        time.sleep(0.001)
    child.kill_all()
    thread.join(5)
    assert errors
    assert "status -9" in errors[0]


def test_children_that_cannot_die_are_not_joined_by_more(stuck_children: list[Mock]) -> None:
    with pytest.raises(ProbeError, match="4711, 4712 hang in a driver"):
        child.run(WORK + "echo", deadline_seconds=10)
    stuck_children[0].poll.return_value = -9
    assert child.run(WORK + "echo", 1, deadline_seconds=10) == 1
    assert child.stuck() == 1


def test_the_child_does_not_import_from_the_working_directory(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(str(tmp_path))
    assert child.run(WORK + "working_directory_is_importable", str(tmp_path), deadline_seconds=10) is False
