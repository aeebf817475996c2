"""One counter of the simulated office: a real agent, and the equipment that it watches, on loopback."""

from contextlib import ExitStack
from pathlib import Path

from tests.fakes import usbrig
from tests.fakes.agentprocess import AgentProcess
from tests.fakes.http import HttpServer, page
from tests.fakes.ipp import HEALTHY, FakePrinter

OFFICE = "Kantor Camat Medan Timur"
SITE = "12.71.11"
SCANNERS = {
    "sidik-jari": ("fingerprint", "Pemindai sidik jari", usbrig.FINGERPRINT),
    "iris": ("iris", "Pemindai iris", usbrig.IRIS),
    "printer-resi": ("receipt-printer", "Printer resi", usbrig.RECEIPT_PRINTER),
}
_CONFIG = """
[office]
name = "{office}"
code = "{site}"
counter = "{name}"
timezone = "Asia/Jakarta"
hours = {{ mon-sun = "00:00-23:59" }}

[device.pc]
kind = "host"
label = "PC {name}"

[device.internet]
kind = "link"
label = "Internet"
interface = "lo"
gateway = "127.0.0.1"
internet = [{internet}]
dns_names = []
services = [{{ name = "Server Dukcapil", url = "http://{centre}/" }}]

[device.printer-kartu]
kind = "printer_ipp"
label = "Printer dokumen"
uri = "ipp://{printer}/ipp/print"
interval_seconds = 10

[function.perekaman]
label = "Perekaman e-KTP"
needs = ["sidik-jari", "iris", "internet"]

[function.cetak-resi]
label = "Cetak resi"
needs = ["printer-resi"]

[function.cetak-dokumen]
label = "Cetak dokumen"
needs = ["printer-kartu"]

[tickets]
letter_gap_minutes = 1

[mail]
server = "127.0.0.1"
port = {smtp}
security = "none"
sender = "jagaloket@example.go.id"

[[mail.to]]
address = "camat@example.go.id"
role = "office"

[[mail.to]]
address = "teknisi@example.go.id"
role = "technician"
"""
_SCANNER = """
[device.{id}]
kind = "usb"
role = "{role}"
label = "{label}"
match = {{ vendor = "{vendor:04x}", product = "{product:04x}" }}
"""


class DemoCounter:
    """Starts with its agent; everything ends with the stack.

    centre: host:port of the service that all counters share. printer, lines: may be changed while it runs.
    """

    def __init__(self, name: str, stack: ExitStack, folder: Path, *, centre: str, smtp: int) -> None:
        self.name = name
        self.printer = FakePrinter()
        self.lines = [stack.enter_context(HttpServer(page(200))) for _ in range(3)]
        self._bus = None if usbrig.missing() else stack.enter_context(usbrig.usb_rig())
        config = _CONFIG.format(
            office=OFFICE,
            site=SITE,
            name=name,
            internet=", ".join(f'"{line.at}"' for line in self.lines),
            centre=centre,
            printer=stack.enter_context(HttpServer(self.printer.play)).at,
            smtp=smtp,
        )
        for device, (role, label, ids) in SCANNERS.items() if self._bus else ():
            config += _SCANNER.format(id=device, role=role, label=label, **ids)
            self.plug(device)
        if self._bus is None:
            config = config.replace('"sidik-jari", "iris", ', "").replace('["printer-resi"]', '["pc"]')
        folder.mkdir()
        self.agent = AgentProcess(config, folder, self._bus.env if self._bus else None)
        stack.callback(self.agent.close)
        self.agent.start()

    @property
    def has_usb(self) -> bool:
        """Whether USB devices can be played here."""
        return self._bus is not None

    def plug(self, device: str) -> None:
        """Plug a scanner in."""
        if self._bus is not None:
            self._bus("plug", device, port=f"9-{list(SCANNERS).index(device) + 1}", **SCANNERS[device][2])

    def unplug(self, device: str) -> None:
        """Pull a scanner out."""
        if self._bus is not None:
            self._bus("unplug", device)

    def say(self, state: int, reason: str) -> None:
        """What the printer says of itself (RFC 8011, printer-state and printer-state-reasons)."""
        self.printer.printer = {**HEALTHY, "printer-state": state, "printer-state-reasons": reason}

    def cut_line(self) -> None:
        """The provider's line goes."""
        for line in self.lines:
            line.stop()

    def mend_line(self) -> None:
        """And comes back."""
        for line in self.lines:
            line.start()

    def power_off(self) -> None:
        """The PC goes off."""
        self.agent.close()

    def power_on(self) -> None:
        """And on again."""
        self.agent.start()
