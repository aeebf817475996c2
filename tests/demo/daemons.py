"""Prometheus beside the simulated office, where the program is there (`make test` fetches it)."""

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

from tests.demo.counter import OFFICE, SITE
from tests.fakes.http import free_port

ROOT = Path(__file__).parents[2]
SCRAPE_SECONDS = 5
STOP_SECONDS = 10


def start(
    stack: ExitStack, folder: Path, agents: Mapping[str, int], smtp: int, say: Callable[[str], None]
) -> dict[str, str]:
    """Start what is there; name and address of each. agents: each counter's port."""
    program = shutil.which("prometheus")
    if program is None:
        say("prometheus is not here; `make test` fetches it. The boards of the counters work without.")
        return {}
    del smtp
    port = free_port()
    home = folder / "prometheus"
    home.mkdir()
    config = {
        "global": {"scrape_interval": f"{SCRAPE_SECONDS}s", "evaluation_interval": f"{SCRAPE_SECONDS}s"},
        "rule_files": [str(path) for path in sorted((ROOT / "alerts" / "rules").glob("*.yml"))],
        "scrape_configs": [{"job_name": "jagaloket", "static_configs": [_target(*one) for one in agents.items()]}],
    }
    (home / "prometheus.yml").write_text(json.dumps(config, indent=1), "utf-8")  # JSON is YAML
    run(
        stack,
        home,
        program,
        f"--config.file={home}/prometheus.yml",
        f"--storage.tsdb.path={home}/data",
        f"--web.listen-address=127.0.0.1:{port}",
    )
    return {"Prometheus": f"http://127.0.0.1:{port}/alerts"}


def _target(counter: str, port: int) -> dict[str, object]:
    return {"targets": [f"127.0.0.1:{port}"], "labels": {"site": SITE, "office": OFFICE, "counter": counter}}


def run(stack: ExitStack, home: Path, *command: str) -> None:
    """A process until the stack ends."""
    log = stack.enter_context((home / "log").open("wb"))
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=home)
    stack.callback(_end, process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
