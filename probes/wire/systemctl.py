"""What systemd knows of a unit, asked by systemctl in a process that is killed when it does not answer."""

import os
import re
import shutil
import signal
import subprocess
import threading
from contextlib import suppress
from typing import NamedTuple

from probes.reading import ProbeError
from probes.text import SafeText, clean

TIMEOUT_SECONDS = 5.0
_MOST_BYTES = 4096
_PID_SIGNS = 10
_ENDS = (".service", ".socket", ".target", ".timer", ".mount", ".path")
_NAME = re.compile(r"[A-Za-z0-9:_.\\@][A-Za-z0-9:_.\\@-]{0,250}")
"""systemd.unit(5) allows no other signs."""


class Unit(NamedTuple):
    """A unit's states in systemd's own words (org.freedesktop.systemd1(5)). main_pid: 0 where it has no process."""

    load: SafeText
    active: SafeText
    sub: SafeText
    result: SafeText
    main_pid: int


def full_name(text: str) -> str:
    """A unit's name; without an ending it is a service. Raises ValueError when it can be none."""
    name = text if text.endswith(_ENDS) else f"{text}.service"
    if not _NAME.fullmatch(name):
        msg = f"{text!r} is no unit; write it as systemctl shows it, for example cups.service"
        raise ValueError(msg)
    return name


def unit(name: str) -> Unit:
    """The states of a unit. Raises ProbeError where systemd or systemctl does not tell in time."""
    command = shutil.which("systemctl")
    if command is None:
        msg = "there is no systemctl on this PC: watch the program by its process instead"
        raise ProbeError(msg)
    words = (command, "show", "--no-pager", "--property=LoadState,ActiveState,SubState,Result,MainPID", "--", name)
    said = dict(line.partition("=")[::2] for line in _run(words).splitlines())
    states = [clean(said.get(key, ""), 40) for key in ("LoadState", "ActiveState", "SubState", "Result")]
    if not states[1]:
        msg = clean(f"systemctl says nothing of {name}; does systemd run this PC?", 200)
        raise ProbeError(msg)
    pid = said.get("MainPID", "")
    main_pid = int(pid) if pid.isascii() and pid.isdecimal() and len(pid) < _PID_SIGNS else 0
    return Unit(load=states[0], active=states[1], sub=states[2], result=states[3], main_pid=main_pid)


def _run(words: tuple[str, ...]) -> str:
    """What a command says, as far as its first kilobytes. It and its children are killed at the deadline."""
    env = {**os.environ, "LC_ALL": "C", "SYSTEMD_PAGER": "", "SYSTEMD_COLORS": "0"}
    with subprocess.Popen(  # noqa: S603 - a program of this PC and a name that was checked
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env, process_group=0
    ) as process:
        deadline = threading.Timer(TIMEOUT_SECONDS, _kill, (process,))
        deadline.start()
        try:
            said = process.stdout.read(_MOST_BYTES) if process.stdout else b""
            if len(said) == _MOST_BYTES:
                _kill(process)
            code = process.wait()
        finally:
            deadline.cancel()
    if code == -signal.SIGKILL:
        msg = f"systemctl did not answer properly within {TIMEOUT_SECONDS:g} s; is systemd itself well?"
        raise ProbeError(msg)
    if code:
        msg = clean(f"systemctl refuses: {clean(said) or code}", 256)
        raise ProbeError(msg)
    return said.decode("utf-8", "replace")


def _kill(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
