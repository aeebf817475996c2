"""Runs one function in a process of its own that can be killed: for C code and drivers that may never return.

A libusb transfer, an ioctl on a printer or PC/SC can wait in the kernel beyond any deadline, and a thread
that waits there cannot be stopped. The function is named, not passed: the child is a fresh interpreter that
imports only the module named (about 40 ms of CPU), not a fork of the agent.
"""

import contextlib
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from probes.reading import ProbeError
from probes.text import clean

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"

OUTPUT_LIMIT_BYTES = 1024 * 1024
ABANDONED_LIMIT = 2
"""Killed children that do not die, since a driver holds them in the kernel (state D): beyond this, none is started."""

_ROOT = str(Path(__file__).resolve().parents[2])
_BURIAL_SECONDS = 0.5
_lock = threading.Lock()
_running: set["subprocess.Popen[bytes]"] = set()
_abandoned: list["subprocess.Popen[bytes]"] = []


def run(function: str, argument: Json = None, *, deadline_seconds: float) -> Json:
    """Call function(argument) in a child process and return its result.

    function: "package.module:name", a function that takes and returns plain JSON values.
    deadline_seconds: the child is killed then; this call returns at most half a second later.
    Raises ProbeError: with the child's own message where the function raised ProbeError, else with what
    happened (deadline, crash, signal, more than 1 MiB of output, too many children that cannot be killed).
    """
    deadline = time.monotonic() + deadline_seconds
    refuse_when_stuck(function)
    process = _start(function, argument, deadline_seconds)
    try:
        output = _gather(process, deadline)
    finally:
        _end(process)
    return _result(function, process.returncode, output, deadline_seconds)


def stuck() -> int:
    """How many killed children have not died yet."""
    with _lock:
        _abandoned[:] = [process for process in _abandoned if process.poll() is None]
        return len(_abandoned)


def refuse_when_stuck(function: str) -> None:
    """Raise ProbeError while too many earlier children hang in the kernel."""
    if stuck() >= ABANDONED_LIMIT:
        pids = ", ".join(str(process.pid) for process in _abandoned)
        msg = f"{function} not tried: processes {pids} hang in a driver; unplug that device or restart the PC"
        raise ProbeError(msg)


def kill_all() -> None:
    """Kill every child that runs now, so that the looks waiting for them end at once (the agent stops)."""
    with _lock:
        processes = list(_running)
    for process in processes:
        _kill(process)


def _start(function: str, argument: Json, deadline_seconds: float) -> "subprocess.Popen[bytes]":
    # -P and PYTHONPATH: never import from the working directory, always from where this agent lies.
    command = [sys.executable, "-P", "-m", __spec__.name if __spec__ else __name__, function, str(deadline_seconds)]
    try:
        question = os.memfd_create("question")
        try:
            os.write(question, json.dumps(argument).encode("ascii"))
            os.lseek(question, 0, os.SEEK_SET)
            process = subprocess.Popen(  # noqa: S603 -- our own interpreter and module, no shell
                command,
                stdin=question,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": _ROOT},
                start_new_session=True,
            )
        finally:
            os.close(question)
    except OSError as error:
        msg = f"{function}: cannot start a process ({error.strerror}); look for too little memory or too many processes"
        raise ProbeError(msg) from error
    with _lock:
        _running.add(process)
    return process


def _gather(process: "subprocess.Popen[bytes]", deadline: float) -> bytes | None:
    """All that the child wrote before it ended; None when the deadline or the output limit came first."""
    if process.stdout is None:
        return None
    pipe = process.stdout.fileno()
    poller = select.poll()
    poller.register(pipe, select.POLLIN)
    output = bytearray()
    while len(output) <= OUTPUT_LIMIT_BYTES:
        left = deadline - time.monotonic()
        if left <= 0 or not poller.poll(left * 1000):
            return None
        part = os.read(pipe, 65536)
        if not part:
            return bytes(output)
        output += part
    return None


def _kill(process: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Bury the child, or put it on the list of those that cannot die."""
    if process.poll() is None:
        _kill(process)
    if process.stdout is not None:
        process.stdout.close()
    try:
        process.wait(_BURIAL_SECONDS)
    except subprocess.TimeoutExpired:
        with _lock:
            _abandoned.append(process)
    with _lock:
        _running.discard(process)


def _result(function: str, status: int | None, output: bytes | None, deadline_seconds: float) -> Json:
    if output is None:
        msg = f"{function}: no answer within {deadline_seconds:g} s, or more than {OUTPUT_LIMIT_BYTES} bytes; stopped"
        raise ProbeError(msg)
    try:
        answer = json.loads(output)
        value: Json = answer["value"]
        error = answer["error"]
    except (ValueError, KeyError, TypeError) as fault:
        msg = f"{function}: its process ended with status {status} and without an answer"
        raise ProbeError(msg) from fault
    if error is not None:
        raise ProbeError(clean(str(error), 512))
    return value


def _answer(function: str) -> dict[str, Json]:
    """In the child: call the function; what it raises becomes text."""
    module, _, name = function.partition(":")
    try:
        return {"value": getattr(importlib.import_module(module), name)(json.load(sys.stdin)), "error": None}
    except ProbeError as error:
        return {"value": None, "error": str(error)}
    except Exception as error:  # noqa: BLE001 -- the border: the parent raises it as a ProbeError
        return {"value": None, "error": f"{function}: {type(error).__name__}: {error}"}


def main(function: str, deadline_seconds: str) -> None:
    """The child's side: one question on stdin, one answer on stdout."""
    # Should the agent die, this process still ends: SIGALRM kills it even inside C code.
    signal.setitimer(signal.ITIMER_REAL, float(deadline_seconds) + 1)
    # What a library prints must not mix into the answer.
    answer = os.dup(1)
    os.dup2(2, 1)
    with os.fdopen(answer, "w", encoding="ascii") as pipe:
        json.dump(_answer(function), pipe)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
