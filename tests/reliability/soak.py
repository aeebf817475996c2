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

WARM_HOURS = 36
"""Until then caches fill, 1.5 MiB in all."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Soaked:
    """What the agent held. slope: KiB an hour, after WARM_HOURS; fds, threads: the widest span after it."""

    hours: int
    slope: float
    fds: int
    threads: int
    letters: int
    log: str


def play(folder: Path, hours: int, how: str = "as-it-is") -> Soaked:
    """Run the agent for so many hours of its own clock."""
    printer = FakePrinter()

    def moody(caller: socket.socket, over: threading.Event) -> None:
        if service.callers % PERIOD >= SILENT:
            printer.play(caller, over)

    with HttpServer(moody) as service, FakeSmtp() as server:
        config = folder / "jagaloket.toml"
        config.write_text(_CONFIG.format(ipp=service.port, smtp=server.port, web=free_port()), encoding="utf-8")
        words = [sys.executable, "-m", "tests.reliability.soaking", str(config), str(folder / "state"), str(hours), how]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True, timeout=1_200)
        found = [json.loads(line) for line in done.stdout.splitlines()]
        letters = len(server.arrived)
    later = found[WARM_HOURS:]
    return Soaked(
        hours=len(found),
        slope=slope([(one["hour"], one["kib"]) for one in later]),
        fds=_span([one["fds"] for one in later]),
        threads=_span([one["threads"] for one in later]),
        letters=letters,
        log=done.stderr,
    )


def slope(points: list[tuple[float, float]]) -> float:
    """Theil and Sen's: the median of the slopes between all pairs, which single steps do not move."""
    return median((y - b) / (x - a) for (a, b), (x, y) in combinations(points, 2))


def _span(values: list[int]) -> int:
    return max(values) - min(values)
