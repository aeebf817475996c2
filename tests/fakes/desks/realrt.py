"""A real Request Tracker 5 on loopback, with a database of its own; and a relay before it that loses answers."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

from tests.fakes.desks.server import Answer, Asked, FakeDesk
from tests.fakes.http import free_port

SERVER = Path("/usr/share/request-tracker5/libexec/rt-server")
_SETUP = "/usr/sbin/rt-setup-database-5"
_DATA = "/usr/share/request-tracker5/etc/initialdata"
_CONFIG = """
Set($rtname, 'jagaloket.test');
Set($Organization, 'jagaloket.test');
Set($WebDomain, '127.0.0.1');
Set($WebPort, {port});
Set($WebBaseURL, 'http://127.0.0.1:{port}');
Set($DatabaseType, 'SQLite');
Set($DatabaseName, '{folder}/rt.db');
Set($MailCommand, 'testfile');
Set($LogToSyslog, undef);
Set($LogToSTDERR, 'error');
$RT::MasonDataDir = '{folder}/mason';
$RT::MasonSessionDir = '{folder}/sessions';
1;
"""


class RealRt:
    """The server. token: of the agent's user; technician: of a person's."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.token = self.technician = ""
        for name in ("conf.d", "mason", "sessions"):
            (folder / name).mkdir()
        site = folder / "RT_SiteConfig.pm"
        site.write_text(_CONFIG.replace("{port}", str(self.port)).replace("{folder}", str(folder)))
        self._env = {**os.environ, "RT_SITE_CONFIG": str(site), "RT_SITE_CONFIG_DIR": str(folder / "conf.d")}
        self._log = folder / "rt.log"
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, method: str, path: str, data: Any = None, *, token: str = "") -> Any:  # noqa: ANN401 - JSON
        """One request as a person's program would make it; what it answered."""
        answer = self.forward(
            method, path, json.dumps(data).encode() if data is not None else b"", token or self.technician
        )
        assert answer.status < 300, (method, path, answer)
        return answer.body

    def forward(self, method: str, path: str, raw: bytes, token: str) -> Answer:
        wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Authorization": f"token {token}", "Content-Type": "application/json", "Accept": "application/json"}
        wire.request(method, path, raw or None, headers)
        reply = wire.getresponse()
        body = reply.read()
        wire.close()
        try:
            return Answer(reply.status, json.loads(body) if body else None)
        except ValueError:
            return Answer(reply.status, body)

    def __enter__(self) -> Self:
        self._run(_SETUP, "--action", "create,schema,coredata", "--dba", "", "--dba-password", "")
        self._run(_SETUP, "--action", "insert", "--dba", "", "--dba-password", "", "--datafile", _DATA)
        out = self._run("perl", str(Path(__file__).with_name("realrt.pl")))
        self.token, self.technician = out.decode().split()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", str(SERVER), "--host", "127.0.0.1", "--port", str(self.port)],
                env=self._env, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        try:
            self._await(self._process)
        except BaseException:
            self._kill()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self._kill()

    def _kill(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)

    def _run(self, *command: str) -> bytes:
        with self._log.open("ab") as log:
            done = subprocess.run(
                command,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                timeout=120,
                check=False,
            )
        assert done.returncode == 0, self._log.read_text()[-3000:]
        return done.stdout

    def _await(self, process: "subprocess.Popen[bytes]") -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end and process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError(self._log.read_text()[-3000:])


class Relay(FakeDesk):
    """Passes everything on to the real one, and plays tricks with its answers."""

    def __init__(self, real: RealRt) -> None:
        super().__init__()
        self.real = real
        self.token = real.token

    def act(self, asked: Asked) -> Answer:
        token = asked.headers.get("authorization", "").removeprefix("token ")
        query = f"?{urlencode(asked.query)}" if asked.query else ""
        return self.real.forward(asked.method, asked.path + query, asked.raw, token)
