"""Network namespaces for tests: an office PC and its router, wired with veth. Needs root and iproute2."""

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

T = TypeVar("T")
_CLONE_NEWNET = 0x40000000


def command(*words: str) -> None:
    """Run one command to its end."""
    subprocess.run(words, check=True, capture_output=True, timeout=20)


@contextmanager
def namespaces(*names: str) -> Iterator[None]:
    """Make them and take them away again; skips the test where that is not allowed."""
    if os.geteuid() != 0 or not shutil.which("ip"):
        pytest.skip("network namespaces need root and the ip command")
    made = []
    try:
        for name in names:
            try:
                command("ip", "netns", "add", name)
                made.append(name)
                # in a plain chroot one can be made but not entered
                command("ip", "-n", name, "link", "set", "lo", "up")
            except subprocess.CalledProcessError as error:
                pytest.skip(f"network namespaces are not allowed here: {error.stderr.decode().strip()}")
        yield
    finally:
        for name in made:
            command("ip", "netns", "del", name)


def inside(name: str, call: Callable[[], T]) -> T:
    """Run a call in a thread that lives in a namespace; threads that it starts live there, too."""
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        descriptor = os.open(f"/run/netns/{name}", os.O_RDONLY | os.O_CLOEXEC)
        try:
            _setns(descriptor)
            results.append(call())
        except BaseException as error:  # noqa: BLE001 - handed to the caller below
            errors.append(error)
        finally:
            os.close(descriptor)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]


def allow_pings() -> None:
    """Let everybody in the current namespace ping."""
    Path("/proc/sys/net/ipv4/ping_group_range").write_text("0 2147483647")


def _setns(descriptor: int) -> None:
    """setns(2), which os has only since Python 3.12."""
    import ctypes  # noqa: PLC0415 - only where namespaces are allowed

    library = ctypes.CDLL(None, use_errno=True)
    if library.setns(descriptor, _CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")
