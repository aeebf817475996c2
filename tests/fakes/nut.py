"""NUT's own upsd on a loopback port, with its dummy-ups as the UPS; nothing of the system's configuration is read."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.fakes.cups import until_it_listens
from tests.fakes.http import free_port

_FOLDER = "/lib/nut"
"""Debian's /sbin/upsd is a script that starts nothing before somebody sets a mode."""
_READY_SECONDS = 15.0
_UPS = '[{name}]\n driver = dummy-ups\n port = {file}\n mode = dummy-once\n pollinterval = 1\n desc = "{desc}"\n'


class RealUpsd:
    """upsd, and one driver for each UPS. A UPS is what its file says: "ups.status: OL" and so on."""

    def __init__(self, room: Path) -> None:
        self.port = free_port()
        self._room = room
        self._drivers: dict[str, subprocess.Popen[bytes]] = {}
        self._stack = ExitStack()
        self._said = 0

    def start(self, **descriptions: str) -> None:
        """Start a UPS for each name, then upsd."""
        if not Path(_FOLDER, "upsd").exists():
            pytest.skip("NUT is not installed: apt-get install nut-server")
        (self._room / "state").mkdir(exist_ok=True)
        tables = [_UPS.format(name=name, file=self._file(name), desc=text) for name, text in descriptions.items()]
        self._write("ups.conf", "".join(tables))
        self._write("upsd.conf", f"LISTEN 127.0.0.1 {self.port}\nMAXAGE 2\n")
        self._write("upsd.users", "")
        for name in descriptions:
            self._file(name).touch()
            self.say(name, "OL")
            self.plug(name)
        self._run("upsd", "-D")
        until_it_listens(("127.0.0.1", self.port))

    def plug(self, name: str) -> None:
        """Start a UPS's driver."""
        self._drivers[name] = self._run("dummy-ups", "-a", name, "-D")

    def unplug(self, name: str) -> None:
        """The driver ends."""
        self._drivers[name].kill()
        self._drivers[name].wait(5)

    def freeze(self, name: str) -> None:
        """The driver hangs: upsd's data grow old."""
        self._drivers[name].send_signal(signal.SIGSTOP)
        self._stack.callback(self._drivers[name].send_signal, signal.SIGCONT)

    def say(self, name: str, status: str, **more: str) -> None:
        """What a UPS says from now on; battery__charge stands for battery.charge."""
        values = {"ups.status": status, **{key.replace("__", "."): value for key, value in more.items()}}
        fresh = self._file(name).with_suffix(".new")
        fresh.write_text("".join(f"{key}: {value}\n" for key, value in values.items()), "utf-8")
        # dummy-ups knows a new text by its time in whole seconds.
        self._said += 1
        os.utime(fresh, (time.time() + self._said,) * 2)
        fresh.replace(self._file(name))

    def close(self) -> None:
        """End everything."""
        self._stack.close()

    def _file(self, name: str) -> Path:
        return self._room / f"{name}.dev"

    def _write(self, name: str, text: str) -> None:
        (self._room / name).write_text(text)
        (self._room / name).chmod(0o640)

    def _run(self, program: str, *options: str) -> subprocess.Popen[bytes]:
        folders = {"NUT_CONFPATH": self._room, "NUT_STATEPATH": self._room / "state"}
        folders["NUT_ALTPIDPATH"] = self._room / "state"
        command = (f"{_FOLDER}/{program}", *options, "-u", "root" if os.geteuid() == 0 else str(os.geteuid()))
        log = self._stack.enter_context((self._room / f"{program}.log").open("ab"))
        process = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | folders)
        self._stack.callback(_end, process)
        return process


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)


@contextmanager
def real_upsd(room: Path, **descriptions: str) -> Iterator[RealUpsd]:
    """A running upsd."""
    server = RealUpsd(room)
    try:
        server.start(**descriptions)
        yield server
    finally:
        server.close()


def until(found: object, tries: Iterator[object]) -> None:
    """Wait until a look finds this; its figures reach upsd within a second or two."""
    ends = time.monotonic() + _READY_SECONDS
    last: object = None
    for last in tries:
        if last == found or (isinstance(found, re.Pattern) and found.search(str(last))):
            return
        if time.monotonic() > ends:
            break
        time.sleep(0.05)
    pytest.fail(f"{found!r} was not found within {_READY_SECONDS:.0f} s; last: {last!r}")
