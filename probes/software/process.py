"""Is a program's process there? By its name, a piece of its command line, and whose it is."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

import psutil

from probes.reading import Actor, Metric, MetricType, ProbeError, Sample
from probes.software.part import NOT_RUNNING, Found, wrong

STARTED = Metric(
    name="jagaloket_software_started_timestamp_seconds",
    type=MetricType.GAUGE,
    help="When a program's process started; several: the oldest that is watched.",
)
_MOST_COMMAND = 4096
_ENDED = (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)


class ProcessCheck:
    """name: as ps shows it, upper or lower case. command: a piece of the command line, * stands for anything.

    A process that was found is only asked whether it is still there; all are looked through where it is not.
    """

    codes: tuple[str, ...] = (NOT_RUNNING,)

    def __init__(self, name: str, command: str, user: str) -> None:
        self.name = "process"
        self._program, self._command, self._user = name.casefold(), command, user
        self._known: psutil.Process | None = None

    @property
    def started(self) -> float | None:
        """When the process that was found started, UTC epoch seconds."""
        return self._known.create_time() if self._known is not None else None

    def look(self) -> Found:
        """Find the process again. Raises ProbeError where this PC hides others' processes."""
        if self._known is None or not lives(self._known):
            self._known = next(self._find(), None)
        if self._known is None:
            return wrong(NOT_RUNNING, Actor.COUNTER, f"no process {self._wanted()}")
        return Found(up=True, samples=(Sample(metric=STARTED, value=self._known.create_time()),))

    def _find(self) -> Iterator[psutil.Process]:
        owner = _uid(self._user) if self._user else None
        hidden, ours = not psutil.pid_exists(1), _ours()
        for process in psutil.process_iter():
            try:
                if process.pid not in ours and self._fits(process, owner) and lives(process):
                    yield process
            except psutil.AccessDenied:
                hidden = True
            except psutil.Error:
                continue
        if hidden:
            msg = "others' processes are hidden from the agent (hidepid, or ProtectProc= in its unit): show them to it"
            raise ProbeError(msg)

    def _fits(self, process: psutil.Process, owner: int | None) -> bool:
        if self._program and process.name().casefold() != self._program:
            return False
        if self._command:
            line = " ".join(process.cmdline())[:_MOST_COMMAND]
            if not fnmatchcase(line, f"*{self._command}*"):
                return False
        return owner is None or process.uids().real == owner

    def _wanted(self) -> str:
        parts = (("named", self._program), ("with", self._command), ("of", self._user))
        return " ".join(f"{word} {text!r}" for word, text in parts if text)


def lives(process: psutil.Process) -> bool:
    """Whether a process is still there, and more than an entry that nobody cleared away."""
    try:
        return process.is_running() and process.status() not in _ENDED
    except psutil.NoSuchProcess:
        return False


def process_of(pid: int) -> psutil.Process | None:
    """The process of this number; None where there is none."""
    try:
        return psutil.Process(pid) if pid > 0 else None
    except psutil.Error:
        return None


def _ours() -> set[int]:
    """This program and who called it: "jagaloket probe --set command=..." bears the words that are looked for."""
    me = psutil.Process()
    return {me.pid, *(one.pid for one in me.parents())}


def _uid(user: str) -> int:
    import pwd  # noqa: PLC0415 - not on every system, and only who names a user needs it

    try:
        return pwd.getpwnam(user).pw_uid
    except KeyError as error:
        msg = f"there is no user {user!r} on this PC: write the name of the one whose program it is"
        raise ProbeError(msg) from error
