"""What a user would install instead, measured in the same way and the same run: exporters, Prometheus, Alertmanager."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.figures import Figure, cpu_seconds, pss_mib
from tests.fakes.http import HttpServer, free_port, page
from tests.fakes.smtp import FakeSmtp

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / ".tools" / "rivals" / "usr" / "bin"
LINK_TARGETS = 5
_OWN_SHARE = f'mount --bind "{PROGRAMS.parent / "share"}" /usr/share && exec "$@"'

_PROMETHEUS = """
global: {{ scrape_interval: 15s, evaluation_interval: 15s }}
rule_files: [rules.yml]
alerting: {{ alertmanagers: [{{ static_configs: [{{ targets: ["127.0.0.1:{alertmanager}"] }}] }}] }}
scrape_configs:
  - job_name: node
    static_configs: [{{ targets: ["127.0.0.1:{node}"] }}]
  - job_name: service
    metrics_path: /probe
    params: {{ module: [http_2xx] }}
    static_configs: [{{ targets: [{targets}] }}]
    relabel_configs:
      - {{ source_labels: [__address__], target_label: __param_target }}
      - {{ source_labels: [__param_target], target_label: instance }}
      - {{ target_label: __address__, replacement: "127.0.0.1:{blackbox}" }}
"""
_RULES = "groups: [{name: g, rules: [{alert: ServiceDown, expr: 'probe_success == 0', for: 1m}]}]\n"
_ALERTMANAGER = """
global: {{ smtp_smarthost: "127.0.0.1:{smtp}", smtp_from: "alert@example.go.id", smtp_require_tls: false }}
route: {{ receiver: mail }}
receivers: [{{ name: mail, email_configs: [{{ to: "camat@example.go.id" }}] }}]
"""
_BLACKBOX = "modules: {http_2xx: {prober: http, http: {preferred_ip_protocol: ip4}}}\n"


class Stack:
    """The usual stack on one counter PC, with its defaults."""

    def __init__(self, folder: Path, service: HttpServer, smtp: FakeSmtp) -> None:
        self.service, self.smtp, self.processes = service, smtp, dict[str, subprocess.Popen[bytes]]()
        ports = {name: free_port() for name in ("node", "blackbox", "snmp", "alertmanager", "cluster", "prometheus")}
        targets = ", ".join(f'"http://{service.at}/{number}"' for number in range(1, LINK_TARGETS + 1))
        for name, text in (
            ("prometheus.yml", _PROMETHEUS.format(targets=targets, **ports)),
            ("rules.yml", _RULES),
            ("alertmanager.yml", _ALERTMANAGER.format(smtp=smtp.port)),
            ("blackbox.yml", _BLACKBOX),
            ("snmp.yml", "{}\n"),
        ):
            (folder / name).write_text(text, encoding="utf-8")
        listen = {name: f"--web.listen-address=127.0.0.1:{port}" for name, port in ports.items()}
        self._start(folder, "prometheus-node-exporter", listen["node"])
        self._start(folder, "prometheus-blackbox-exporter", listen["blackbox"], "--config.file=blackbox.yml")
        self._start(folder, "prometheus-snmp-exporter", listen["snmp"], "--config.file=snmp.yml")
        self._start(
            folder,
            "prometheus-alertmanager",
            listen["alertmanager"],
            "--config.file=alertmanager.yml",
            "--cluster.listen-address=",
            "--storage.path=alertmanager",
        )
        self._start(
            folder, "prometheus", listen["prometheus"], "--config.file=prometheus.yml", "--storage.tsdb.path=tsdb"
        )

    def _start(self, folder: Path, name: str, *words: str) -> None:
        # Alertmanager reads its templates from a fixed path: in a mount namespace of its own that is our folder.
        self.processes[name] = subprocess.Popen(
            ["unshare", "--map-root-user", "--mount", "sh", "-c", _OWN_SHARE, "sh", str(PROGRAMS / name), *words],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def stop(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait(20)

    def cpu_seconds(self) -> float:
        return sum(cpu_seconds(process.pid) for process in self.processes.values())


def missing() -> str:
    """Why the rivals cannot be measured here, or ""."""
    return "" if (PROGRAMS / "prometheus-alertmanager").exists() else "rivals not fetched (scripts/rivals.sh)"


@contextmanager
def _stack() -> Iterator[Stack]:
    with ExitStack() as outer:
        folder = Path(outer.enter_context(TemporaryDirectory()))
        service = outer.enter_context(HttpServer(page(200, b"ok")))
        smtp = outer.enter_context(FakeSmtp())
        stack = Stack(folder, service, smtp)
        outer.callback(stack.stop)
        time.sleep(15)
        assert not [name for name, process in stack.processes.items() if process.poll() is not None]
        yield stack


def cost(seconds: float) -> Iterator[Figure]:
    """Memory and CPU of the stack over as long as ours was measured."""
    if reason := missing():
        yield Figure(name="the usual stack instead", value=float("nan"), unit="", note=reason)
        return
    with _stack() as stack:
        cpu, began = stack.cpu_seconds(), time.monotonic()
        time.sleep(seconds)
        spent = (stack.cpu_seconds() - cpu) / (time.monotonic() - began) * 3600
        yield Figure(
            name="the usual stack instead: CPU, 15 s rhythm", value=spent, unit="s/h", note=f"over {seconds:g} s"
        )
        for name, process in stack.processes.items():
            yield Figure(name=f"  {name}: memory (PSS)", value=pss_mib(process.pid), unit="MiB")
        total = sum(pss_mib(process.pid) for process in stack.processes.values())
        yield Figure(name="the usual stack instead: memory (PSS)", value=total, unit="MiB")


def alarm() -> Iterator[Figure]:
    """From a service's stop to the letter, with the stack's defaults (for: 1m, group_wait: 30s)."""
    if missing():
        return
    with _stack() as stack:
        time.sleep(15)
        stack.service.stop()
        began = time.monotonic()
        while not stack.smtp.arrived and time.monotonic() - began < 180:
            time.sleep(0.2)
        yield Figure(
            name="the usual stack instead: stopped service to the letter", value=time.monotonic() - began, unit="s"
        )
