"""A thousand bad clients at the agent's own pages, on loopback, while Prometheus goes on scraping; and restarts.

The bad clients are those of slowhttptest: heads that come byte by byte, answers that are read byte by byte, and a
mebibyte of headers. Who is hung up on comes back at once, as an attacker would.
"""

import itertools
import os
import resource
import selectors
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from tests.bench.figures import Figure, quantile
from tests.fakes.agentprocess import AgentProcess, until
from tests.fakes.notify import NotifySocket

CONNECTIONS = 1000
SCRAPE_EVERY_SECONDS = 0.1
_HEAD = b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n"
_MEBIBYTE = b"X-Filler: " + b"a" * (1 << 20) + b"\r\n"
_OPEN_FILES = 4096
_LEDGER_FILES = 12
"""Each of the four workers opens the ledger with the first page that it serves: three files, which stay."""


class Siege:
    """So many bad clients in a thread of their own, a third of each kind. broken: how often one was hung up on."""

    def __init__(self, port: int, connections: int = CONNECTIONS) -> None:
        self._port, self._wanted = port, connections
        self._selector = selectors.DefaultSelector()
        self._over = threading.Event()
        self._kinds = itertools.cycle(("slow head", "slow reader", "huge head"))
        self._thread = threading.Thread(target=self._press, daemon=True)
        self.broken = 0

    def __enter__(self) -> Self:
        for _ in range(self._wanted):
            self._join()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join(10)
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr] # only sockets are in it
        self._selector.close()

    def _join(self) -> None:
        client = socket.socket()
        client.settimeout(0)
        with suppress(BlockingIOError):
            client.connect(("127.0.0.1", self._port))
        self._selector.register(client, selectors.EVENT_WRITE, next(self._kinds))

    def _press(self) -> None:
        """Each client does its mischief about ten times a second."""
        while not self._over.wait(0.1):
            for key in list(self._selector.get_map().values()):
                client: socket.socket = key.fileobj  # type: ignore[assignment] # only sockets are in it
                try:
                    _misbehave(client, key.data)
                except BlockingIOError:
                    continue
                except OSError:
                    self.broken += 1
                    self._selector.unregister(client)
                    client.close()
                    self._join()


def _misbehave(client: socket.socket, kind: str) -> None:
    """Raises OSError when the server has hung up."""
    if kind == "slow head":
        client.send(b"G")
    elif kind == "huge head":
        client.send(_HEAD + _MEBIBYTE)
    else:
        client.send(_HEAD + b"\r\n")
        client.recv(1)
        return
    with suppress(BlockingIOError):
        if client.recv(4096) == b"":
            raise ConnectionResetError


def _threads(pid: int) -> int:
    return sum(1 for _ in Path(f"/proc/{pid}/task").iterdir())


def _files(pid: int) -> int:
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def siege(seconds: float) -> Iterator[Figure]:
    """Good scrapes while the siege lasts: how late, with how many threads and files, and how soon all is as before."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, _OPEN_FILES)), hard))
    with TemporaryDirectory() as folder:
        agent = AgentProcess('[device.pc]\nkind = "host"\n', Path(folder))
        agent.start()
        assert agent.process is not None
        pid = agent.process.pid
        quiet, late, threads, files = _files(pid), [], 0, 0
        try:
            with Siege(agent.port) as besiegers:
                end = time.monotonic() + seconds
                while time.monotonic() < end:
                    began = time.monotonic()
                    answered = "jagaloket_build_info" in agent.page("/metrics")
                    late.append((time.monotonic() - began) * 1000 if answered else float("inf"))
                    threads, files = max(threads, _threads(pid)), max(files, _files(pid))
                    time.sleep(SCRAPE_EVERY_SECONDS)
                broken = besiegers.broken
            began = time.monotonic()
            until(lambda: _files(pid) <= quiet + _LEDGER_FILES and agent.page("/metrics"), 30)
            recovery = time.monotonic() - began
        finally:
            agent.close()
    note = f"{CONNECTIONS} bad clients for {seconds:g} s, {broken} times hung up on, {len(late)} scrapes"
    yield Figure(name="scrape under siege, p99", value=quantile(late, 0.99), unit="ms", limit=500.0, note=note)
    yield Figure(name="threads under siege", value=threads, unit="threads", limit=41.0)
    yield Figure(name="open files under siege, beyond the quiet ones", value=files - quiet, unit="files", limit=101)
    yield Figure(name="from the end of the siege to as before", value=recovery, unit="s", limit=10.0)


def restarts(runs: int) -> Iterator[Figure]:
    """From a new start after kill -9 to READY=1, as the service manager sees it."""
    took = []
    with TemporaryDirectory() as name:
        folder = Path(name)
        with NotifySocket(f"@jagaloket-bench-{os.getpid()}") as manager:
            agent = AgentProcess(
                '[device.pc]\nkind = "host"\n', folder, {**os.environ, "NOTIFY_SOCKET": manager.address}
            )
            for _ in range(runs):
                manager.drain()
                began = time.monotonic()
                agent.start(wait=False)
                manager.until("READY=1", 20)
                took.append(time.monotonic() - began)
                agent.kill(signal.SIGKILL)
    yield Figure(name=f"restart after kill -9 to ready, p99 of {runs}", value=quantile(took, 0.99), unit="s", limit=3.0)
