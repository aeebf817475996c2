"""Card readers through pcscd: listed, in use, mute; nothing is ever sent to a card."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from probes.kinds.usb import Usb
from probes.reading import Actor, ProbeError, Reading, Severity
from probes.text import clean
from probes.usb.match import Match
from probes.wire import pcsc
from probes.wire.pcsc import CardReader
from probes.wire.usbbus import Bus
from tests.fakes.pcscd import ABSENT, POWERED, PRESENT, SWALLOWED, FakePcscd, fake_pcscd
from tests.fakes.usbtree import UsbTree

NAME = b"ACS ACR39U ICC Reader 00 00"


@pytest.fixture
def daemon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakePcscd]:
    monkeypatch.setattr("probes.wire.pcsc.readers.__defaults__", (tmp_path,))
    monkeypatch.setattr("probes.wire.pcsc.running.__defaults__", (tmp_path,))
    with fake_pcscd(tmp_path) as daemon:
        yield daemon


@pytest.fixture
def bus(tmp_path: Path) -> UsbTree:
    return UsbTree(tmp_path)


def probe(bus: UsbTree, reader: str = "") -> Usb:
    made = Usb(match=Match(vendor="072f"), reader=reader)
    made._unit.bus = Bus(bus.tree)
    return made


def plug(bus: UsbTree, **words: str) -> None:
    bus.plug("1-2", "072f:b100", interfaces=[("0b", "")], **words)


def samples(reading: Reading) -> dict[str, float]:
    return {sample.metric.name.removeprefix("jagaloket_card_reader_"): sample.value for sample in reading.samples}


# the wire


@pytest.mark.parametrize(
    ("state", "sharing", "expected"),
    [
        (ABSENT, 0, (False, False, False)),
        (PRESENT | POWERED, 0, (True, False, False)),
        (PRESENT | POWERED, 2, (True, False, True)),
        (PRESENT | POWERED, -1, (True, False, True)),
        (PRESENT | SWALLOWED, 0, (True, True, False)),
    ],
)
def test_states_are_read(daemon: FakePcscd, state: int, sharing: int, expected: tuple[bool, bool, bool]) -> None:
    daemon.readers = [(NAME, state, sharing)]
    card, mute, in_use = expected
    name = clean(NAME)
    assert pcsc.readers() == [CardReader(name=name, card=card, mute=mute, in_use=in_use)]
    assert daemon.asked == [0x11, 0x12]


def test_no_reader_is_an_empty_list(daemon: FakePcscd) -> None:
    assert daemon.readers == []
    assert pcsc.readers() == []


def test_a_hostile_name_is_harmless(daemon: FakePcscd) -> None:
    daemon.readers = [(b"\x1b[2J\xff" + b"A" * 126, PRESENT, 0)]
    (reader,) = pcsc.readers()
    assert reader.name.startswith("?[2JÿAAA")


def test_a_daemon_of_another_age_is_named(daemon: FakePcscd) -> None:
    daemon.major = 5
    with pytest.raises(ProbeError, match="speaks protocol 5"):
        pcsc.readers()


def test_a_daemon_that_hangs_or_breaks_off_is_a_probe_error(daemon: FakePcscd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pcsc, "TIMEOUT_SECONDS", 0.05)
    daemon.cut_short = True
    with pytest.raises(ProbeError, match="it closed the connection"):
        pcsc.readers()
    daemon.mute = True
    with pytest.raises(ProbeError, match="timed out"):
        pcsc.readers()


def test_without_the_daemon_nothing_is_started(tmp_path: Path) -> None:
    assert not pcsc.running(tmp_path)
    with pytest.raises(ProbeError, match="systemctl restart pcscd"):
        pcsc.readers(tmp_path)


# the kind


def test_a_reader_tells_its_card_and_its_use(daemon: FakePcscd, bus: UsbTree) -> None:
    plug(bus, product="ACR39U ICC Reader")
    daemon.readers = [(NAME, PRESENT | POWERED, 1), (b"Other reader 01 00", ABSENT, 0)]
    reading = probe(bus).read()
    assert reading.faults == ()
    assert reading.capabilities["card"]
    assert reading.facts["reader"] == "ACS ACR39U ICC Reader 00 00"
    assert (samples(reading)["card_present"], samples(reading)["in_use"]) == (1, 1)


def test_a_mute_card_is_a_notice_for_the_counter(daemon: FakePcscd, bus: UsbTree) -> None:
    plug(bus, product="ACR39U ICC Reader")
    daemon.readers = [(NAME, PRESENT | SWALLOWED, 0)]
    (fault,) = probe(bus).read().faults
    assert (fault.code, fault.severity, fault.actor) == ("card-mute", Severity.NOTICE, Actor.COUNTER)


def test_two_readers_of_one_name_are_told_apart_by_serial_or_not_at_all(daemon: FakePcscd, bus: UsbTree) -> None:
    daemon.readers = [(b"ACR39U (S1) 00 00", PRESENT, 0), (b"ACR39U (S2) 01 00", ABSENT, 0)]
    plug(bus, product="ACR39U")
    assert not probe(bus).read().capabilities["card"]
    bus.unplug("1-2")
    plug(bus, product="ACR39U", serial="S2")
    assert samples(probe(bus).read())["card_present"] == 0


def test_a_named_reader_that_pcscd_does_not_list_has_no_driver(daemon: FakePcscd, bus: UsbTree) -> None:
    plug(bus)
    daemon.readers = [(b"Other reader 01 00", ABSENT, 0)]
    (fault,) = probe(bus, reader="ACR39U").read().faults
    assert (fault.code, fault.actor) == ("no-driver", Actor.TECHNICIAN)
    assert 'pcscd lists no reader "ACR39U"' in fault.detail


def test_a_named_reader_has_time_to_be_listed(daemon: FakePcscd, bus: UsbTree) -> None:
    plug(bus, power__connected_duration="100")
    assert probe(bus, reader="ACR39U").read().faults == ()
    assert daemon.asked == [0x11, 0x12]


@pytest.mark.parametrize("trouble", ["no daemon", "hangs"])
def test_without_pcscd_presence_is_still_told(
    daemon: FakePcscd, bus: UsbTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    plug(bus)
    monkeypatch.setattr(pcsc, "TIMEOUT_SECONDS", 0.05)
    daemon.mute = True
    if trouble == "no daemon":
        os.unlink(tmp_path / "pcscd.pid")  # noqa: PTH108 -- reads as what it is
    reading = probe(bus).read()
    assert (reading.reachable, reading.faults) == (True, ())
    assert "card" not in reading.capabilities


def test_other_equipment_is_not_looked_for_at_pcscd(daemon: FakePcscd, bus: UsbTree) -> None:
    bus.plug("1-2", "072f:0001", interfaces=[("ff", "")])
    probe(bus).read()
    bus.unplug("1-2")
    probe(bus).read()
    assert daemon.asked == []
