"""A real Alertmanager on loopback; it comes from Debian's package (scripts/test-tools.sh)."""

import json
import os
import signal
import subprocess
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from tests.fakes.agentprocess import until
from tests.fakes.http import free_port
from tests.fakes.prometheus import program

_SHARE = Path("/usr/share")
_OURS = Path(__file__).parents[2] / ".tools" / "usr" / "share"
_TEMPLATES = Path("prometheus/alertmanager/default.tmpl")
_LAY = 'mount -t overlay overlay -o "lowerdir=$0:/usr/share" /usr/share && exec "$@"'


def with_templates() -> list[str]:
    """The words before the command: Debian's Alertmanager looks for its templates at one path only.

    Where its package is not installed, they are laid over that path for this one process.
    """
    if (_SHARE / _TEMPLATES).exists():
        return []
    if not (_OURS / _TEMPLATES).exists():
        pytest.skip("Alertmanager's templates are not here: run scripts/test-tools.sh .tools")
    words = ["unshare", "-m" if os.geteuid() == 0 else "-rm", "sh", "-c", _LAY, str(_OURS)]
    if subprocess.run([*words, "true"], capture_output=True, check=False, timeout=10).returncode != 0:
        pytest.skip("mount namespaces are not allowed here, so Alertmanager does not find its templates")
    return words


class AlertDaemon:
    """One Alertmanager over one folder."""

    def __init__(self, folder: Path, config: str) -> None:
        self.port = free_port()
        self._log = folder / "alertmanager.log"
        self._file = folder / "alertmanager.yml"
        self._file.write_text(config, "utf-8")
        self._command = [
            *with_templates(),
            program("prometheus-alertmanager"),
            f"--config.file={self._file}",
            f"--storage.path={folder / 'alertmanager'}",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--cluster.listen-address=",
            "--log.level=debug",
        ]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        return self._log.read_text("utf-8")

    def __enter__(self) -> Self:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(self._command, stdout=log, stderr=log)
        until(self._ready, 30)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)

    def _ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/-/ready", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def tell(self, labels: Sequence[Mapping[str, str]]) -> None:
        """Say that these alerts fire."""
        body = json.dumps([{"labels": dict(one)} for one in labels]).encode()
        url = f"http://127.0.0.1:{self.port}/api/v2/alerts"
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            assert answer.status == 200

    def alerts(self) -> list[dict[str, Any]]:
        """All alerts that it knows, each with what inhibits it."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v2/alerts", timeout=10) as answer:
            return list(json.load(answer))
