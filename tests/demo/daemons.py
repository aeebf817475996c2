"""The centre of the simulated office: Prometheus, Alertmanager, the bridge; where the programs are there."""

import json
import re
import secrets
import shutil
import subprocess
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

from tests.demo.counter import OFFICE, SITE
from tests.fakes.agentprocess import COMMAND
from tests.fakes.http import free_port

RULES = Path(__file__).parents[2] / "alerts" / "rules"
SCRAPE_SECONDS = 5
STOP_SECONDS = 10
_BRIDGE = """
[office]
name = "Dinas Dukcapil Kota Medan"
counter = "Pusat"

[bridge]
listen = "127.0.0.1:{port}"
token_file = "{token}"

[mail]
server = "127.0.0.1"
port = {smtp}
security = "none"
sender = "jagaloket@example.go.id"

[[mail.to]]
address = "operator@example.go.id"
role = "technician"
"""


def start(
    stack: ExitStack, folder: Path, agents: Mapping[str, int], smtp: int, say: Callable[[str], None]
) -> dict[str, str]:
    """Start what is there; name and address of each. agents: each counter's port."""
    missing = [name for name in ("prometheus", "prometheus-alertmanager") if shutil.which(name) is None]
    if missing:
        say(f"{' and '.join(missing)}: not here; `make test` fetches them. The boards of the counters work without.")
        return {}
    bridge, token = _bridge(stack, folder / "bridge", smtp)
    alerts = _alertmanager(stack, folder / "alertmanager", smtp, bridge, token)
    prometheus = _prometheus(stack, folder / "prometheus", agents, alerts)
    return {
        "Prometheus, its alerts": f"http://127.0.0.1:{prometheus}/alerts",
        "Alertmanager": f"http://127.0.0.1:{alerts}/",
        "The bridge, its metrics": f"http://127.0.0.1:{bridge}/metrics",
    }


def _prometheus(stack: ExitStack, home: Path, agents: Mapping[str, int], alertmanager: int) -> int:
    port = free_port()
    home.mkdir()
    config = {
        "global": {"scrape_interval": f"{SCRAPE_SECONDS}s", "evaluation_interval": f"{SCRAPE_SECONDS}s"},
        "rule_files": [str(path) for path in sorted(RULES.glob("*.rules.yml"))],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{alertmanager}"]}]}]},
        "scrape_configs": [{"job_name": "jagaloket", "static_configs": [_target(*one) for one in agents.items()]}],
    }
    (home / "prometheus.yml").write_text(json.dumps(config, indent=1), "utf-8")  # JSON is YAML
    listen = f"--web.listen-address=127.0.0.1:{port}"
    data = f"--storage.tsdb.path={home}/data"
    run(stack, home, "prometheus", f"--config.file={home}/prometheus.yml", data, listen)
    return port


def _alertmanager(stack: ExitStack, home: Path, smtp: int, bridge: int, token: Path) -> int:
    """The product's own configuration, with this office's addresses in it."""
    port = free_port()
    home.mkdir()
    shipped = (RULES / "alertmanager" / "alertmanager.yml").read_text("utf-8")
    shipped = re.sub(r"smtp_smarthost: \S+", f"smtp_smarthost: 127.0.0.1:{smtp}\n  smtp_require_tls: false", shipped)
    shipped = re.sub(r"^ +smtp_auth_.*\n", "", shipped, flags=re.MULTILINE)
    shipped = shipped.replace("/usr/share/jagaloket/alertmanager", str(RULES / "alertmanager"))
    shipped = shipped.replace("127.0.0.1:9777", f"127.0.0.1:{bridge}")
    shipped = re.sub(r"credentials_file: \S+", f"credentials_file: {token}", shipped)
    (home / "alertmanager.yml").write_text(shipped, "utf-8")
    run(
        stack,
        home,
        "prometheus-alertmanager",
        f"--config.file={home}/alertmanager.yml",
        f"--storage.path={home}/data",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    )
    return port


def _bridge(stack: ExitStack, home: Path, smtp: int) -> tuple[int, Path]:
    """Its port, and the file with its token."""
    port = free_port()
    home.mkdir()
    token, config = home / "token", home / "bridge.toml"
    token.touch(0o600)
    token.write_text(secrets.token_hex(32), "ascii")
    config.write_text(_BRIDGE.format(port=port, token=token, smtp=smtp), "utf-8")
    run(stack, home, COMMAND, "-c", str(config), "--state", str(home / "state"), "bridge")
    return port, token


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
