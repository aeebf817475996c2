"""A full disk, again and again: the alert is sent while it is full, nothing crashes, and it heals by itself."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.reliability.trace import ROOT

_OWN = ["unshare", "--mount", "--propagation", "private"]


def missing() -> str:
    """Why no disk can be mounted here; "" where one can."""
    probe = [*_OWN, "mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", "/mnt"]
    try:
        done = subprocess.run(probe, capture_output=True, check=False)
    except OSError:
        return "unshare is not installed"
    return "" if done.returncode == 0 else "only root may mount a small disk for this"


REASON = missing()
pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(REASON), reason=REASON)]


def played(folder: Path, cycles: int, how: str = "with-reserves") -> list[str]:
    done = subprocess.run(
        [*_OWN, sys.executable, "-m", "tests.reliability.fulldisk", str(folder), str(cycles), how],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_two_hundred_full_disks_silence_nothing(tmp_path: Path) -> None:
    *cycles, end = played(tmp_path, 200)
    assert cycles == [f"{number} well" for number in range(200)]
    assert end == "end 400 sound"


def test_without_the_reserves_the_alert_would_not_go(tmp_path: Path) -> None:
    *cycles, _ = played(tmp_path, 3, "bare")
    assert all("well" not in line for line in cycles)
