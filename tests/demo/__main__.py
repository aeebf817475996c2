"""`make demo`: four counters at work until Ctrl+C. Nothing is installed, nothing is left; loopback only."""

import argparse
import signal
import sys
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path

from tests.demo import daemons
from tests.demo.counter import DemoCounter
from tests.demo.pages import Pages
from tests.demo.story import Story, troubles
from tests.fakes.http import HttpServer, page
from tests.fakes.smtp import FakeSmtp

COUNTERS = 4


def say(text: str) -> None:
    """To the person at the terminal."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def play(over: threading.Event, *, counters: int, pace_seconds: float, seconds: float | None, seed: int) -> None:
    """Open the office, play until it is over, close it."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="jagaloket-demo-")))
        smtp = stack.enter_context(FakeSmtp())
        centre = stack.enter_context(HttpServer(page(200, b"ok")))
        say(f"opening {counters} counters ...")
        office = [
            DemoCounter(f"Loket {number}", stack, folder / str(number), centre=centre.at, smtp=smtp.port)
            for number in range(1, counters + 1)
        ]
        links = {one.name: f"http://127.0.0.1:{one.agent.port}/" for one in office}
        links |= daemons.start(stack, folder, {one.name: one.agent.port for one in office}, smtp.port, say)
        story = Story(troubles(office, centre), pace_seconds=pace_seconds, seed=seed)
        pages = Pages(links, lambda: story.told, lambda: smtp.arrived)
        pages.start()
        stack.callback(pages.stop)
        story.start()
        stack.callback(story.stop)
        for name, url in {**links, "Everything, and the letters": pages.address}.items():
            say(f"  {name:28} {url}")
        say("Faults come and go. Ctrl+C closes the office.")
        over.wait(seconds)
        say("closing ...")


def main() -> None:
    """The command `python -m tests.demo`."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--counters", type=int, default=COUNTERS)
    parser.add_argument("--pace", type=float, default=30.0, help="seconds from one event to the next")
    parser.add_argument("--seconds", type=float, help="end by itself")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    play(over, counters=chosen.counters, pace_seconds=chosen.pace, seconds=chosen.seconds, seed=chosen.seed)


if __name__ == "__main__":
    main()
