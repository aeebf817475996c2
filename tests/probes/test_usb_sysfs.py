"""USB devices as sysfs tells them: what is read, what is not there, and what a hostile device says."""

from pathlib import Path

import pytest

from probes.reading import ProbeError
from probes.usb.device import Interface, port_key
from probes.wire.sysfs import Tree
from tests.fakes.usbtree import UsbTree

HOSTILE = b"evil\x1b[2J\r\nX-Header: 1\xe2\x80\xae<script>\x00" + b"A" * 5000


@pytest.fixture
def bus(tmp_path: Path) -> UsbTree:
    return UsbTree(tmp_path)


def test_a_device_is_read_whole(bus: UsbTree) -> None:
    bus.plug("1-2.3", "05ba:000a", manufacturer="DigitalPersona, Inc.", product="U.are.U® 4500", serial="{B4D0}")
    device = bus.tree.device("1-2.3")
    assert device is not None
    assert (device.ids, device.port, device.bus, device.number) == ("05ba:000a", "1-2.3", 1, 2)
    assert (device.words.product, device.words.serial) == ("U.are.U® 4500", "{B4D0}")
    assert (device.speed_bits_per_second, device.version) == (480e6, 2.0)
    assert (device.connected_seconds, device.over_currents, device.suspended) == (3600.0, 0, False)
    assert device.interfaces == (Interface(number=0, code="ff", driver=""),)
    assert str(device.node) == "/dev/bus/usb/001/002"


def test_a_printer_tells_its_ieee_1284_identification(bus: UsbTree) -> None:
    bus.plug("1-1", "04b8:0e03", interfaces=[("07", "usblp")])
    (bus.root / "1-1" / "1-1:1.0" / "ieee1284_id").write_text("MFG:EPSON;MDL:TM-T20;CMD:ESC/POS;\n")
    device = bus.tree.device("1-1")
    assert device is not None
    assert device.interfaces[0].ieee1284 == "MFG:EPSON;MDL:TM-T20;CMD:ESC/POS;"
    assert device.interfaces[0].driver == "usblp"


def test_hostile_descriptor_strings_are_harmless(bus: UsbTree) -> None:
    bus.plug("1-1", "dead:beef", manufacturer=HOSTILE, product=HOSTILE, serial=b"\xff\xfe\xed")
    device = bus.tree.device("1-1")
    assert device is not None
    assert device.words.product.startswith("evil?[2J X-Header: 1?<script>?")
    assert len(device.words.product.encode()) <= 128
    assert device.words.serial == "ÿþí"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("speed", "nan"),
        ("speed", "unknown"),
        ("speed", "1e300"),
        ("speed", ""),
        ("version", "x"),
        ("quirks", "?"),
        ("power__connected_duration", "-1"),
        ("port__over_current_count", "many"),
        ("busnum", "x"),
    ],
)
def test_an_odd_value_is_unknown_and_no_crash(bus: UsbTree, name: str, value: str) -> None:
    bus.plug("1-1", "05ba:000a")
    bus.set("1-1", name, value)
    device = bus.tree.device("1-1")
    assert device is not None
    assert device.ids == "05ba:000a"


def test_what_the_kernel_does_not_tell_is_none_not_zero(bus: UsbTree) -> None:
    bus.plug("1-1", "05ba:000a")
    for name in ("speed", "power/connected_duration", "port/over_current_count"):
        (bus.root / "1-1" / name).unlink()
    device = bus.tree.device("1-1")
    assert device is not None
    assert (device.speed_bits_per_second, device.connected_seconds, device.over_currents) == (None, None, None)


def test_a_device_that_left_while_being_read_is_not_there(bus: UsbTree) -> None:
    bus.plug("1-1", "05ba:000a")
    (bus.root / "1-1" / "devnum").unlink()
    assert bus.tree.device("1-1") is None
    assert bus.tree.device("1-9") is None


def test_strings_are_read_once_per_enumeration(bus: UsbTree) -> None:
    tree = bus.tree
    bus.plug("1-1", "05ba:000a", serial="first")
    tree.device("1-1")
    bus.set("1-1", "serial", "read again")
    known = tree.device("1-1")
    assert known is not None
    assert known.words.serial == "first"
    bus.set("1-1", "devnum", "77")
    anew = tree.device("1-1")
    assert anew is not None
    assert anew.words.serial == "read again"


def test_ports_stand_in_the_order_people_count_and_without_hubs_and_interfaces(bus: UsbTree) -> None:
    for port in ("1-10", "1-2", "1-2.10", "1-2.9"):
        bus.plug(port, "05ba:000a")
    (bus.root / "1-0:1.0").mkdir()
    assert bus.tree.ports() == ["1-2", "1-2.9", "1-2.10", "1-10"]
    assert port_key("2-1") > port_key("1-10")


def test_no_bus_is_said_and_no_empty_list(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "nothing")
    assert not tree.exists()
    assert not tree.has_hubs()
    with pytest.raises(ProbeError, match="shows no USB bus"):
        tree.ports()
