"""Real printing on loopback: ippeveprinter with a private D-Bus, and cupsd in a temporary root."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.fakes.http import free_port

_SBIN = ("/usr/sbin", "/sbin")
_READY_SECONDS = 10.0

_BUS = """<busconfig><type>session</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
<policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
</policy>
</busconfig>
"""

_CUPS_FILES = """ServerRoot {root}/etc
StateDir {root}/state
CacheDir {root}/cache
RequestRoot {root}/spool
TempDir {root}/spool/tmp
AccessLog {root}/access.log
ErrorLog {root}/error.log
PageLog {root}/page.log
SystemGroup root
FileDevice Yes
"""

_CUPSD = """Listen {root}/cups.sock
LogLevel debug
Browsing No
WebInterface No
DefaultAuthType None
JobRetryInterval 1
<Location />
  Order allow,deny
  Allow all
</Location>
<Policy default>
  JobPrivateAccess default
  JobPrivateValues default
  SubscriptionPrivateAccess default
  SubscriptionPrivateValues default
  <Limit All>
    Order allow,deny
    Allow all
  </Limit>
</Policy>
"""

_JOB = """#!/bin/sh
# The commands that the job's title holds reach the printer through standard error; one that ends at once may
# have its last words overlooked.
echo "$IPP_JOB_NAME" | tr '@' '\\n' >&2
sleep 0.3
"""


def program(name: str) -> str:
    """A program's path; skips the test where it is not installed."""
    path = shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", ""), *_SBIN)))
    if path is None:
        pytest.skip(f"{name} is not installed: apt-get install cups-daemon cups-client cups-ipp-utils dbus-daemon")
    return path


@contextlib.contextmanager
def running(*command: str, log: Path, env: dict[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A program, ended with the block."""
    with (
        log.open("wb") as out,
        subprocess.Popen(command, stdout=out, stderr=out, env=os.environ | (env or {})) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()


def until_it_listens(at: tuple[str, int] | str) -> None:
    """Wait for a server to take connections."""
    ends = time.monotonic() + _READY_SECONDS
    while True:
        with socket.socket(socket.AF_UNIX if isinstance(at, str) else socket.AF_INET) as probe:
            if probe.connect_ex(at) == 0:
                return
        if time.monotonic() > ends:
            pytest.fail(f"{at} does not listen after {_READY_SECONDS} s")
        time.sleep(0.02)


@contextlib.contextmanager
def room() -> Iterator[Path]:
    """A folder whose path is short enough for a local socket in it."""
    with tempfile.TemporaryDirectory(prefix="jl-") as name:
        path = Path(name)
        path.chmod(0o755)
        yield path


@dataclass
class RealPrinter:
    """CUPS's ippeveprinter. A job's title holds commands to it: "STATE: +cover-open@ATTR: marker-levels=3,80"."""

    room: Path
    port: int = field(default_factory=free_port)
    _stack: contextlib.ExitStack | None = None

    @property
    def uri(self) -> str:
        return f"ipp://localhost:{self.port}/ipp/print"

    def switch_on(self) -> None:
        """Start it, or start it again."""
        command, spool = self.room / "job.sh", self.room / "printed"
        command.write_text(_JOB)
        command.chmod(0o755)
        spool.mkdir(exist_ok=True)
        options = ("-r", "off", "-n", "localhost", "-p", str(self.port), "-d", str(spool), "-c", str(command))
        stack = contextlib.ExitStack()
        bus = stack.enter_context(_bus(self.room))
        log = self.room / "ippeveprinter.log"
        formats = ("-f", "application/octet-stream,application/pdf,image/pwg-raster,text/plain")
        stack.enter_context(running(program("ippeveprinter"), *options, *formats, "Loket A", log=log, env=bus))
        until_it_listens(("127.0.0.1", self.port))
        self._stack = stack

    def switch_off(self) -> None:
        """Stop it, as a power switch does."""
        if self._stack:
            self._stack.close()
            self._stack = None

    def panel(self, query: str) -> None:
        """Do something at its web page: "supplies?supply0=25&supply1=3"."""
        with urlopen(f"http://localhost:{self.port}/{query}", timeout=5) as page:
            page.read()


@contextlib.contextmanager
def _bus(room: Path) -> Iterator[dict[str, str]]:
    """A private D-Bus, without which ippeveprinter does not start; what to set in the environment."""
    path, config = room / "bus.sock", room / "bus.conf"
    config.write_text(_BUS.format(socket=path))
    path.unlink(missing_ok=True)
    command = (program("dbus-daemon"), f"--config-file={config}", "--nofork", "--nopidfile")
    with running(*command, log=room / "bus.log"):
        until_it_listens(str(path))
        yield {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={path}"}


@dataclass
class RealCups:
    """cupsd with one local socket, in a folder of its own."""

    room: Path
    _stack: contextlib.ExitStack | None = None

    @property
    def socket(self) -> str:
        return str(self.room / "cups.sock")

    def start(self) -> None:
        """Start it, or start it again."""
        for name in ("etc", "state", "cache", "spool/tmp"):
            (self.room / name).mkdir(parents=True, exist_ok=True)
        files, config = self.room / "cups-files.conf", self.room / "cupsd.conf"
        files.write_text(_CUPS_FILES.format(root=self.room))
        config.write_text(_CUPSD.format(root=self.room))
        stack = contextlib.ExitStack()
        stack.enter_context(
            running(program("cupsd"), "-f", "-c", str(config), "-s", str(files), log=self.room / "cupsd.log")
        )
        until_it_listens(self.socket)
        self._stack = stack

    def stop(self) -> None:
        """Stop it."""
        if self._stack:
            self._stack.close()
            self._stack = None

    def say(self, command: str, *arguments: str) -> None:
        """One of CUPS's own commands."""
        done = subprocess.run(
            (program(command), "-h", self.socket, *arguments), capture_output=True, timeout=20, check=False
        )
        assert done.returncode == 0, done.stderr.decode()

    def print(self, queue: str, title: str = "job") -> None:
        """Print a page."""
        page = self.room / "page.pdf"
        page.write_bytes(b"%PDF-1.4\nhello\n")
        self.say("lp", "-d", queue, "-o", "raw", "-t", title, str(page))


@contextlib.contextmanager
def real_printer() -> Iterator[RealPrinter]:
    """A printer that is switched on."""
    with room() as path:
        printer = RealPrinter(path)
        printer.switch_on()
        try:
            yield printer
        finally:
            printer.switch_off()


@contextlib.contextmanager
def real_cups() -> Iterator[RealCups]:
    """A CUPS without queues."""
    if os.geteuid() != 0:
        pytest.skip("cupsd of Debian runs only as root")
    with room() as path:
        cups = RealCups(path)
        cups.start()
        try:
            yield cups
        finally:
            cups.stop()
