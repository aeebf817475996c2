"""The agent's own figures: one counter PC with the equipment the issue names, on loopback."""

import http.client
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from alerts.ledger import Ledger
from tests.alerts.make import CAMAT, NOON, fault, scanner
from tests.bench.figures import Figure, cpu_seconds, median, pss_mib, quantile
from tests.fakes import usbrig
from tests.fakes.agentprocess import AgentProcess, until
from tests.fakes.http import HttpServer, page
from tests.fakes.ipp import FakePrinter
from tests.fakes.smtp import FakeSmtp
from tests.fakes.snmp import SnmpAgent

SCANNERS = {"sidik-jari": usbrig.FINGERPRINT, "iris": usbrig.IRIS, "tanda-tangan": usbrig.SIGNATURE_PAD}
PRINTER = Path(__file__).parents[1] / "fixtures" / "printer_snmp" / "epson-inks-nearly-empty.rows"
DEVICES = ("pc", "internet", "printer", *SCANNERS)

_CONFIG = """
[office]
name = "Kantor Camat Medan Timur"
counter = "Loket 1"

[device.pc]
kind = "host"

[device.internet]
kind = "link"
{rhythm}
interface = "lo"
gateway = "127.0.0.1"
internet = [{internet}]
dns_names = []
services = [
    {{ name = "dukcapil", url = "http://127.0.0.1:{http}/" }},
    {{ name = "portal", url = "tcp://127.0.0.1:{http}" }},
]

[device.printer]
kind = "printer_ipp"
{rhythm}
uri = "ipp://127.0.0.1:{ipp}/ipp/print"

[mail]
server = "127.0.0.1"
port = {smtp}
security = "none"
sender = "jagaloket@example.go.id"

[[mail.to]]
address = "camat@example.go.id"
"""
_SCANNER = """
[device.{device}]
kind = "usb"
{rhythm}
match = {{ vendor = "{vendor:04x}", product = "{product:04x}" }}
"""


class Counter:
    """One counter PC: its agent, and what the agent watches."""

    def __init__(self, agent: AgentProcess, service: HttpServer, smtp: FakeSmtp) -> None:
        self.agent, self.service, self.smtp = agent, service, smtp

    @property
    def pid(self) -> int:
        assert self.agent.process is not None
        return self.agent.process.pid

    def is_complete(self) -> bool:
        """Whether every device has been looked at, as one scrape tells."""
        text = self.agent.page("/metrics")
        return all(f'jagaloket_probe_success{{device="{name}"}}' in text for name in DEVICES)

    def is_well(self) -> bool:
        """Whether the link has been found to be in order."""
        return self.agent.metric('jagaloket_device_state{device="internet",state="ok"}') == 1


@contextmanager
def counter(rhythm: str = "") -> Iterator[Counter]:
    """A counter PC whose agent has not been started. rhythm: a line for each device's table."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        bus = None if usbrig.missing() else stack.enter_context(usbrig.usb_rig())
        service = stack.enter_context(HttpServer(page(200, b"ok")))
        printer = stack.enter_context(HttpServer(FakePrinter().play))
        smtp = stack.enter_context(FakeSmtp())
        config = _CONFIG.format(
            http=service.port,
            internet=", ".join(f'"{stack.enter_context(HttpServer()).at}"' for _ in range(3)),
            ipp=printer.port,
            smtp=smtp.port,
            rhythm=rhythm,
        )
        for number, (name, description) in enumerate(SCANNERS.items(), 1):
            config += _SCANNER.format(
                device=name, rhythm=rhythm, vendor=description["vendor"], product=description["product"]
            )
            if bus is not None:
                bus("plug", name, port=f"9-{number}", **description)
        agent = AgentProcess(config, folder, bus.env if bus is not None else os.environ)
        stack.callback(agent.close)
        yield Counter(agent, service, smtp)


def start(runs: int) -> Iterator[Figure]:
    """From the command to the first scrape that shows every device."""
    took = []
    for _ in range(runs):
        with counter() as place:
            began = time.monotonic()
            place.agent.start()
            until(place.is_complete)
            took.append(time.monotonic() - began)
    yield Figure(name="start to the first complete /metrics, median", value=median(took), unit="s", limit=1.0)


def alarm(runs: int) -> Iterator[Figure]:
    """From a service's stop to the letter in the mail server, with the default rhythm."""
    took = []
    for _ in range(runs):
        with counter() as place:
            place.agent.start()
            until(place.is_well)
            place.service.stop()
            began = time.monotonic()
            until(lambda smtp=place.smtp: smtp.arrived, 30)  # type: ignore[misc] # the loop's own value
            took.append(time.monotonic() - began)
    yield Figure(name="stopped service to the letter, median", value=median(took), unit="s")
    yield Figure(name="stopped service to the letter, longest", value=max(took), unit="s", limit=5.0)


def cost(seconds: float) -> Iterator[Figure]:
    """Memory and CPU at a 15 s rhythm, with one scrape per 15 s; then the same with the default rhythm."""
    for rhythm, words in (("interval_seconds = 15", "15 s rhythm"), ("", "default rhythm")):
        limit = bool(rhythm)
        with counter(rhythm) as place:
            place.agent.start()
            until(place.is_complete)
            cpu, began = cpu_seconds(place.pid), time.monotonic()
            while time.monotonic() - began < seconds:
                time.sleep(15)
                place.agent.page("/metrics")
            spent = (cpu_seconds(place.pid) - cpu) / (time.monotonic() - began) * 3600
            note = f"over {seconds:g} s"
            yield Figure(name=f"agent: CPU, {words}", value=spent, unit="s/h", limit=4.0 if limit else None, note=note)
            yield Figure(
                name=f"agent: memory (PSS), {words}",
                value=pss_mib(place.pid),
                unit="MiB",
                limit=36.0 if limit else None,
            )


def snmp(seconds: float) -> Iterator[Figure]:
    """What two SNMP printers add, at a 15 s rhythm, to an agent that watches nothing else."""
    with ExitStack() as stack:
        printers = [stack.enter_context(SnmpAgent(PRINTER.read_text("utf-8").splitlines())) for _ in range(2)]
        config = "".join(
            f'[device.printer-{number}]\nkind = "printer_snmp"\nhost = "127.0.0.1"\nport = {printer.port}\n'
            for number, printer in enumerate(printers)
        )
        agent = AgentProcess(config, Path(stack.enter_context(TemporaryDirectory())))
        stack.callback(agent.close)
        agent.start()
        until(lambda: agent.metric('jagaloket_probe_success{device="printer-1"}') == 1)
        assert agent.process is not None
        cpu, began = cpu_seconds(agent.process.pid), time.monotonic()
        time.sleep(seconds)
        spent = (cpu_seconds(agent.process.pid) - cpu) / (time.monotonic() - began) * 3600
        yield Figure(name="two SNMP printers alone: CPU, 15 s rhythm", value=spent, unit="s/h", limit=3.0)
        yield Figure(
            name="two SNMP printers alone: memory (PSS)", value=pss_mib(agent.process.pid), unit="MiB", limit=44.0
        )


def scrape(runs: int) -> Iterator[Figure]:
    """One scrape after the other on a kept list of requests, as Prometheus sends them."""
    with counter() as place:
        place.agent.start()
        until(place.is_complete)
        series = sum(not line.startswith("#") for line in place.agent.page("/metrics").splitlines())
        took = []
        for _ in range(runs):
            began = time.perf_counter()
            connection = http.client.HTTPConnection("127.0.0.1", place.agent.port, timeout=5)
            connection.request("GET", "/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
            connection.getresponse().read()
            connection.close()
            took.append((time.perf_counter() - began) * 1000)
    yield Figure(name=f"scrape of {series} series, p99 of {runs}", value=quantile(took, 0.99), unit="ms", limit=10.0)


def enqueue(runs: int) -> Iterator[Figure]:
    """From a confirmed fault to its ticket and its letter on disk: one FULL commit, on the disk of this folder."""
    took = []
    with TemporaryDirectory(dir=Path.cwd()) as folder:
        ledger = Ledger.open(Path(folder) / "store.db")
        for number in range(runs):
            began = time.perf_counter()
            ledger.begin(scanner(), fault(f"code-{number}"), since=NOON, addressees=(CAMAT,))
            took.append((time.perf_counter() - began) * 1000)
        ledger.shut()
    note = f"over {runs} tickets"
    yield Figure(name="fault to ticket and letter on disk, median", value=median(took), unit="ms", limit=5.0, note=note)
    yield Figure(name="fault to ticket and letter on disk, p99", value=quantile(took, 0.99), unit="ms", note=note)
