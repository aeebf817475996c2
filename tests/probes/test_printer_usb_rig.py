"""A USB printer with usblp's node on a simulated bus: the real probe, its real child process, real ioctls."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from errno import EBUSY, EIO
from typing import Any

import pytest

from tests.fakes.usbrig import RECEIPT_PRINTER, ROOT, UsbRig, missing, usb_rig

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "the rig is there")
EPSON = "MFG:EPSON;CMD:ESC/POS;MDL:TM-T20;CLS:PRINTER;"

Look = Callable[[], dict[str, Any]]


@pytest.fixture
def rig() -> Iterator[UsbRig]:
    with usb_rig("tests.fakes.lprig_daemon") as rig:
        rig("printer", "resi", port="9-1", ieee1284=EPSON, **RECEIPT_PRINTER)
        yield rig


@pytest.fixture
def looker(rig: UsbRig) -> Iterator[Callable[..., Look]]:
    processes: list[subprocess.Popen[str]] = []

    def start(kind: str = "printer_usb", **options: object) -> Look:
        options = options or {"serial": RECEIPT_PRINTER["serial"]}
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.fakes.looker", kind, json.dumps(options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=rig.env,
            text=True,
        )
        processes.append(process)

        def look() -> dict[str, Any]:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write("look\n")
            process.stdin.flush()
            answer: dict[str, Any] = json.loads(process.stdout.readline())
            return answer

        return look

    yield start
    for process in processes:
        process.communicate(timeout=10)


def test_paper_out_appears_through_usblp_and_clears(rig: UsbRig, looker: Callable[..., Look]) -> None:
    look = looker()
    rig("lp_status", "resi", status=0x30)
    assert look()["faults"] == ["media-empty"]
    rig("lp_status", "resi", status=0x18)
    healthy = look()
    assert (healthy["state"], healthy["faults"]) == ("ok", [])
    assert healthy["capabilities"]["media"] is True
    assert healthy["facts"]["languages"] == "ESC/POS"


def test_an_unplugged_printer_is_not_connected(rig: UsbRig, looker: Callable[..., Look]) -> None:
    look = looker()
    assert look()["state"] == "ok"
    rig("unplug_printer", "resi")
    assert look()["faults"] == ["not-connected"]


def test_a_printer_that_cups_has_taken_is_busy_not_unplugged(rig: UsbRig, looker: Callable[..., Look]) -> None:
    look = looker()
    look()
    rig("lend", "resi")
    lent = look()
    assert (lent["state"], lent["faults"]) == ("ok", [])
    assert "media-empty" in lent["skipped"]


@pytest.mark.parametrize("error", [EBUSY, EIO])
def test_a_node_that_refuses_states_no_fault(rig: UsbRig, looker: Callable[..., Look], error: int) -> None:
    rig("lp_status", "resi", status=-error)
    answer = looker()()
    assert (answer["error"], answer["faults"]) == (None, [])
    assert answer["capabilities"]["media"] is False


def test_a_printer_given_by_its_node_is_found_by_its_port(rig: UsbRig, looker: Callable[..., Look]) -> None:
    look = looker(device="/dev/usb/lp0")
    assert look()["facts"]["serial"] == RECEIPT_PRINTER["serial"]
    rig("unplug_printer", "resi")
    assert look()["faults"] == ["not-connected"]


def test_a_receipt_printer_whose_node_cups_has_taken_is_not_unplugged(rig: UsbRig, looker: Callable[..., Look]) -> None:
    look = looker("printer_escpos", device="/dev/usb/lp0")
    look()
    rig("lend", "resi")
    assert "a job is being printed" in look()["error"]


def test_the_printer_is_asked_no_more_than_needed(rig: UsbRig, looker: Callable[..., Look]) -> None:
    look = looker()
    for _ in range(3):
        look()
    assert rig("lp_asked", "resi")["asked"] == 1


def test_a_printer_without_driver_tells_over_usb_and_keeps_nothing(rig: UsbRig, looker: Callable[..., Look]) -> None:
    bare = {**RECEIPT_PRINTER, "serial": "BARE1", "interfaces": [[7, 1, 2, ""]]}
    rig("bare_printer", "bare", port="9-2", **bare)
    look = looker(serial="BARE1")
    rig("port_status", "bare", status=0x30)
    assert look()["faults"] == ["media-empty"]
    rig("port_status", "bare", status=0x18)
    healthy = look()
    assert (healthy["state"], healthy["capabilities"]["media"]) == ("ok", True)
    assert healthy["facts"]["languages"] == "ESC/POS"
    log = rig("log", "bare")["log"]
    assert not {"reset", "driver_ioctl", "set_configuration"} & set(log)


def test_a_printer_without_driver_that_stalls_does_not_tell(rig: UsbRig, looker: Callable[..., Look]) -> None:
    bare = {**RECEIPT_PRINTER, "serial": "BARE1", "interfaces": [[7, 1, 2, ""]]}
    rig("bare_printer", "bare", port="9-2", **bare)
    rig("fault", "bare", fault="stall")
    answer = looker(serial="BARE1")()
    assert (answer["error"], answer["faults"], answer["capabilities"]["media"]) == (None, [], False)
