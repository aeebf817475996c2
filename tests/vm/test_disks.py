"""What disks say of their own health reaches the agent, which may open none: QEMU plays a SATA and an NVMe disk."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.vm import image
from tests.vm.counter import CounterPc, wait

Figure = Callable[[str], None]
DISKS = ("sda", "nvme0n1")
DISK_BYTES = 64 << 20
SOON = "[Timer]\nOnActiveSec=\nOnActiveSec=1s\nRandomizedDelaySec=0\nAccuracySec=1s\n"
DROP_IN = "/run/systemd/system/jagaloket-smart@.timer.d"
SPARE_FAILS = 4
"""NVMe 1.4, figure 94, Critical Warning: the device's reliability is degraded."""


@pytest.fixture
def pc(installed: tuple[Path, Path], work: Path, disk: Path, payload: Path) -> Iterator[CounterPc]:
    """The PC switched on with two disks more, and a memory stick that is not plugged in yet."""
    image.copy(installed[1], disk)
    more = ["-device", "ide-hd,id=ata,bus=ide.0,drive=ata-file", "-device", "nvme,id=flash,serial=1,drive=flash-file"]
    for name in ("ata", "flash", "stick"):
        (work / name).touch()
        os.truncate(work / name, DISK_BYTES)
        more += ["-drive", f"file={work / name},if=none,id={name}-file,format=raw"]
    with CounterPc(installed[0], disk, work / "run", payload=payload, more=more) as guest:
        wait(lambda: guest.unit("ActiveState") == "active", 120, "the agent after the boot")
        yield guest


def until_timer(pc: CounterPc, disk: str, state: str) -> None:
    command = f"systemctl is-active jagaloket-smart@{disk}.timer"
    wait(lambda: pc.sh(command, check=False).strip() == state, 60, f"the timer of {disk} to be {state}")


def passed(pc: CounterPc, disk: str) -> float | None:
    return pc.metric(f'jagaloket_host_disk_smart_passed{{device="pc",disk="{disk}"}}')


def answered(pc: CounterPc, disk: str, value: float) -> None:
    wait(lambda: passed(pc, disk) == value, 90, f"{disk} to say {value}: {pc.sh('journalctl -n 40 --no-pager')}")


def failing(pc: CounterPc) -> list[tuple[str, str]]:
    """The tickets of disks; that the PC's power was cut before is another one."""
    tickets = [ticket for ticket in pc.tickets() if ticket["code"] == "disk-failing"]
    return [(ticket["device"]["id"], ticket["status"]) for ticket in tickets]


def ask_soon(pc: CounterPc) -> None:
    """Let the timers that udev started ask after a second instead of five minutes."""
    pc.sh(f"mkdir -p {DROP_IN} && printf '{SOON}' >{DROP_IN}/soon.conf && systemctl daemon-reload")
    pc.sh("systemctl restart 'jagaloket-smart@*.timer'")


def test_the_agent_tells_what_disks_say_that_it_may_not_open(pc: CounterPc, figure: Figure) -> None:
    for name in DISKS:
        until_timer(pc, name, "active")
        assert passed(pc, name) is None  # nobody was asked yet
    ask_soon(pc)
    for name in DISKS:
        answered(pc, name, 1)
    assert pc.sh("systemctl --failed --no-legend") == ""
    assert pc.sh("stat -c '%U %G %a' /run/jagaloket-smart").split() == ["root", "jagaloket", "750"]
    assert failing(pc) == []
    health = {item["check"]: item for item in json.loads(pc.sh("jagaloket doctor --json", check=False))}["disk health"]
    assert health["verdict"] == "well"

    pc.monitor("qom-set", path="/machine/peripheral/flash", property="smart_critical_warning", value=SPARE_FAILS)
    pc.sh("systemctl start jagaloket-smart@nvme0n1.service")
    answered(pc, "nvme0n1", 0)
    wait(lambda: failing(pc) == [("pc", "new")], 60, "a ticket")
    spent = pc.sh("systemctl show jagaloket-smart@nvme0n1.service --value -p CPUUsageNSec")
    figure(f"asking a disk: {int(spent) / 1e9:.2f} s of CPU")


def test_a_disk_that_is_plugged_in_has_a_timer_and_one_that_is_pulled_leaves_nothing(pc: CounterPc) -> None:
    pc.monitor("device_add", driver="usb-storage", id="stick", drive="stick-file", bus="xhci.0", port="3")
    until_timer(pc, "sdb", "active")
    pc.sh("systemctl start jagaloket-smart@sdb.service")
    assert "Unknown USB bridge" in pc.sh("cat /run/jagaloket-smart/sdb.json")
    assert pc.sh("systemctl --failed --no-legend") == ""
    pc.unplug("stick")
    until_timer(pc, "sdb", "inactive")
    wait(lambda: "sdb" not in pc.sh("ls /run/jagaloket-smart"), 30, "what it said to be forgotten")


def test_what_is_removed_leaves_no_timer(pc: CounterPc) -> None:
    pc.sh("dpkg -P jagaloket", 120)
    assert pc.sh("systemctl list-units --state=active,failed --no-legend 'jagaloket*.*'", check=False) == ""
    assert pc.sh("ls -d /run/jagaloket-smart", check=False).endswith("No such file or directory\n")
