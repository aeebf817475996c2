"""Waking the agent never hits another process."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from agent import wake


@pytest.mark.parametrize("text", ["", "no number", "999999999", "-1"])
def test_nobody_is_woken_where_no_agent_signed(text: str, tmp_path: Path) -> None:
    assert not wake.wake(tmp_path)
    (tmp_path / "agent.pid").write_text(text)
    assert not wake.wake(tmp_path)


def test_a_process_that_is_no_agent_is_left_alone(tmp_path: Path) -> None:
    wake.sign(tmp_path)
    assert (tmp_path / "agent.pid").read_text() == str(os.getpid())
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        (tmp_path / "agent.pid").write_text(str(other.pid))
        assert not wake.wake(tmp_path)
        assert other.poll() is None
        other.terminate()


def test_an_agent_gets_its_signal(tmp_path: Path) -> None:
    code = "import signal; signal.signal(signal.SIGUSR1, lambda *_: exit(7)); print('up', flush=True); signal.pause()"
    command = [sys.executable, "-c", code, "jagaloket"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as agent:
        assert agent.stdout is not None
        agent.stdout.readline()
        (tmp_path / "agent.pid").write_text(str(agent.pid))
        assert wake.wake(tmp_path)
        assert agent.wait(10) == 7


def test_the_signal_is_one_that_ends_who_does_not_expect_it() -> None:
    assert wake.SIGNAL is signal.SIGUSR1, "so the check of the name above is needed"
