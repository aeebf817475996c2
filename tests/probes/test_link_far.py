"""Round trips and loss over a way of known length, beside fping, and while this process is busy."""

import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable

import pytest

from probes.link.quality import Figures, figures
from probes.wire import icmp
from tests.fakes.farhost import FarHost, far_process
from tests.fakes.netns import allow_pings, command, inside, namespaces

FAR = "198.51.100.7"


def measure(delay_seconds: float, lose_every: int, calls: Callable[[], Figures]) -> Figures:
    """Run something in a namespace from which FAR is that far away."""
    name = f"jl-far-{os.getpid()}"
    with namespaces(name):
        inside(name, allow_pings)
        with inside(name, lambda: FarHost("far0", delay_seconds, lose_every)):
            command("ip", "-n", name, "addr", "add", "198.51.100.1/24", "dev", "far0")
            command("ip", "-n", name, "link", "set", "far0", "up")
            return inside(name, calls)


def ours(count: int) -> Figures:
    return figures([burst for burst in icmp.bursts([FAR], count, 0.5, spacing_seconds=0.02) if burst])


def fping(count: int) -> Figures:
    words = ["fping", "-q", "-C", str(count), "-p", "20", "-t", "500", FAR]
    done = subprocess.run(words, check=False, capture_output=True, text=True, timeout=30)
    rtts = tuple(float(word) / 1000 for word in re.findall(r"\d+\.\d+|\d+", done.stderr.partition(" : ")[2]))
    return figures([icmp.Burst(sent=count, rtts=rtts)])


@pytest.mark.slow
@pytest.mark.parametrize(("delay_seconds", "lose_every"), [(0.02, 0), (0.02, 5), (0.15, 10)])
def test_figures_agree_with_fping(delay_seconds: float, lose_every: int) -> None:
    if not shutil.which("fping"):
        pytest.skip("fping is not installed")
    mine = measure(delay_seconds, lose_every, lambda: ours(50))
    theirs = measure(delay_seconds, lose_every, lambda: fping(50))
    assert mine.median_seconds == pytest.approx(theirs.median_seconds, rel=0.05)
    assert mine.loss == pytest.approx(theirs.loss, abs=0.01)


def busy(calls: Callable[[], Figures]) -> Figures:
    """Run something while another thread of this process computes for 5 ms at a time."""
    over = threading.Event()

    def hog() -> None:
        while not over.is_set():
            until = time.perf_counter() + 0.005
            while time.perf_counter() < until:
                pass
            time.sleep(0.001)

    thread = threading.Thread(target=hog, daemon=True)
    thread.start()
    try:
        return calls()
    finally:
        over.set()
        thread.join()


@pytest.mark.slow
def test_a_round_trip_stays_right_while_this_process_is_busy() -> None:
    name = f"jl-busy-{os.getpid()}"
    with namespaces(name):
        inside(name, allow_pings)
        with far_process(name, "far0", 0.02):
            command("ip", "-n", name, "addr", "add", "198.51.100.1/24", "dev", "far0")
            command("ip", "-n", name, "link", "set", "far0", "up")
            quiet = inside(name, lambda: ours(30))
            loaded = inside(name, lambda: busy(lambda: ours(30)))
    assert quiet.median_seconds is not None
    assert loaded.median_seconds == pytest.approx(quiet.median_seconds, abs=0.0008)
