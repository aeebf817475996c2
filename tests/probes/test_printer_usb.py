"""A USB printer: there or not, what its status byte means, and when the byte is not believed."""

import errno
import os
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
import usb.core

from probes.kinds.printer_usb import PrinterUsb
from probes.raw import usbport
from probes.raw.rest import IDLE_SECONDS, REST_SECONDS
from probes.raw.usbprinters import candidates
from probes.reading import ProbeError, Reading, State
from probes.usb.device import Interface, UsbDevice
from probes.wire import child, hotplug, lpnode, usblp
from probes.wire.ieee1284 import parse
from probes.wire.stream import Outcome
from probes.wire.uevent import Event
from probes.wire.usbbus import Bus
from probes.wire.usblp import Answer, PortStatus
from tests.fakes.usbtree import UsbTree

EPSON = b"MFG:EPSON;CMD:ESC/POS;MDL:TM-T82;CLS:PRINTER;DES:EPSON TM-T82;"
HEALTHY, PAPER_OUT, OFFLINE, IN_ERROR = 0x18, 0x30, 0x08, 0x10


@dataclass
class Counter:
    """One counter's bus with one printer on it, and what the printer answers."""

    bus: UsbTree
    now: float = 1000.0
    answer: Answer = field(default_factory=lambda: Answer(outcome=Outcome.ASKED, status=PortStatus(HEALTHY)))
    asked: list[str] = field(default_factory=list)

    def plug(self, driver: str = "usblp", port: str = "1-2", **more: str) -> None:
        words = {"manufacturer": "EPSON", "product": "TM-T82", "serial": "J5RK012345", **more}
        self.bus.plug(port, "04b8:0e03", interfaces=(("07", driver),), **words)
        (self.bus.root / port / f"{port}:1.0" / "ieee1284_id").write_bytes(EPSON)

    def byte(self, value: int) -> None:
        self.answer = Answer(outcome=Outcome.ASKED, status=PortStatus(value))

    def probe(self, **options: str) -> PrinterUsb:
        probe = PrinterUsb(**(options or {"serial": "J5RK012345"}))
        assert probe._unit is not None
        probe._unit.bus = Bus(self.bus.tree)
        probe._unit.clock = probe._byte.clock = lambda: self.now
        probe._byte.ask = self.ask
        probe._byte.root = self.bus.root
        return probe

    def ask(self, device: UsbDevice, _interface: Interface) -> Answer:
        self.asked.append(device.port)
        return self.answer


@pytest.fixture
def counter(tmp_path: Path) -> Counter:
    return Counter(UsbTree(tmp_path))


def codes(reading: Reading) -> list[str]:
    return [one.code for one in reading.faults]


def test_a_healthy_printer_is_ok_and_names_itself(counter: Counter) -> None:
    counter.plug()
    reading = counter.probe().read()
    assert reading.state is State.OK
    assert reading.facts["model"] == "TM-T82"
    assert reading.facts["languages"] == "ESC/POS"


def test_a_printer_that_was_unplugged_is_not_connected(counter: Counter) -> None:
    counter.plug()
    probe = counter.probe()
    probe.read()
    counter.bus.unplug("1-2")
    reading = probe.read()
    assert reading.state is State.UNREACHABLE
    assert codes(reading) == ["not-connected"]
    counter.plug()
    assert probe.read().state is State.OK


@pytest.mark.parametrize(
    ("byte", "expected"),
    [
        (PAPER_OUT, ["media-empty"]),
        (0x38, ["media-empty"]),
        (OFFLINE, ["offline"]),
        (0x00, ["offline"]),
        (IN_ERROR, ["other"]),
    ],
)
def test_a_byte_that_changed_is_believed(counter: Counter, byte: int, expected: list[str]) -> None:
    counter.plug()
    probe = counter.probe()
    assert probe.read().capabilities["media"] is False
    counter.now += REST_SECONDS
    counter.byte(byte)
    reading = probe.read()
    assert codes(reading) == expected
    assert reading.capabilities["media"] is True
    counter.byte(HEALTHY)
    assert probe.read().state is State.OK


@pytest.mark.parametrize("byte", [0x00, 0x08, 0x10, 0x28, 0x38])
def test_a_byte_that_never_changed_states_nothing(counter: Counter, byte: int) -> None:
    counter.plug()
    counter.byte(byte)
    reading = counter.probe().read()
    assert reading.faults == ()
    assert reading.capabilities["media"] is False
    assert reading.skipped >= usbport.STATED


def test_paper_that_was_out_when_the_agent_started_is_stated(counter: Counter) -> None:
    counter.plug()
    counter.byte(PAPER_OUT)
    assert codes(counter.probe().read()) == ["media-empty"]


def test_a_busy_printer_prints_and_nothing_ends_by_that(counter: Counter) -> None:
    counter.plug()
    counter.answer = Answer(outcome=Outcome.BUSY)
    reading = counter.probe().read()
    assert reading.state is State.OK
    assert reading.skipped >= usbport.STATED


def test_a_missing_right_is_a_notice_and_presence_is_still_told(counter: Counter) -> None:
    counter.plug()
    counter.answer = Answer(outcome=Outcome.DENIED)
    reading = counter.probe().read()
    assert codes(reading) == ["no-permission"]
    assert reading.state is State.OK


def test_a_healthy_byte_is_asked_for_once_a_minute(counter: Counter) -> None:
    counter.plug()
    probe = counter.probe()
    for _ in range(4):
        probe.read()
        counter.now += 15
    assert len(counter.asked) == 1
    probe.read()
    assert len(counter.asked) == 2


def test_a_printer_that_nobody_prints_on_is_asked_less(counter: Counter) -> None:
    counter.plug()
    counter.bus.set("1-2", "urbnum", "12")
    probe = counter.probe()
    probe.read()
    counter.now += IDLE_SECONDS - 1
    probe.read()
    assert len(counter.asked) == 1
    counter.bus.set("1-2", "urbnum", "13")
    probe.read()
    assert len(counter.asked) == 2
    counter.now += IDLE_SECONDS
    probe.read()
    assert len(counter.asked) == 3


def test_transfers_are_counted_at_the_device_above_a_serial_port(tmp_path: Path) -> None:
    port = tmp_path / "1-2" / "1-2:1.0" / "ttyUSB0"
    port.mkdir(parents=True)
    assert lpnode.transfers(str(port)) is None
    (tmp_path / "1-2" / "urbnum").write_text("77\n")
    assert lpnode.transfers(str(port)) == 77


def test_while_a_fault_stands_every_look_asks(counter: Counter) -> None:
    counter.plug()
    counter.byte(PAPER_OUT)
    probe = counter.probe()
    probe.read()
    probe.read()
    assert len(counter.asked) == 2


def test_a_printer_that_was_plugged_in_anew_is_asked_at_once(counter: Counter) -> None:
    counter.plug()
    probe = counter.probe()
    probe.read()
    counter.bus.unplug("1-2")
    counter.plug()
    probe.read()
    assert len(counter.asked) == 2


def test_a_card_printer_without_printer_interface_is_only_present(counter: Counter) -> None:
    counter.bus.plug("1-4", "09b0:2400", interfaces=(("ff", ""),), serial="B1234")
    reading = counter.probe(serial="B1234").read()
    assert reading.state is State.OK
    assert counter.asked == []
    assert reading.capabilities["media"] is False


def test_an_interface_that_a_program_has_claimed_is_not_asked() -> None:
    device = UsbDevice(
        port="1-2", vendor="04b8", product="0e03", code="00", bus=1, number=5, words=Mock(), speed_bits_per_second=None
    )
    for driver in ("usbfs", "usblp"):
        answer = usbport.ask(device, Interface(number=0, code="07", driver=driver))
        assert answer.outcome is Outcome.BUSY


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "^serial: write serial"),
        ({"serial": "X", "device": "/dev/usb/lp0"}, "^serial: write serial"),
        ({"device": "/dev/sda"}, "^device: must be a printer's node"),
        ({"product": "0e03"}, "^product: means nothing without a vendor"),
        ({"vendor": "4b8"}, "^vendor: .* four hexadecimal digits"),
        ({"port": "usb1"}, "^port: .* is no USB port"),
    ],
)
def test_a_mistaken_option_is_named(options: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        PrinterUsb(**options)


def test_a_node_that_was_never_there_is_not_connected() -> None:
    reading = PrinterUsb(device="/dev/usb/lp99").read()
    assert codes(reading) == ["not-connected"]


def test_a_node_leads_to_its_port_and_back(tmp_path: Path) -> None:
    interface = tmp_path / "devices" / "1-2" / "1-2:1.0"
    (interface / "usbmisc" / "lp0").mkdir(parents=True)
    (tmp_path / "class" / "usbmisc" / "lp0").mkdir(parents=True)
    (tmp_path / "class" / "usbmisc" / "lp0" / "device").symlink_to(interface)
    assert lpnode.port_of("/dev/usb/lp0", tmp_path / "class") == "1-2"
    assert lpnode.node_of("1-2", 0, tmp_path / "devices") == "/dev/usb/lp0"
    assert lpnode.node_of("1-2", 1, tmp_path / "devices") == ""
    assert lpnode.port_of("/dev/usb/lp9", tmp_path / "class") == ""


class Printer:
    """A pyusb device with a printer interface and no driver."""

    def __init__(self, status: bytes | int = b"\x18", *, bound: bool = False) -> None:
        self.answers: dict[int, bytes | int] = {0: b"\x00\x42" + EPSON, 1: status}
        self.bound = bound
        self.asked: list[int] = []

    def is_kernel_driver_active(self, _interface: int) -> bool:
        return self.bound

    def ctrl_transfer(self, _type: int, request: int, _value: int, _index: int, _length: int, _timeout: int) -> bytes:
        self.asked.append(request)
        answer = self.answers[request]
        if isinstance(answer, int):
            raise usb.core.USBError(os.strerror(answer), -1, answer)
        return answer


def test_an_unbound_printer_tells_status_and_identity_over_usb() -> None:
    told: Any = usblp.ask_device(Printer(), 0)
    assert told["status"] == HEALTHY
    assert parse(told["device_id"].encode("latin-1")).model == "TM-T82"


@pytest.mark.parametrize(
    ("number", "outcome"),
    [
        (errno.ENODEV, Outcome.ABSENT),
        (errno.EBUSY, Outcome.BUSY),
        (errno.EACCES, Outcome.DENIED),
        (errno.EPIPE, Outcome.ASKED),
        (errno.ETIMEDOUT, Outcome.ASKED),
    ],
)
def test_an_unbound_printer_that_refuses_is_never_broken(number: int, outcome: Outcome) -> None:
    told: Any = usblp.ask_device(Printer(status=number), 0)
    assert told["outcome"] is outcome
    assert told.get("status") is None


def test_a_printer_whose_driver_came_meanwhile_is_left_alone() -> None:
    printer = Printer(bound=True)
    assert usblp.ask_device(printer, 0) == {
        "outcome": Outcome.BUSY,
        "detail": "a driver is bound to the printer by now",
    }
    assert printer.asked == []


def test_identity_is_asked_only_where_that_claims_nothing_else() -> None:
    printer = Printer()
    usblp.ask_device(printer, 1)
    assert printer.asked == [1]


@pytest.mark.parametrize(
    ("number", "outcome"), [(errno.EBUSY, Outcome.BUSY), (errno.EACCES, Outcome.DENIED), (errno.ENODEV, Outcome.ABSENT)]
)
def test_a_node_that_does_not_open_says_why(monkeypatch: pytest.MonkeyPatch, number: int, outcome: Outcome) -> None:
    monkeypatch.setattr("os.open", Mock(side_effect=OSError(number, "no")))
    told: Any = usblp.through_driver("/dev/usb/lp0")
    assert told["outcome"] is outcome


def test_a_node_that_fails_oddly_is_a_probe_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.open", Mock(side_effect=OSError(errno.EIO, "Input/output error")))
    with pytest.raises(ProbeError, match="cannot open it"):
        usblp.through_driver("/dev/usb/lp0")


def test_a_file_that_is_no_printer_does_not_tell(tmp_path: Path) -> None:
    node = tmp_path / "lp0"
    node.write_bytes(b"")
    answer = usblp.ask_bound(str(node), deadline_seconds=10)
    assert (answer.outcome, answer.status) == (Outcome.ASKED, None)


def test_a_driver_that_hangs_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(_function: str, _argument: child.Json, *, deadline_seconds: float) -> child.Json:
        return child.run("tests.fakes.childwork:hang", None, deadline_seconds=deadline_seconds / 20)

    monkeypatch.setattr(usblp, "child", SimpleNamespace(run=hang))
    with pytest.raises(ProbeError, match="no answer within"):
        usblp.ask_bound("/dev/usb/lp0", deadline_seconds=4.0)


def test_discovery_names_role_and_options(counter: Counter) -> None:
    counter.plug()
    counter.bus.plug("1-3", "03f0:0517", interfaces=(("07", "usblp"),), product="HP LaserJet 1000")
    (counter.bus.root / "1-3" / "1-3:1.0" / "ieee1284_id").write_bytes(
        b"MFG:Hewlett-Packard;CMD:PJL,PCL;MDL:HP LaserJet;"
    )
    counter.bus.plug("1-5", "05ba:000a")
    found = {one.role: one for one in candidates(Bus(counter.bus.tree).all())}
    assert set(found) == {"receipt-printer", "office-printer"}
    assert found["receipt-printer"].options == {"vendor": "04b8", "product": "0e03", "serial": "J5RK012345"}
    assert found["receipt-printer"].label == "Printer resi (TM-T82)"
    assert "ESC/POS" in found["receipt-printer"].note


def test_equal_printers_without_serial_number_are_told_apart_by_port(counter: Counter) -> None:
    for port in ("1-2", "1-3"):
        counter.plug(port=port, serial="")
    assert [one.options["port"] for one in candidates(Bus(counter.bus.tree).all())] == ["1-2", "1-3"]


@pytest.mark.parametrize(
    ("raw", "model", "languages"),
    [
        (b"\x00\x42" + EPSON, "TM-T82", ("ESC/POS",)),
        (b"MANUFACTURER:Zebra;COMMAND SET: zpl , epl;MODEL:ZD420;", "ZD420", ("ZPL", "EPL")),
        (b"mdl:lower;MDL:second;", "lower", ()),
        (b"", "", ()),
        (b";;;:::", "", ()),
        (b"MDL:bell\x07;CMD:,,;", "bell?", ()),
    ],
)
def test_an_identification_is_read_whatever_its_form(raw: bytes, model: str, languages: tuple[str, ...]) -> None:
    identity = parse(raw)
    assert (identity.model, identity.languages) == (model, languages)


def test_hotplug_wakes_for_this_printer_only(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    subscribe, wake = Mock(), Mock()
    monkeypatch.setattr(hotplug.shared, "subscribe", subscribe)
    counter.plug()
    probe = counter.probe(vendor="04b8", product="0e03")
    assert probe.subscribe(wake) is subscribe.return_value
    assert probe.read().capabilities["hotplug"]
    (hear,) = subscribe.call_args.args
    hear(Event(action="add", port="1-9", vendor="05ba", product="000a"))
    wake.assert_not_called()
    hear(Event(action="remove", port="1-2", vendor="04b8", product="0e03"))
    wake.assert_called_once()


def test_without_netlink_the_clock_alone_looks(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hotplug.shared, "subscribe", Mock(side_effect=OSError))
    assert counter.probe().subscribe(Mock()) is None
