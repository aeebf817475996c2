"""The installed command as a process: the agent as a service manager would run it."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.fakes.http import free_port

COMMAND = str(Path(sys.executable).with_name("jagaloket"))


def until(what: Callable[[], object], seconds: float = 10.0) -> Any:  # noqa: ANN401 - what the caller waits for
    """The first true value of what(); fails after so many seconds."""
    end = time.monotonic() + seconds
    while True:
        value = what()
        if value:
            return value
        assert time.monotonic() < end, f"waited {seconds} s in vain"
        time.sleep(0.02)


class AgentProcess:
    """One agent over one configuration and one state folder; may be started again after it was killed."""

    def __init__(self, config: str, folder: Path, env: Mapping[str, str] | None = None) -> None:
        self.port = free_port()
        self.folder, self.env = folder, dict(env or os.environ)
        self.config, self.state = folder / "jagaloket.toml", folder / "state"
        self.write(config)
        self.process: subprocess.Popen[bytes] | None = None

    def write(self, config: str) -> None:
        """Write the configuration anew (the agent takes it over with hang_up())."""
        self.config.write_text(f'{config}\n[web]\nlisten = "127.0.0.1:{self.port}"\n', encoding="utf-8")

    def start(self, *, wait: bool = True) -> None:
        """Start it, and wait until its page answers."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen([*self.command, "run"], env=self.env, stdout=log, stderr=log)
        if wait:
            until(lambda: self.page("/health"))

    @property
    def command(self) -> list[str]:
        return [COMMAND, "-c", str(self.config), "--state", str(self.state)]

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")

    def kill(self, number: int = signal.SIGKILL) -> float:
        """Send a signal and wait for the end; how many seconds that took."""
        assert self.process is not None
        started = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(20)
        return time.monotonic() - started

    def hang_up(self) -> None:
        """SIGHUP: read the configuration again."""
        assert self.process is not None
        self.process.send_signal(signal.SIGHUP)

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def page(self, path: str, **headers: str) -> str:
        """A page, "" while there is none."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - loopback
                return str(answer.read().decode())
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return ""

    def metric(self, series: str) -> float | None:
        """The value of one series on /metrics, None when it is absent."""
        for line in self.page("/metrics").splitlines():
            if line.startswith(series + " "):
                return float(line.rpartition(" ")[2])
        return None

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Another command on the same configuration and state."""
        return subprocess.run(
            [*self.command, *words], env=self.env, capture_output=True, text=True, timeout=30, check=False
        )

    def tickets(self) -> list[dict[str, Any]]:
        """All tickets, the newest first."""
        done = self.run("tickets", "list", "--all", "--json")
        return list(json.loads(done.stdout)) if done.returncode == 0 else []
