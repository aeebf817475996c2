"""The log: one harmless line an event, and never more of them than somebody can read."""

import io
import logging
from collections.abc import Iterator

import pytest

from agent import calm, journal


class Log:
    """A log whose clock a test sets."""

    def __init__(self) -> None:
        self.now, self.stream = 0.0, io.StringIO()
        journal.start_log(verbose=False, stream=self.stream, clock=lambda: self.now)
        self.log = logging.getLogger("jagaloket.test")

    @property
    def lines(self) -> list[str]:
        return [line.split(" ", 2)[2] for line in self.stream.getvalue().splitlines()]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield Log()
    root.handlers[:] = handlers
    root.setLevel(level)


def test_what_is_said_over_and_over_is_counted(log: Log) -> None:
    for _ in range(1_000):
        log.log.warning("%s was not sent", "JL-2026-0001")
        log.now += 0.1
    assert len(log.lines) == calm.ALIKE
    log.now += calm.WINDOW_SECONDS
    log.log.info("something else")
    assert log.lines[calm.ALIKE :] == [
        f"WARNING JL-2026-0001 was not sent (repeated {1_000 - calm.ALIKE} times)",
        "INFO something else",
    ]


def test_after_its_window_a_line_is_written_again(log: Log) -> None:
    for _ in range(4):
        log.log.warning("once an hour")
        log.now += 3_600
    assert log.lines == ["WARNING once an hour"] * 4


def test_different_lines_are_bounded_too_and_errors_last(log: Log) -> None:
    for number in range(5_000):
        log.log.info("device %d", number)
    assert sum(line.startswith("INFO") for line in log.lines) == calm.MOST_LINES
    log.log.error("the store cannot be used")
    assert log.lines[-1] == "ERROR the store cannot be used"
    log.now += calm.WINDOW_SECONDS
    log.log.info("calm again")
    assert log.lines[-2:] == [
        f"ERROR the log was too busy; lines were left out (repeated {5_000 - calm.MOST_LINES} times)",
        "INFO calm again",
    ]


def test_what_it_remembers_is_bounded(log: Log) -> None:
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, journal._Journal)
    for number in range(5_000):
        log.log.info("device %d", number)
    assert len(handler._calm._said) <= calm._MOST_KNOWN


def test_a_line_cannot_break_out_of_its_line(log: Log) -> None:
    log.log.warning("a printer says: %s", "\x1b[2J<0>root:\x07")
    assert log.lines == ["WARNING a printer says: ?[2J<0>root:?"]
