"""The whole agent over compressed days, with a printer that fails and comes back, and letters that are sent."""

import json
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from statistics import median

from tests.fakes.http import HttpServer, free_port
from tests.fakes.ipp import FakePrinter
from tests.fakes.smtp import FakeSmtp
from tests.reliability.trace import ROOT

LEAST_HOURS = 60
"""Until the second half of so many hours caches fill, which is no leak: LIMIT holds after it."""
LIMIT = 10.0
"""KiB an hour."""
PLANTED = 4_096
"""Bytes of each of the twelve scrapes an hour that the control keeps: 48 KiB an hour."""
SILENT, PERIOD = 30, 200
"""Of so many looks at the printer, the first ones get no answer."""
_CONFIG = """
[device.pc]
kind = "host"
interval_seconds = 60

[device.printer]
kind = "printer_ipp"
uri = "ipp://127.0.0.1:{ipp}/ipp/print"
interval_seconds = 60

[mail]
server = "127.0.0.1"
port = {smtp}
security = "none"
sender = "jagaloket@example.go.id"

[[mail.to]]
address = "camat@example.go.id"
outside_hours = true

[web]
listen = "127.0.0.1:{web}"
"""


class SoakError(Exception):
    """The agent did not live through its hours; says what it left on stderr."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Soaked:
    """What the agent held in the second half. slope: KiB an hour; fds, threads: the widest span."""

    hours: int
    slope: float
    fds: int
    threads: int
    letters: int

    @property
    def is_flat(self) -> bool:
        """Whether nothing leaks."""
        return self.slope < LIMIT and max(self.fds, self.threads) <= 2


def play(folder: Path, hours: int, *, leak_bytes: int = 0) -> Soaked:
    """Run the agent for so many hours of its own clock."""
    printer = FakePrinter()

    def moody(caller: socket.socket, over: threading.Event) -> None:
        if service.callers % PERIOD >= SILENT:
            printer.play(caller, over)
        printer.requests.clear()

    with HttpServer(moody) as service, FakeSmtp() as server:
        config = folder / "jagaloket.toml"
        config.write_text(_CONFIG.format(ipp=service.port, smtp=server.port, web=free_port()), encoding="utf-8")
        found = _live([str(config), str(folder / "state"), str(hours), str(leak_bytes)])
        letters = len(server.arrived)
    assert len(found) == hours, f"{len(found)} of {hours} hours were told"
    later = found[hours // 2 :]
    return Soaked(
        hours=len(found),
        slope=slope([(one["hour"], one["kib"]) for one in later]),
        fds=_span([one["fds"] for one in later]),
        threads=_span([one["threads"] for one in later]),
        letters=letters,
    )


def _live(words: list[str]) -> list[dict[str, float]]:
    """What the agent told each hour."""
    command = [sys.executable, "-m", "tests.reliability.soaking", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=1_800)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode:
        message = f"ended with {done.returncode} after hour {len(found)}:\n{done.stderr[-8_000:]}"
        raise SoakError(message)
    return found


def slope(points: list[tuple[float, float]]) -> float:
    """Theil and Sen's: the median of the slopes between all pairs, which single steps do not move."""
    return median((y - b) / (x - a) for (a, b), (x, y) in combinations(points, 2))


def _span(values: list[float]) -> int:
    return int(max(values) - min(values))
