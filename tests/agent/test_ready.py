"""What the service manager is told: by the installed command on a socket as systemd would give it."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.ready import Manager, feed_if_well, manager
from tests.fakes.agentprocess import AgentProcess, until
from tests.fakes.notify import NotifySocket

CONFIG = '[office]\nname = "Kantor Camat"\n\n[device.pc]\nkind = "host"\nlabel = "PC"\n'
WATCHDOG_SECONDS = 0.6
FEED = "WATCHDOG=1"


def environment(socket: NotifySocket, **more: str) -> dict[str, str]:
    return {**os.environ, "NOTIFY_SOCKET": socket.address, "WATCHDOG_USEC": str(int(WATCHDOG_SECONDS * 1e6)), **more}


@pytest.fixture(params=["path", "abstract"])
def systemd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NotifySocket]:
    name = str(tmp_path / "notify")
    with NotifySocket(name if request.param == "path" else f"@jagaloket-test{name}") as socket:
        yield socket


@pytest.fixture
def file_socket(tmp_path: Path) -> Iterator[NotifySocket]:
    with NotifySocket(str(tmp_path / "notify")) as socket:
        yield socket


@pytest.fixture
def agent(file_socket: NotifySocket, tmp_path: Path) -> Iterator[AgentProcess]:
    process = AgentProcess(CONFIG, tmp_path, environment(file_socket))
    try:
        process.start(wait=False)
        file_socket.until("READY=1")
        yield process
    finally:
        process.close()


def test_ready_comes_when_the_page_answers_and_stopping_when_it_is_ended(systemd: NotifySocket, tmp_path: Path) -> None:
    agent = AgentProcess(CONFIG, tmp_path, environment(systemd))
    try:
        agent.start(wait=False)
        assert systemd.until("READY=1") == ["READY=1", "STATUS=watching 1 devices"]
        assert agent.page("/health"), "said to be ready, and does not answer"
        systemd.until(FEED)
        assert agent.kill(signal.SIGTERM) < 5
        assert "STOPPING=1" in systemd.until("STATUS=stopping")
        assert systemd.next(0) == []
    finally:
        agent.close()


def test_a_loop_that_is_stuck_gets_no_food_and_says_where_it_stood(
    agent: AgentProcess, file_socket: NotifySocket
) -> None:
    file_socket.until(FEED)
    agent.config.unlink()
    os.mkfifo(agent.config)  # opening it waits for a writer, for ever: the loop is stuck in its reload
    agent.hang_up()
    file_socket.until("RELOADING=1")
    file_socket.drain()
    assert file_socket.next(2 * WATCHDOG_SECONDS) == []
    assert agent.page("/health"), "the other threads live, and must not feed"

    agent.kill(signal.SIGABRT)  # what systemd sends
    assert "in _reload" in agent.log


def test_a_reload_is_announced_and_ends_with_ready_even_when_it_was_refused(
    agent: AgentProcess, file_socket: NotifySocket
) -> None:
    agent.config.write_text("[office]\nnmae = 1\n", "utf-8")
    agent.hang_up()
    told = file_socket.until("READY=1")
    moment = next(line for line in told if line.startswith("MONOTONIC_USEC="))
    assert int(moment.partition("=")[2]) > 0
    until(lambda: "not reloaded" in agent.log)


def test_a_failing_part_stops_the_feeding_and_is_named(file_socket: NotifySocket) -> None:
    to = Manager(address=file_socket.address, watchdog_seconds=60.0)
    feed_if_well(to, {"outbox": "", "web": ""})
    assert file_socket.next(0) == [FEED]
    feed_if_well(to, {"outbox": "the outbox has stopped", "web": ""})
    assert file_socket.next(0) == ["STATUS=the outbox has stopped"]


def test_a_manager_that_went_away_is_no_reason_to_stop(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    Manager(address=str(tmp_path / "nobody")).feed()
    assert "does not hear" in caplog.text


def test_without_a_manager_nothing_is_sent_and_nothing_logged(caplog: pytest.LogCaptureFixture) -> None:
    Manager().ready("watching")
    assert caplog.text == ""


def test_a_status_cannot_smuggle_in_another_line(file_socket: NotifySocket) -> None:
    Manager(address=file_socket.address).status("one\nSTOPPING=1")
    assert len(file_socket.next(0)) == 1


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Manager()),
        ({"NOTIFY_SOCKET": "/run/n"}, Manager(address="/run/n")),
        ({"NOTIFY_SOCKET": "@n", "WATCHDOG_USEC": "60000000"}, Manager(address="@n", watchdog_seconds=60.0)),
        ({"NOTIFY_SOCKET": "vsock:2:1", "WATCHDOG_USEC": "60000000"}, Manager()),
        ({"NOTIFY_SOCKET": "/n", "WATCHDOG_USEC": "0"}, Manager(address="/n")),
        ({"NOTIFY_SOCKET": "/n", "WATCHDOG_USEC": "sixty"}, Manager(address="/n")),
        ({"NOTIFY_SOCKET": "/n", "WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "1"}, Manager(address="/n")),
        (
            {"NOTIFY_SOCKET": "/n", "WATCHDOG_USEC": "1000000", "WATCHDOG_PID": str(os.getpid())},
            Manager(address="/n", watchdog_seconds=1.0),
        ),
    ],
)
def test_the_manager_is_known_by_the_environment(given: dict[str, str], expected: Manager) -> None:
    environ = {**given, "HOME": "/root"}
    assert manager(environ) == expected
    assert environ == {"HOME": "/root"}, "children must not speak for the service"
