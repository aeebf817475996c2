"""The demo opens, plays, shows and closes."""

import re
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parents[2]


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - loopback
        return str(answer.read().decode())


def test_an_office_of_one_counter_opens_writes_letters_and_leaves_nothing() -> None:
    command = [sys.executable, "-m", "tests.demo", "--counters", "1", "--pace", "0.5", "--seconds", "60"]
    before = _agents()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        try:
            links: dict[str, str] = {}
            for line in demo.stdout:
                if found := re.match(r"  (.+?)\s+(http://\S+)$", line):
                    links[found[1]] = found[2]
                if line.startswith("Faults come"):
                    break
            assert "Medan Timur" in fetch(links["Loket 1"])
            place = links["Everything, and the letters"]
            end = time.monotonic() + 40
            while "/letter/0" not in fetch(place):
                assert time.monotonic() < end, "no letter came"
                time.sleep(0.2)
            assert "Loket 1: " in fetch(place)
            assert "Langkah pertama" in fetch(f"{place}body/0")
            assert "camat@example.go.id" in fetch(f"{place}letter/0")
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(30)
    assert demo.returncode == 0
    assert _agents() <= before


def _agents() -> set[int]:
    """The processes of demos."""
    found = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            with suppress(OSError):
                if b"/jagaloket-demo-" in (folder / "cmdline").read_bytes():
                    found.add(int(folder.name))
    return found
