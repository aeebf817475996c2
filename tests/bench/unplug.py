"""From the kernel's event to the ticket on disk, for every scanner of a full bus, over many buses."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.figures import Figure, cpu_seconds, median, quantile
from tests.fakes import usbrig
from tests.fakes.agentprocess import AgentProcess, until
from tests.fakes.smtp import FakeSmtp

SCANNERS = 5
UNPLUGGED = 2
"""Of each bus: three that vanish within seconds are one fault of the bus, with one ticket and one letter."""
_HEAD = """
[tickets]
reopen_hours = 0
letter_gap_minutes = 0

[mail]
server = "127.0.0.1"
port = {smtp}
security = "none"
sender = "jagaloket@example.go.id"

[[mail.to]]
address = "camat@example.go.id"
"""
_SCANNER = """
[device.scanner-{number}]
kind = "usb"
role = "iris"
match = {{ vendor = "24c4", product = "c001", serial = "SN{number:04}" }}
"""


class Bus:
    """A full USB bus with its agent."""

    def __init__(self, stack: ExitStack) -> None:
        self.rig = stack.enter_context(usbrig.usb_rig())
        self.smtp = stack.enter_context(FakeSmtp())
        config = _HEAD.format(smtp=self.smtp.port)
        for number in range(SCANNERS):
            self.rig("plug", str(number), port=f"9-{number + 1}", **{**usbrig.IRIS, "serial": f"SN{number:04}"})
            config += _SCANNER.format(number=number)
        self.agent = AgentProcess(config, Path(stack.enter_context(TemporaryDirectory())), self.rig.env)
        stack.callback(self.agent.close)
        self.agent.start()
        until(self.is_well)
        self.store = sqlite3.connect(self.agent.state / "store.db")
        stack.callback(self.store.close)

    def is_well(self) -> bool:
        """Whether every scanner has been seen."""
        page = self.agent.page("/metrics")
        return all(f'device="scanner-{number}",state="ok"}} 1.0' in page for number in range(SCANNERS))

    def unplug(self, number: int) -> tuple[float, float]:
        """Milliseconds from the event to the ticket, and to the letter in the mail server."""
        letters = len(self.smtp.arrived)
        at = self.rig("unplug", str(number))["at"]
        while not self._ticket(number):
            time.sleep(0.0005)
            assert time.monotonic() - at < 10
        ticket = (time.monotonic() - at) * 1000
        until(lambda: len(self.smtp.arrived) > letters)
        return ticket, (time.monotonic() - at) * 1000

    def _ticket(self, number: int) -> bool:
        found = self.store.execute("SELECT 1 FROM incident WHERE device = ?", (f"scanner-{number}",)).fetchone()
        return found is not None


def figures(rounds: int) -> Iterator[Figure]:
    """Unplug scanners of so many buses."""
    if reason := usbrig.missing():
        yield Figure(name="unplug to ticket", value=float("nan"), unit="ms", note=reason)
        return
    tickets, letters = [], []
    for _ in range(rounds):
        with ExitStack() as stack:
            bus = Bus(stack)
            for number in range(UNPLUGGED):
                ticket, letter = bus.unplug(number)
                tickets.append(ticket)
                letters.append(letter)
    note = f"over {len(tickets)} unplugs"
    yield Figure(name="unplug to ticket on disk, p50", value=median(tickets), unit="ms", limit=20.0, note=note)
    yield Figure(name="unplug to ticket on disk, p99", value=quantile(tickets, 0.99), unit="ms", limit=100.0, note=note)
    yield Figure(
        name="unplug to letter in the mail server, p99", value=quantile(letters, 0.99), unit="ms", limit=1000.0
    )


def idle(seconds: float) -> Iterator[Figure]:
    """CPU of so many scanners between events, beyond an agent that watches nothing."""
    if usbrig.missing():
        return
    with ExitStack() as stack:
        bus = Bus(stack)
        assert bus.agent.process is not None
        cpu, began = cpu_seconds(bus.agent.process.pid), time.monotonic()
        time.sleep(seconds)
        spent = (cpu_seconds(bus.agent.process.pid) - cpu) / (time.monotonic() - began) * 3600
    yield Figure(name="CPU per 10 idle USB devices", value=spent / SCANNERS * 10, unit="s/h", limit=1.0)
