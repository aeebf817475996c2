"""What disks say of their own health (ATA SMART, NVMe), through smartctl (smartmontools 7, smartctl(8)).

The package lets systemd ask (jagaloket-smart@.service) and leave the answers in a folder; elsewhere smartctl is asked
where it may open disks.
"""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from probes.reading import NO_TEXT
from probes.text import SafeText, clean

SYS_BLOCK = Path("/sys/block")
FOLDER = Path("/run/jagaloket-smart")
STANDING_BY = 3
"""The exit status for a standing disk. smartctl's own bits 0 (not understood) and 1 (not opened) exclude each other."""
OPTIONS = ("--json=c", "-i", "-H", "-n", f"standby,{STANDING_BY}")
"""Identity and verdict; a standing disk is not woken."""
_NOT_OPENED = 2
_DISK = re.compile(r"sd[a-z]+|nvme\d+n\d+")
_PLACES = "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin"
_TIMEOUT_SECONDS = 20.0
_MOST_DISKS = 16
_MOST_BYTES = 1 << 16


class Answer(NamedTuple):
    """passed: whether the disk believes in itself; None where it cannot tell. standing: asleep, so it was not asked."""

    passed: bool | None = None
    standing: bool = False
    model: SafeText = NO_TEXT


def disks(sys_block: Path = SYS_BLOCK) -> list[str]:
    """The names of the disks that smartctl knows how to ask."""
    try:
        names = sorted(path.name for path in sys_block.iterdir() if (path / "device").exists())
    except OSError:
        return []
    return [name for name in names if _DISK.fullmatch(name)][:_MOST_DISKS]


def program() -> str | None:
    """Where smartctl is, if it is installed."""
    return shutil.which("smartctl", path=_PLACES)


def ask(disk: str) -> Answer | None:
    """What a disk answers; None for no answer. Never raises; may take as long as smartctl may."""
    command = program()
    if command is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - the kernel's own disk names
            [command, *OPTIONS, f"/dev/{disk}"],
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIMEOUT_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return understood(done.stdout)


def understood(said: bytes) -> Answer | None:
    """What smartctl's JSON says. None where it is none, and where the disk could not be opened.

    The bits of smartctl's exit status that tell of old errors and worn attributes decide nothing here.
    """
    try:
        whole = json.loads(said) if len(said) <= _MOST_BYTES else None
    except (ValueError, RecursionError):
        return None
    status = _in(_in(whole, "smartctl"), "exit_status")
    passed = _in(_in(whole, "smart_status"), "passed")
    if isinstance(passed, bool):
        return Answer(passed=passed, model=clean(str(_in(whole, "model_name") or "")))
    if not isinstance(status, int) or status == _NOT_OPENED:
        return None
    return Answer(standing=status == STANDING_BY)


@dataclass(slots=True)
class Left:
    """One disk's answer as systemd left it in a file.

    How old it is, is judged by when it was seen to change (monotonic seconds): the clock may have been set since it
    was written. The folder is emptied at every start of the PC.
    """

    best_before_seconds: float
    _mark: tuple[int, int] | None = None
    _since: float = field(default=float("-inf"))
    _answer: Answer | None = None

    def read(self, file: Path, now: float) -> Answer | None:
        """The last answer, if it is not too old. What stands by is as it was. Never raises."""
        try:
            status = file.stat()
            mark = (status.st_mtime_ns, status.st_size)
            if mark != self._mark:
                with file.open("rb") as opened:
                    self._take(understood(opened.read(_MOST_BYTES + 1)), now)
                self._mark = mark
        except OSError:
            self._mark = self._answer = None
        return self._answer if now - self._since < self.best_before_seconds else None

    def _take(self, answer: Answer | None, now: float) -> None:
        if answer is None:  # it is being written just now, or the disk did not answer
            return
        self._since = now
        if not answer.standing or self._answer is None:
            self._answer = answer


def _in(value: Any, key: str) -> Any:  # noqa: ANN401 - JSON may hold anything
    return value.get(key) if isinstance(value, dict) else None
