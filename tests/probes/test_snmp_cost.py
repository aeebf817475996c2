"""What SNMP printers cost: the figures promised for a full look, a pulse, an hour and memory."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from probes.kinds.printer_snmp import PrinterSnmp
from tests.fakes.clock import Clock
from tests.fakes.snmp import SnmpAgent

FULL_MS, PULSE_MS, HOUR_SECONDS, MEMORY_MIB = 45.0, 3.0, 3.0, 8.0
LOOKS = 20

pytestmark = pytest.mark.slow


def large_printer() -> list[str]:
    """About 200 values, as many as a large multifunction device tells."""
    mib = "1.3.6.1.2.1.43."
    rows = [
        "1.3.6.1.2.1.1.1.0|4|A large printer",
        "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.11.2.3.9.1",
        "1.3.6.1.2.1.25.3.2.1.2.1|6|1.3.6.1.2.1.25.3.1.5",
        "1.3.6.1.2.1.25.3.2.1.5.1|2|2",
        "1.3.6.1.2.1.25.3.5.1.1.1|2|3",
        "1.3.6.1.2.1.25.3.5.1.2.1|4x|0000",
    ]
    tables = {
        "11.1.1": (15, (4, 5, 7, 8, 9)),
        "8.2.1": (12, (8, 9, 10, 11)),
        "9.2.1": (6, (4, 5)),
        "18.1.1": (6, (2, 4)),
    }
    for table, (count, columns) in tables.items():
        rows += [f"{mib}{table}.{column}.1.{row}|2|{row}" for row in range(1, count + 1) for column in columns]
    rows += [f"{mib}11.1.1.6.1.{row}|4|Toner Cartridge HP CF300A number {row}" for row in range(1, 16)]
    return rows


@pytest.fixture
def printer() -> Iterator[PrinterSnmp]:
    with SnmpAgent(large_printer()) as agent:
        probe = PrinterSnmp(host="127.0.0.1", port=agent.port)
        probe._clock = Clock(0.0)
        for _ in range(3):
            probe.read()
        yield probe
        probe.close()


def cpu_ms_per_look(probe: PrinterSnmp, step_seconds: float) -> float:
    """CPU of this thread alone, which does everything but play the printer."""
    clock = probe._clock
    assert isinstance(clock, Clock)
    began = time.thread_time()
    for _ in range(LOOKS):
        clock.now += step_seconds
        probe.read()
    return 1000 * (time.thread_time() - began) / LOOKS


def test_a_full_look_a_pulse_and_an_hour_of_two_printers_keep_their_promises(printer: PrinterSnmp) -> None:
    pulse, full = cpu_ms_per_look(printer, 0.001), cpu_ms_per_look(printer, 3601)
    assert full > pulse
    assert full < FULL_MS
    assert pulse < PULSE_MS
    assert 2 * (240 * pulse + 6 * full) / 1000 < HOUR_SECONDS


def test_the_first_printer_costs_a_few_mebibytes() -> None:
    script = """
import sys
from probes.kinds.printer_snmp import PrinterSnmp
from tests.fakes.snmp import SnmpAgent
with SnmpAgent("1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.11.1") as agent:
    for looks in (0, 2):
        for _ in range(looks):
            PrinterSnmp(host="127.0.0.1", port=agent.port).read()
        with open("/proc/self/smaps_rollup") as told:
            print(told.read())
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    before, after = (int(kilobytes) / 1024 for kilobytes in re.findall(r"^Pss:\s+(\d+) kB", done.stdout, re.MULTILINE))
    assert after - before < MEMORY_MIB
