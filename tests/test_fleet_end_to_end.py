"""The whole way with real daemons on loopback: a PC falls silent, Prometheus, Alertmanager, a letter and a ticket."""

import http.server
import json
import os
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.agentprocess import COMMAND, until
from tests.fakes.alertdaemon import AlertDaemon
from tests.fakes.http import free_port
from tests.fakes.prometheus import Prometheus
from tests.fakes.smtp import FakeSmtp

RULES = Path(__file__).parents[1] / "alerts" / "rules"
TOKEN = "canary-0123456789abcdef"
OFFICE = 'Kantor Camat "Ma\'rang" <b>★</b>'
EXPORTED = """# TYPE jagaloket_office_open gauge
jagaloket_office_open 1
# TYPE jagaloket_office_opens_timestamp_seconds gauge
jagaloket_office_opens_timestamp_seconds{{stretch="0"}} {opens}
# TYPE jagaloket_office_closes_timestamp_seconds gauge
jagaloket_office_closes_timestamp_seconds{{stretch="0"}} {closes}
"""

pytestmark = pytest.mark.slow


class Exporter:
    """A counter's page while its PC is on; always at the same port."""

    def __init__(self) -> None:
        self.port = free_port()
        self._server: http.server.ThreadingHTTPServer | None = None

    def on(self) -> None:
        now = time.time()
        page = EXPORTED.format(opens=now - 3600, closes=now + 3600).encode()

        class Page(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Page)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def off(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class Bridge:
    """The command, as its unit runs it."""

    def __init__(self, folder: Path, smtp: int) -> None:
        self.port, self.folder = free_port(), folder
        self.token = folder / "bridge.token"
        self.token.write_text(TOKEN)
        self.token.chmod(0o640)
        self.words = [COMMAND, "-c", str(folder / "bridge.toml"), "--state", str(folder / "bridge-state")]
        (folder / "bridge.toml").write_text(
            f"""
[office]
name = "Diskominfo"
counter = "Pemantauan"
[mail]
server = "127.0.0.1"
port = {smtp}
security = "none"
sender = "jagaloket@example.go.id"
[[mail.to]]
address = "tiket@example.go.id"
[tickets]
letter_gap_minutes = 0
[bridge]
listen = "127.0.0.1:{self.port}"
token_file = "{self.token}"
"""
        )
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self.folder / "bridge.log").open("ab") as log:
            self.process = subprocess.Popen([*self.words, "bridge"], stdout=log, stderr=log, env=dict(os.environ))

    def stop(self) -> int:
        if self.process is None:
            return 0
        self.process.terminate()
        return self.process.wait(20)

    def tickets(self) -> list[dict[str, Any]]:
        done = subprocess.run([*self.words, "tickets", "list", "--all", "--json"], capture_output=True, check=False)
        return list(json.loads(done.stdout)) if done.returncode == 0 else []


def hastened(text: str) -> str:
    """The rules with seconds for minutes: what is tested here is the way, not the patience."""
    text = re.sub(r"interval: (30s|1m|2m|4m)", "interval: 1s", text)
    return re.sub(r"for: (30s|45s|1m)", "for: 2s", text)


def prometheus_config(folder: Path, exporters: list[Exporter], alertmanager: int) -> str:
    for file in RULES.glob("*.rules.yml"):
        (folder / file.name).write_text(hastened(file.read_text("utf-8")), "utf-8")
    targets = [
        {
            "targets": [f"127.0.0.1:{one.port}"],
            "labels": {"site": f"s{number}", "office": OFFICE, "counter": f"Loket {number}"},
        }
        for number, one in enumerate(exporters)
    ]
    return json.dumps(
        {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": [f"{folder}/*.rules.yml"],
            "scrape_configs": [{"job_name": "jagaloket", "static_configs": targets}],
            "alerting": {"alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{alertmanager}"]}]}]},
        }
    )


def alertmanager_config(smtp: int, bridge: Bridge, *, hours: str) -> str:
    text = (RULES / "alertmanager" / "alertmanager.yml").read_text("utf-8")
    text = re.sub(r"smtp_auth_\w+: .*\n", "", text)
    text = re.sub(r"smtp_smarthost: .*", f"smtp_smarthost: 127.0.0.1:{smtp}\n  smtp_require_tls: false", text)
    text = text.replace("/usr/share/jagaloket/alertmanager", str(RULES / "alertmanager"))
    text = text.replace("http://127.0.0.1:9777", f"http://127.0.0.1:{bridge.port}")
    text = text.replace("/etc/prometheus/jagaloket-bridge.token", str(bridge.token))
    text = re.sub(r"group_(wait|interval): \w+", r"group_\1: 1s", text)
    text = text.replace('"monday:friday"', '"sunday:saturday"')
    return re.sub(r'times: \[\{start_time: "\S+", end_time: "\S+"\}\]', f"times: [{hours}]", text)


ALWAYS = '{start_time: "00:00", end_time: "24:00"}'


class Fleet:
    """Everything, started; two offices of one counter each."""

    def __init__(self, stack: ExitStack, folder: Path, hours: str = ALWAYS) -> None:
        self.smtp = stack.enter_context(FakeSmtp())
        self.exporters = [Exporter(), Exporter()]
        for exporter in self.exporters:
            exporter.on()
            stack.callback(exporter.off)
        self.bridge = Bridge(folder, self.smtp.port)
        stack.callback(self.bridge.stop)
        config = alertmanager_config(self.smtp.port, self.bridge, hours=hours)
        self.alertmanager = stack.enter_context(AlertDaemon(folder, config))
        config = prometheus_config(folder, self.exporters, self.alertmanager.port)
        self.prometheus = stack.enter_context(Prometheus(folder, config))

    def both_speak(self) -> bool:
        found = self.prometheus.query("jagaloket:counter_open_up and jagaloket:counter_warm", time.time())
        return len(found) == len(self.exporters)

    def letters(self, to: str) -> list[EmailMessage]:
        return [one.message for one in self.smtp.arrived if one.recipient == to]


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def test_a_silent_pc_becomes_a_letter_and_a_ticket_and_recovers(stack: ExitStack, tmp_path: Path) -> None:
    fleet = Fleet(stack, tmp_path)
    until(fleet.both_speak, 30)
    fleet.exporters[0].off()

    # Alertmanager's own letter comes though the bridge is down; the bridge gets its webhook when it is there.
    (letter,) = until(lambda: fleet.letters("teknisi@example.go.id"), 40)
    assert letter["Subject"] == f"[{OFFICE}] Loket 0, {OFFICE}: PC tidak memberi kabar"
    assert letter["Auto-Submitted"] == "auto-generated"
    plain, page = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None
    assert page is not None
    assert "Telepon kantor itu." in plain.get_content()
    assert "Call the office." in plain.get_content()
    assert "runbooks.md#jagaloketcountersilent" in plain.get_content()
    assert "<b>★" not in page.get_content()
    assert "&lt;b&gt;★" in page.get_content()

    fleet.bridge.start()
    (ticket,) = until(fleet.bridge.tickets, 40)
    assert (ticket["code"], ticket["status"], ticket["severity"]) == ("counter-silent", "new", "blocking")
    (told,) = until(lambda: fleet.letters("tiket@example.go.id"), 20)
    assert "PC loket tidak memberi kabar" in told["Subject"]

    fleet.exporters[0].on()
    until(lambda: fleet.bridge.tickets()[0]["status"] == "recovered", 60)
    until(lambda: len(fleet.letters("tiket@example.go.id")) == 2, 20)
    until(lambda: "Sudah normal kembali" in str(fleet.letters("teknisi@example.go.id")[-1]["Subject"]), 30)
    assert len(fleet.bridge.tickets()) == 1
    assert fleet.bridge.stop() == 0
    assert TOKEN not in (tmp_path / "bridge.log").read_text() + fleet.alertmanager.log


def test_outside_working_hours_there_is_a_ticket_and_no_letter(stack: ExitStack, tmp_path: Path) -> None:
    past = time.gmtime(time.time() + 7 * 3600 - 7200)  # Jakarta, two hours ago
    hour = min(past.tm_hour, 22)
    fleet = Fleet(stack, tmp_path, hours=f'{{start_time: "{hour:02}:00", end_time: "{hour:02}:01"}}')
    fleet.bridge.start()
    until(fleet.both_speak, 30)
    fleet.exporters[0].off()
    (ticket,) = until(fleet.bridge.tickets, 40)
    assert ticket["code"] == "counter-silent"
    until(lambda: "Notifications not sent, route is not within active time" in fleet.alertmanager.log, 20)
    assert fleet.letters("teknisi@example.go.id") == []
