"""A simulated USB bus for tests: plugs, unplugs and disturbs devices, and runs agents that see them."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DEBIAN_PYTHON = "/usr/bin/python3"

FINGERPRINT: dict[str, Any] = {
    "vendor": 0x05BA,
    "product": 0x000A,
    "manufacturer": "DigitalPersona, Inc.",
    "name": "U.are.U 4500 Fingerprint Reader",
    "serial": "{B4D0F00D}",
    "interfaces": [[0xFF, 0xFF, 0xFF, ""]],
    "speed": 12,
}
IRIS: dict[str, Any] = {
    "vendor": 0x24C4,
    "product": 0xC001,
    "manufacturer": "CMITech",
    "name": "BMT-20",
    "serial": "IS0042",
}
SIGNATURE_PAD: dict[str, Any] = {
    "vendor": 0x056A,
    "product": 0x00A4,
    "manufacturer": "Wacom Co.,Ltd.",
    "name": "STU-430",
    "serial": "5BZQS00001",
    "interfaces": [[3, 0, 0, "usbhid"]],
    "speed": 12,
}
CARD_READER: dict[str, Any] = {
    "vendor": 0x08E6,
    "product": 0x3437,
    "manufacturer": "Gemalto",
    "name": "USB SmartCard Reader",
    "interfaces": [[0x0B, 0, 0, ""]],
    "speed": 12,
}
RECEIPT_PRINTER: dict[str, Any] = {
    "vendor": 0x04B8,
    "product": 0x0E03,
    "manufacturer": "EPSON",
    "name": "TM-T20",
    "serial": "J5RK012345",
    "interfaces": [[7, 1, 2, "usblp"]],
}


def missing() -> str:
    """Why the rig cannot run here, or ""."""
    if shutil.which("umockdev-wrapper") is None:
        return "umockdev is not installed (apt install umockdev gir1.2-umockdev-1.0 python3-gi)"
    test = [DEBIAN_PYTHON, "-c", "import gi; gi.require_version('UMockdev', '1.0')"]
    if subprocess.run(test, capture_output=True, check=False).returncode:
        return "no gi for umockdev (apt install gir1.2-umockdev-1.0 python3-gi)"
    return ""


class UsbRig:
    """The controller. env: what a process needs to see this bus instead of the PC's own."""

    def __init__(self, daemon: str = "tests.fakes.usbrig_daemon") -> None:
        self._daemon = subprocess.Popen(
            ["umockdev-wrapper", DEBIAN_PYTHON, "-m", daemon],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            text=True,
        )
        self.env: dict[str, str] = {**os.environ, **self._answer()["env"]}

    def __call__(self, op: str, who: str = "", **more: object) -> dict[str, Any]:
        """Give one command of tests.fakes.usbrig_daemon.Bus."""
        assert self._daemon.stdin is not None
        self._daemon.stdin.write(json.dumps({"op": op, "who": who, **more}) + "\n")
        self._daemon.stdin.flush()
        answer = self._answer()
        assert "error" not in answer, answer["error"]
        return answer

    @property
    def root(self) -> Path:
        """The folder that holds the simulated sys and dev."""
        return Path(self.env["UMOCKDEV_DIR"])

    def close(self) -> None:
        self._daemon.communicate(timeout=10)

    def _answer(self) -> dict[str, Any]:
        assert self._daemon.stdout is not None
        line = self._daemon.stdout.readline()
        assert line, "the rig's daemon died"
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def usb_rig(daemon: str = "tests.fakes.usbrig_daemon") -> Iterator[UsbRig]:
    """A bus with nothing on it but its root hub. daemon: the module that plays it."""
    rig = UsbRig(daemon)
    try:
        yield rig
    finally:
        rig.close()
