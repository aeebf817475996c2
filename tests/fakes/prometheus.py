"""A real Prometheus on loopback, and its tool; both come from Debian's package (scripts/test-tools.sh)."""

import json
import shutil
import signal
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from tests.fakes.agentprocess import until
from tests.fakes.http import free_port

_TOOLS = Path(__file__).parents[2] / ".tools" / "usr" / "bin"
Series = dict[str, Any]


def program(name: str) -> str:
    """A program's path; skips the test where it is not on this machine."""
    found = shutil.which(name) or shutil.which(name, path=str(_TOOLS))
    if found is None:
        pytest.skip(f"{name} is not installed: run scripts/test-tools.sh .tools")
    return found


def fill(data: Path, openmetrics: Path) -> None:
    """Make a Prometheus' data of an OpenMetrics text with times, in blocks of up to 256 h."""
    words = ["tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=256h", "-q"]
    done = subprocess.run(
        [program("promtool"), *words, str(openmetrics), str(data)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def record(prometheus: "Prometheus", data: Path, start: float, end: float) -> None:
    """Write down what our recording rules for boards would have recorded meanwhile; restarts the server."""
    rules = Path(__file__).parents[2] / "alerts" / "rules" / "boards.rules.yml"
    words = ["tsdb", "create-blocks-from", "rules", "-q", f"--url={prometheus.url}", f"--output-dir={data}"]
    done = subprocess.run(
        [program("promtool"), *words, f"--start={start:.0f}", f"--end={end:.0f}", str(rules)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    prometheus.stop()
    prometheus.start()


class PrometheusError(Exception):
    """What Prometheus answered instead of data."""


class Prometheus:
    """One server over one folder; config: its configuration, none but the defaults where it is empty."""

    def __init__(self, folder: Path, config: str = "", *flags: str) -> None:
        self.port = free_port()
        self._log = folder / "prometheus.log"
        file = folder / "prometheus.yml"
        file.write_text(config, "utf-8")
        self._command = [
            program("prometheus"),
            f"--config.file={file}",
            f"--web.listen-address=127.0.0.1:{self.port}",
            f"--storage.tsdb.path={folder / 'data'}",
            "--storage.tsdb.retention.time=10y",
            *flags,
        ]
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it is ready."""
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(self._command, stdout=log, stderr=log)
        until(self._ready, 30)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)

    def _ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self._log.read_text("utf-8")
        try:
            with urllib.request.urlopen(f"{self.url}/-/ready", timeout=2) as answer:  # noqa: S310 - loopback
                return bool(answer.status == 200)
        except OSError:
            return False

    def api(self, path: str, **parameters: str | float | Sequence[str]) -> Any:  # noqa: ANN401 - JSON
        """What the API answers to a POST. Raises PrometheusError."""
        body = urllib.parse.urlencode(parameters, doseq=True).encode()
        try:
            with urllib.request.urlopen(f"{self.url}/api/v1/{path}", body, timeout=60) as answer:  # noqa: S310
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise PrometheusError(json.load(error)["error"]) from None

    def read(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """What the API answers to a GET."""
        with urllib.request.urlopen(f"{self.url}/api/v1/{path}", timeout=30) as answer:  # noqa: S310 - loopback
            return json.load(answer)["data"]

    def values(self, label: str, match: str, start: float, end: float) -> list[str]:
        """The values of a label on some series."""
        words = urllib.parse.urlencode({"match[]": match, "start": start, "end": end})
        return list(self.read(f"label/{label}/values?{words}"))

    def query(self, expr: str, at: float) -> list[Series]:
        """The series of an instant query, each with its value."""
        data = self.api("query", query=expr, time=at)
        return data["result"] if data["resultType"] == "vector" else [{"metric": {}, "value": data["result"]}]

    def query_range(self, expr: str, start: float, end: float, step: float) -> list[Series]:
        """The series of a range query, each with its values."""
        return list(self.api("query_range", query=expr, start=start, end=end, step=step)["result"])
