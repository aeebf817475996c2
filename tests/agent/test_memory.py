"""One heap for all threads."""

import subprocess
import sys

import pytest

_HEAPS = """
import ctypes, sys, threading
from agent import memory
told = memory.one_heap() if sys.argv[1] == "one" else None
gate = threading.Barrier(9)
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes = [ctypes.c_size_t]
heaps = set()
def work():
    gate.wait()
    heaps.add(libc.malloc(64) >> 26)
    gate.wait()
threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads: thread.start()
gate.wait(); gate.wait()
for thread in threads: thread.join()
print(told, len(heaps))
"""


def heaps(how: str) -> tuple[str, int]:
    done = subprocess.run([sys.executable, "-c", _HEAPS, how], capture_output=True, text=True, timeout=30, check=True)
    told, count = done.stdout.split()
    return told, int(count)


def test_threads_share_one_heap() -> None:
    told, count = heaps("one")
    if told == "False":
        pytest.skip("this C library has no mallopt")
    assert count <= 2, "an area of 64 MiB a heap, and one border"
    assert heaps("many")[1] > count
