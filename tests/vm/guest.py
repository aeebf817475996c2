"""A counter PC under QEMU. Its silicon is emulated; kernel, udev, systemd and the agent are real."""

import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.vm.wire import Wire

MEMORY_MB = 512
BOOT_SECONDS = 300.0
COMMAND_SECONDS = 60.0
MONITOR_SECONDS = 120.0
CARD = ("usb-ccid", "card", 1)
"""A card reader that is plugged in from the start: driver, name and port of the controller."""
_KERNEL = "console=ttyS0 quiet loglevel=4 net.ifnames=0 random.trust_cpu=on mitigations=off tsc=reliable audit=0"


class Guest:
    """with Guest(image, disk, folder) as pc: pc.sh("lsusb"); pc.unplug("card"); pc.cut_power().

    image: where build.sh put kernel and initrd. disk: a qcow2 file that is written to. folder: for sockets and the
    console's log. payload: a file the guest sees as its second disk. state: the name of a saved state to go on from,
    "" to boot. equipment: what is on the USB from the start. more: words for QEMU's command line, for a PC that has
    more than others; none where a saved state goes on.
    """

    def __init__(  # noqa: PLR0913 - a machine has as many parts
        self,
        image: Path,
        disk: Path,
        folder: Path,
        *,
        payload: Path,
        state: str = "",
        equipment: Sequence[tuple[str, str, int]] = (CARD,),
        more: Sequence[str] = (),
    ) -> None:
        self._folder, self._count = folder, 0
        folder.mkdir(parents=True)
        command = [*_machine(image, disk, payload, folder), *more]
        for driver, name, port in equipment:
            command += ["-device", f"{driver},id={name},bus=xhci.0,port={port}"]
        command += ["-loadvm", state] if state else []
        with (folder / "stderr").open("wb") as errors:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=errors)
        self._monitor = Wire(folder / "qmp", self.process)
        self._monitor.receive(MONITOR_SECONDS)
        self.monitor("qmp_capabilities")
        self._rig, self.events = Wire(folder / "rig", self.process), Wire(folder / "events", self.process)
        if not state:
            assert "hello" in self._rig.receive(BOOT_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.cut_power()
        if error is None:
            shutil.rmtree(self._folder)

    def sh(self, command: str, seconds: float = COMMAND_SECONDS, *, check: bool = True) -> str:
        """Run a command as root in the guest; what it said."""
        self._count += 1
        self._rig.send({"id": self._count, "sh": command, "timeout": seconds})
        while True:
            answer = self._rig.receive(seconds + 30)
            if answer.get("id") == self._count:
                break
        assert not check or answer["rc"] == 0, f"{command}: {answer['rc']}\n{answer['out']}"
        return str(answer["out"])

    def monitor(self, command: str, **arguments: object) -> Any:  # noqa: ANN401 - as the command has it
        """Give QEMU a command (QMP); what it returns."""
        self._monitor.send({"execute": command, "arguments": arguments})
        while True:
            answer = self._monitor.receive(MONITOR_SECONDS)
            assert "error" not in answer, answer["error"]
            if "return" in answer:
                return answer["return"]

    def plug(self, driver: str, name: str, port: int) -> None:
        self.monitor("device_add", driver=driver, id=name, bus="xhci.0", port=str(port))

    def unplug(self, name: str) -> None:
        self.monitor("device_del", id=name)

    def save(self, state: str) -> None:
        """Keep the running machine in its disk file. Only a new Guest goes on from it.

        QEMU's loadvm into a running machine leaves the emulated time stamp counter where it is: for the guest, the
        minutes since then pass at once, and its watchdogs bite.
        """
        words = self.monitor("human-monitor-command", **{"command-line": f"savevm {state}"})
        assert words == "", words

    def cut_power(self) -> None:
        """What the guest's kernel had not yet written to its disk is lost."""
        if self.process.poll() is None:
            self._monitor.send({"execute": "quit"})
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for wire in (self._monitor, self._rig, self.events):
            wire.close()

    def event(self, seconds: float, **wanted: str) -> float:
        """Wait for a line of tell_tickets.py that has these values; when it came (monotonic seconds)."""
        end = time.monotonic() + seconds
        while True:
            line = self.events.receive(max(0.001, end - time.monotonic()))
            if wanted.items() <= line.items():
                return time.monotonic()


def _machine(image: Path, disk: Path, payload: Path, folder: Path) -> list[str]:
    """QEMU's command line but for the USB devices. TCG by name: a /dev/kvm that opens may still not work."""
    command = ["qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", str(MEMORY_MB)]
    command += ["-M", "q35,usb=off", "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none"]
    command += ["-kernel", str(image / "vmlinuz"), "-initrd", str(image / "initrd.gz"), "-append", _KERNEL]
    command += ["-drive", f"file={disk},if=none,id=system,format=qcow2,cache=unsafe"]
    command += ["-device", "virtio-blk-pci,drive=system"]
    command += ["-drive", f"file={payload},if=none,id=payload,format=raw,readonly=on"]
    command += ["-device", "virtio-blk-pci,drive=payload", "-device", "virtio-rng-pci"]
    command += ["-device", "virtio-serial-pci"]
    for name in ("rig", "events"):
        command += ["-chardev", f"socket,path={folder / name},server=on,wait=off,id={name}"]
        command += ["-device", f"virtserialport,chardev={name},name={name}"]
    command += ["-serial", f"file:{folder / 'console'}", "-qmp", f"unix:{folder / 'qmp'},server=on,wait=off"]
    return [*command, "-device", "qemu-xhci,id=xhci,p2=8,p3=4"]
