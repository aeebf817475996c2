"""One counter and its equipment, for the one who mends it: what exactly, since when, what else?"""

from dashboards import looks
from dashboards.boards.common import (
    CHOOSE_COUNTER,
    CHOOSE_DEVICE,
    CHOOSE_ONE_OFFICE,
    DEVICE_COLUMN,
    OFFICE_COLUMN,
    faults,
    lines,
    named,
    stat,
    timeline,
)
from dashboards.looks import Look
from dashboards.select import COUNTER, DEVICE, of, open_ratio, states
from dashboards.spec import DEVICE as UID
from dashboards.spec import Board, Column, Kind, Panel, Query

_NAMED = "{{counter}} · {{device}}"
_SINCE = "jagaloket_device_state_since_timestamp_seconds"
_DISK = (
    f"max by (counter, mount) (1 - {of('jagaloket_host_disk_free_bytes', COUNTER)}"
    f" / {of('jagaloket_host_disk_size_bytes', COUNTER)})"
)
_MEMORY = (
    f"max by (counter) (1 - {of('jagaloket_host_memory_available_bytes', COUNTER)}"
    f" / {of('jagaloket_host_memory_size_bytes', COUNTER)})"
)


def _highest(key: str, name: str, look: Look, *by: str) -> Panel:
    """A measure of each, over opening hours."""
    return lines(key, f"max by ({', '.join(by)}) ({of(name, COUNTER)})", named(*by), look, scope=COUNTER, width=8)


_EQUIPMENT = Panel(
    key="device.equipment",
    kind=Kind.TABLE,
    queries=(
        Query(
            expr="max by (office, counter, instance, device, label, role, vendor, model) "
            f"({of('jagaloket_device_info', DEVICE)})"
        ),
        Query(
            expr="time() - max by (office, counter, device) "
            f"({of('jagaloket_device_last_seen_timestamp_seconds', DEVICE)})"
        ),
    ),
    width=24,
    columns=(
        OFFICE_COLUMN,
        Column(field="counter", word="counter", width=110),
        DEVICE_COLUMN,
        Column(field="label", word="label"),
        Column(field="role", word="role", look=looks.ROLE, width=220),
        Column(field="vendor", word="vendor", width=110),
        Column(field="model", word="model"),
        Column(field="Value #B", word="seen", look=looks.AGE, width=165),
        Column(field="instance", word="agent", link="agent", width=190),
    ),
    sort="Value #B",
)

BOARD = Board(
    key="device",
    uid=UID,
    variables=(CHOOSE_ONE_OFFICE, CHOOSE_COUNTER, CHOOSE_DEVICE),
    panels=(
        stat("device.state", f"max({states(DEVICE)})", looks.STATE),
        stat("device.since", f"time() - max({of(_SINCE, DEVICE)})", looks.DURATION),
        stat("device.available", open_ratio(of("jagaloket_probe_success", DEVICE), "job"), looks.AVAILABLE),
        stat("device.uptime", f"min({of('jagaloket_host_uptime_seconds', COUNTER)})", looks.DURATION),
        stat("device.clock", f"min({of('jagaloket_clock_trusted', COUNTER)})", looks.YES),
        stat("device.tickets", f"sum({of('jagaloket_tickets', COUNTER, status='!closed')})", looks.WAITING),
        timeline("device.states", states(DEVICE), "{{counter}} · {{label}}", looks.STATE, height=10),
        faults(DEVICE, height=7),
        _EQUIPMENT,
        lines(
            "device.looks",
            f"max by (counter, device) ({of('jagaloket_probe_duration_seconds', DEVICE)})",
            _NAMED,
            looks.SECONDS,
            scope=COUNTER,
        ),
        lines(
            "device.reconnects",
            f"sum by (counter, device) (increase({of('jagaloket_usb_reconnects_total', COUNTER)}[1h]))",
            _NAMED,
            looks.PLAIN,
            scope=COUNTER,
        ),
        _highest("device.cpu", "jagaloket_host_cpu_ratio", looks.USED, "counter"),
        lines("device.memory", _MEMORY, "{{counter}}", looks.USED, scope=COUNTER, width=8),
        lines("device.disk", _DISK, "{{counter}} · {{mount}}", looks.USED, width=8),
        _highest("device.temperature", "jagaloket_host_temperature_celsius", looks.CELSIUS, "counter", "sensor"),
        _highest("device.jobs", "jagaloket_printer_queue_jobs", looks.PLAIN, "counter", "device"),
        lines(
            "device.agent_memory",
            f"max by (counter) ({of('process_resident_memory_bytes', COUNTER)})",
            "{{counter}}",
            looks.BYTES,
            width=8,
        ),
    ),
)  # fmt: skip
