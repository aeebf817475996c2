"""Run as a process: the whole agent, whose time passes as fast as it works. Says once an hour what it holds.

words: the configuration, the state folder, how many hours, how many bytes to keep of each scrape (0: as it is).
An hour that does not end within STUCK_SECONDS ends the process; where each thread stood is on stderr.
"""

import ctypes
import faulthandler
import gc
import json
import os
import sys
import threading
import time
import urllib.request
from pathlib import Path

from tests.reliability.compressed import Compressed

HOUR = 3_600.0
SCRAPE_SECONDS = 300.0
STUCK_SECONDS = float(os.environ.get("SOAK_STUCK_SECONDS", "60"))
"""Real ones, for one hour of the clock, which takes 0.2 s of one core."""


def held() -> dict[str, float]:
    """Memory that is this process's own and in use, KiB; open files; threads."""
    gc.collect()
    # What glibc has free goes back to the kernel; otherwise its holes, filled and emptied by chance, are measured.
    ctypes.CDLL(None).malloc_trim(0)
    lines = Path("/proc/self/smaps_rollup").read_text("ascii").splitlines()
    own = sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))
    return {"kib": own, "fds": len(os.listdir("/proc/self/fd")), "threads": threading.active_count()}  # noqa: PTH208 - names only


def main(config: Path, state: Path, hours: float, leak_bytes: int) -> None:
    """Run for so many hours of this clock."""
    faulthandler.dump_traceback_later(STUCK_SECONDS, exit=True)
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
        if leak_bytes:
            kept.append(text[:leak_bytes])

    def say() -> None:
        print(json.dumps({"hour": (clock.now - 1_000.0) / HOUR, **held()}), flush=True)  # noqa: T201 - what the parent reads
        faulthandler.dump_traceback_later(STUCK_SECONDS, exit=True)

    agent._watch.every(SCRAPE_SECONDS, scrape)
    agent._watch.every(HOUR, say)
    agent._watch.every(hours * HOUR + 1, agent._watch.stop)
    agent.run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
