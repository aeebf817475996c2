"""These tests run by `make vm-test` alone: they need root, QEMU and minutes."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.vm import image, installation
from tests.vm.counter import CounterPc

collect_ignore_glob = [] if os.environ.get("JAGALOKET_VM_TEST") else ["test_*.py"]
_figures: list[str] = []

Boot = Callable[[Path], AbstractContextManager[CounterPc]]


@pytest.fixture(scope="session")
def installed() -> tuple[Path, Path]:
    """The base's folder, and the disk of a PC with the agent at work."""
    assert os.geteuid() == 0, "the guest's files belong to root: run it as root"
    assert shutil.which("qemu-system-x86_64"), "QEMU is missing: make vm-test installs it"
    return installation.installed()


@pytest.fixture
def work() -> Iterator[Path]:
    with image.scratch() as folder:
        yield folder


@pytest.fixture
def disk(work: Path) -> Path:
    """Where this test's own disk is."""
    return work / "disk"


@pytest.fixture
def payload(work: Path) -> Path:
    """The guest's second disk: empty, but for tests that bring something."""
    return image.payload(work, [])


@pytest.fixture
def resume(installed: tuple[Path, Path], disk: Path, payload: Path, work: Path) -> Callable[[], CounterPc]:
    """A PC at a counter, all equipment plugged in, the agent at work and nothing wrong; each call from the start."""

    def go_on() -> CounterPc:
        image.copy(installed[1], disk)
        return CounterPc(installed[0], disk, work / "run", payload=payload, state=image.STATE)

    return go_on


@pytest.fixture
def pc(resume: Callable[[], CounterPc]) -> Iterator[CounterPc]:
    """One such PC."""
    with resume() as guest:
        yield guest


@pytest.fixture
def boot(installed: tuple[Path, Path], payload: Path, work: Path) -> Boot:
    """Switch such a PC on with a disk, when it is off."""

    def switch_on(disk: Path) -> CounterPc:
        return CounterPc(installed[0], disk, work / "boot", payload=payload)

    return switch_on


@pytest.fixture
def figure() -> Callable[[str], None]:
    """Print a line at the end of the run."""
    return _figures.append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _figures:
        terminalreporter.section("figures, on an emulated PC")
        for line in _figures:
            terminalreporter.line(line)
