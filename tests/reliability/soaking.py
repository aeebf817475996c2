"""Run as a process: the whole agent, whose time passes as fast as it works. Says once an hour what it holds.

words: the configuration, the state folder, how many hours, "leak" to keep a little of each scrape.
"""

import json
import math
import os
import queue
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
HOUR = 3_600.0
SCRAPE_SECONDS = 300.0
_WORKERS = 2
"""Who waits by this clock: the watch and the outbox."""


class Compressed:
    """A clock that goes on only when everybody waits and no look is under way."""

    def __init__(self) -> None:
        self.now, self._start = 1_000.0, time.time()
        self._guard = threading.Lock()
        self._until: dict[int, float] = {}

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> float:
        return self._start + self.now

    def wait(self, inbox: "queue.SimpleQueue[T]", timeout_seconds: float | None) -> T | None:
        me = threading.get_ident()
        until = math.inf if timeout_seconds is None else self.now + timeout_seconds
        while True:
            try:
                item = inbox.get(timeout=0.0003)
            except queue.Empty:
                item = None
            with self._guard:
                if item is not None:
                    self._until.pop(me, None)
                    return item
                self._until[me] = until
                if len(self._until) >= _WORKERS and not _looking():
                    self.now = max(self.now, min(self._until.values()))
                if self.now >= until:
                    del self._until[me]
                    return None


def _looking() -> bool:
    return any(thread.name.startswith("look-") for thread in threading.enumerate())


def held() -> dict[str, float]:
    """Memory that is this process's own, KiB; open files; threads."""
    lines = Path("/proc/self/smaps_rollup").read_text("ascii").splitlines()
    own = sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))
    return {"kib": own, "fds": len(os.listdir("/proc/self/fd")), "threads": threading.active_count()}  # noqa: PTH208 - names only


def main(config: Path, state: Path, hours: float, how: str) -> None:
    """Run for so many hours of this clock."""
    clock = Compressed()
    time.time = clock.wall
    from agent import service, statefolder  # noqa: PLC0415 - some of it takes time.time when it is loaded
    from agent.config import load  # noqa: PLC0415 - as above

    vars(service)["SystemClock"] = lambda: clock
    told = load(config)
    statefolder.prepare_state(state)
    agent = service.Agent(told, lambda: told, state)
    kept: list[bytes] = []

    def scrape() -> None:
        host, port = agent._web.address[:2]
        with urllib.request.urlopen(f"http://{host}:{port}/metrics", timeout=10) as page:
            text = page.read()
        if how == "leak":
            kept.append(text[:4096])

    def say() -> None:
        print(json.dumps({"hour": (clock.now - 1_000.0) / HOUR, **held()}), flush=True)  # noqa: T201 - what the parent reads

    agent._watch.every(SCRAPE_SECONDS, scrape)
    agent._watch.every(HOUR, say)
    agent._watch.every(hours * HOUR + 1, agent._watch.stop)
    agent.run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]), sys.argv[4])
