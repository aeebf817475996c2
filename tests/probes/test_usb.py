"""The usb kind: there or not and why, without events."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from probes.kinds.usb import Usb
from probes.reading import Actor, Fault, ProbeError, Reading, Sample, Severity
from probes.usb.device import UsbDevice
from probes.usb.match import Match
from probes.wire import hotplug
from probes.wire.kmsg import KernelLog
from probes.wire.uevent import Event
from probes.wire.usbbus import Bus, Sleep
from tests.fakes.usbtree import UsbTree

READER = "05ba:000a"
MATCH = Match(vendor="05ba", product="000a")


class Counter:
    """One counter's bus, its clock, and probes that look at it."""

    def __init__(self, folder: Path) -> None:
        self.bus = UsbTree(folder)
        self.now = 1000.0
        self.asleep = 0.0
        self.log = folder / "kmsg"
        self.paused = 0

    def probe(self, match: Match = MATCH, **options: object) -> Usb:
        probe = Usb(match=match, **options)  # type: ignore[arg-type] # each test gives the types it means
        unit = probe._unit
        unit.bus, unit.clock, unit.log = Bus(self.bus.tree), self.clock, KernelLog(self.log)
        unit.sleep, unit.pause = Sleep(lambda: self.now + self.asleep), self.pause
        return probe

    def clock(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.paused += 1
        self.now += seconds


@pytest.fixture
def counter(tmp_path: Path) -> Counter:
    return Counter(tmp_path)


def faults(reading: Reading) -> dict[str, Fault]:
    return {fault.code: fault for fault in reading.faults}


def sample(reading: Reading, name: str) -> float | None:
    values: dict[str, Sample] = {item.metric.name: item for item in reading.samples}
    return values[name].value if name in values else None


# presence


def test_a_device_on_the_bus_is_fine_and_tells_who_it_is(counter: Counter) -> None:
    counter.bus.plug("1-2", READER, manufacturer="DigitalPersona", product="U.are.U 4500", serial="B4D0")
    reading = counter.probe().read()
    assert reading.reachable
    assert reading.faults == ()
    assert reading.facts["model"] == "U.are.U 4500"
    assert (reading.facts["serial"], reading.facts["port"], reading.facts["ids"]) == ("B4D0", "1-2", READER)
    assert sample(reading, "jagaloket_usb_speed_bits_per_second") == 480e6
    assert sample(reading, "jagaloket_usb_reconnects_total") == 0


def test_a_device_without_words_is_named_by_the_catalogue(counter: Counter) -> None:
    counter.bus.plug("1-2", "24c4:c001")
    reading = counter.probe(Match(vendor="24c4", product="c001")).read()
    assert (reading.facts["vendor"], reading.facts["model"]) == ("CMITech", "BMT-20")


def test_a_device_never_seen_is_named_by_the_catalogue(counter: Counter) -> None:
    reading = counter.probe(Match(vendor="24C4", product="C001")).read()
    assert (reading.facts["vendor"], reading.facts["model"]) == ("CMITech", "BMT-20")
    assert counter.probe(Match(port="1-2")).read().facts == {}


def test_its_own_words_come_before_the_catalogues(counter: Counter) -> None:
    counter.bus.plug("1-2", "24c4:c001", product="BMT-20 rev 2")
    reading = counter.probe(Match(vendor="24c4", product="c001")).read()
    assert (reading.facts["vendor"], reading.facts["model"]) == ("CMITech", "BMT-20 rev 2")


def test_a_device_that_is_not_there_is_stated_and_the_counter_can_mend_it(counter: Counter) -> None:
    reading = counter.probe().read()
    assert not reading.reachable
    fault = faults(reading)["not-connected"]
    assert (fault.severity, fault.actor) == (Severity.BLOCKING, Actor.COUNTER)
    assert fault.detail == "05ba:000a is not on the bus"


def test_unplugged_it_keeps_its_identity_for_the_ticket(counter: Counter) -> None:
    counter.bus.plug("1-2", READER, product="U.are.U 4500", serial="B4D0")
    probe = counter.probe()
    probe.read()
    counter.bus.unplug("1-2")
    reading = probe.read()
    assert reading.facts["serial"] == "B4D0"
    assert faults(reading)["not-connected"].detail == "05ba:000a is not on the bus; it was on port 1-2"
    assert sample(reading, "jagaloket_usb_speed_bits_per_second") is None


def test_suspended_is_healthy_and_faults_can_still_end(counter: Counter) -> None:
    counter.bus.plug("1-2", READER, power__runtime_status="suspended")
    reading = counter.probe().read()
    assert reading.faults == ()
    assert not reading.asleep
    assert sample(reading, "jagaloket_usb_suspended") == 1


def test_without_a_bus_looking_is_impossible_and_nothing_is_said_to_be_broken(counter: Counter) -> None:
    (counter.bus.root / "usb1").rmdir()
    with pytest.raises(ProbeError, match="shows no USB host controller"):
        counter.probe().read()


def test_a_bus_that_lost_its_last_device_still_tells_that_it_is_gone(counter: Counter) -> None:
    (counter.bus.root / "usb1").rmdir()
    counter.bus.plug("1-2", READER)
    probe = counter.probe()
    probe.read()
    counter.bus.unplug("1-2")
    assert "not-connected" in faults(probe.read())


def test_without_sysfs_libusb_is_asked_in_a_child(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    counter.bus.plug("1-2", READER)
    device = counter.bus.tree.device("1-2")
    assert device is not None
    found = [device]
    monkeypatch.setattr("probes.wire.usb.listed", lambda: found)
    (counter.bus.root / "usb1").rmdir()
    counter.bus.unplug("1-2")
    counter.bus.root.rmdir()
    probe = counter.probe()
    assert probe.read().reachable
    found.clear()
    assert "not-connected" in faults(probe.read())
    with pytest.raises(ProbeError, match="shows no USB host controller"):
        counter.probe().read()


# identity


def test_two_equal_devices_are_told_apart_by_port(counter: Counter) -> None:
    counter.bus.plug("1-2", READER)
    counter.bus.plug("1-3", READER)
    left = counter.probe(Match(vendor="05ba", product="000a", port="1-2"))
    right = counter.probe(Match(vendor="05ba", product="000a", port="1-3"))
    assert (left.read().faults, right.read().faults) == ((), ())
    counter.bus.unplug("1-2")
    assert "not-connected" in faults(left.read())
    assert right.read().reachable


def test_two_that_fit_are_a_duplicate_and_no_failure(counter: Counter) -> None:
    counter.bus.plug("1-2", READER)
    counter.bus.plug("1-3", READER)
    reading = counter.probe().read()
    assert reading.reachable
    fault = faults(reading)["duplicate"]
    assert (fault.severity, fault.part) == (Severity.NOTICE, "")
    assert fault.detail == "2 devices fit, on ports 1-2, 1-3; add serial or port to match"


def test_of_two_that_fit_the_same_one_stays_meant(counter: Counter) -> None:
    counter.bus.plug("1-3", READER)
    probe = counter.probe()
    probe.read()
    counter.bus.plug("1-2", READER)
    assert probe.read().facts["port"] == "1-3"
    counter.bus.unplug("1-3")
    reading = probe.read()
    assert reading.facts["port"] == "1-2"
    assert sample(reading, "jagaloket_usb_reconnects_total") == 0


def test_moved_to_another_port_is_a_fact_and_no_fault(counter: Counter) -> None:
    counter.bus.plug("1-2", READER, serial="B4D0")
    probe = counter.probe(Match(serial="B4D0"))
    probe.read()
    counter.bus.unplug("1-2")
    counter.bus.plug("1-4", READER, serial="B4D0")
    reading = probe.read()
    assert reading.faults == ()
    assert (reading.facts["port"], reading.facts["moved_from"]) == ("1-4", "1-2")


def test_bound_to_its_port_a_moved_device_is_missing_there(counter: Counter) -> None:
    counter.bus.plug("1-4", READER)
    reading = counter.probe(Match(vendor="05ba", product="000a", port="1-2")).read()
    assert reading.facts["moved_to"] == "1-4"
    assert faults(reading)["not-connected"].detail.endswith("one that looks the same is on port 1-4")


def test_replaced_by_another_unit_is_told(counter: Counter) -> None:
    counter.bus.plug("1-2", READER, serial="B4D0")
    probe, strict = counter.probe(), counter.probe(Match(vendor="05ba", product="000a", serial="B4D0"))
    probe.read()
    counter.bus.unplug("1-2")
    counter.bus.plug("1-2", READER, serial="FFFF")
    reading = probe.read()
    assert (reading.faults, reading.facts["replaced"]) == ((), "B4D0")
    reading = strict.read()
    assert reading.facts["replaced_by"] == "FFFF"
    assert "another unit of the same make (serial FFFF) is on port 1-2" in faults(reading)["not-connected"].detail


def test_something_else_on_its_port_is_told(counter: Counter) -> None:
    counter.bus.plug("1-2", "046d:c31c", product="Keyboard")
    reading = counter.probe(Match(vendor="05ba", product="000a", port="1-2")).read()
    assert reading.facts["port_holds"] == "046d:c31c"
    assert "port 1-2 now holds 046d:c31c Keyboard" in faults(reading)["not-connected"].detail


# permission


def test_permission_is_a_capability_and_a_fault_only_where_it_is_needed(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter.bus.plug("1-2", READER)
    monkeypatch.setattr(os, "access", lambda path, _mode: "/dev/bus" not in str(path))
    reading = counter.probe().read()
    assert reading.faults == ()
    assert not reading.capabilities["access"]
    fault = faults(counter.probe(needs_access=True).read())["no-permission"]
    assert fault.actor is Actor.TECHNICIAN
    assert "/dev/bus/usb/001/002" in fault.detail


def test_no_permission_is_never_confused_with_not_connected(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, _mode: "/dev/bus" not in str(path))
    assert set(faults(counter.probe(needs_access=True).read())) == {"not-connected"}


# drivers and firmware


@pytest.mark.parametrize(
    ("interfaces", "options", "fault"),
    [
        ([("ff", "")], {}, None),
        ([("0b", "")], {}, None),
        ([("07", "")], {}, None),
        ([("03", "usbhid")], {}, None),
        ([("03", "usbfs")], {}, None),
        ([("03", "")], {}, "interface 0 needs the kernel driver usbhid; none is bound"),
        ([("0e", "uvcvideo"), ("0e", "")], {}, "interface 1 needs the kernel driver uvcvideo; none is bound"),
        ([("ff", "ftdi_sio")], {"driver": "ftdi_sio"}, None),
        ([("ff", "")], {"driver": "ftdi_sio"}, "driver ftdi_sio is not bound (bound: none)"),
        ([], {}, "port 1-2: the kernel could not configure the device; try another port or a powered hub"),
    ],
)
def test_a_driver_is_missed_only_where_one_is_needed(
    counter: Counter, interfaces: list[tuple[str, str]], options: dict[str, Any], fault: str | None
) -> None:
    counter.bus.plug("1-2", READER, interfaces=interfaces)
    found = faults(counter.probe(**options).read())
    assert found.get("no-driver", None) is None if fault is None else found["no-driver"].detail == fault


def test_a_blocked_device_has_no_driver(counter: Counter) -> None:
    counter.bus.plug("1-2", READER, authorized="0", interfaces=[])
    assert "authorized is 0" in faults(counter.probe().read())["no-driver"].detail


def test_a_driver_has_time_to_bind(counter: Counter) -> None:
    counter.bus.plug("1-2", READER, interfaces=[("03", "")], power__connected_duration="100")
    probe = counter.probe()
    reading = probe.read()
    assert reading.faults == ()
    assert "no-driver" in reading.skipped
    counter.now += 9
    assert "no-driver" in faults(probe.read())


def test_a_device_that_the_kernel_takes_apart_is_not_called_driverless(counter: Counter) -> None:
    """Its interfaces go first; with a slow driver that can be seen for a while, and then it is gone."""
    counter.bus.plug("1-2", READER)
    probe = counter.probe()
    assert probe.read().faults == ()
    counter.now += 60
    counter.bus.strip("1-2")
    for _ in range(2):
        reading = probe.read()
        assert "no-driver" not in faults(reading)
        assert "no-driver" in reading.skipped
        counter.now += 0.1
    counter.bus.unplug("1-2")
    assert set(faults(probe.read())) == {"not-connected"}


def test_a_device_whose_driver_left_is_called_driverless_when_that_lasts(counter: Counter) -> None:
    counter.bus.plug("1-2", READER)
    probe = counter.probe()
    probe.read()
    counter.bus.strip("1-2")
    probe.read()
    counter.now += 9
    assert "no-driver" in faults(probe.read())


def test_a_scanner_that_stays_on_its_first_id_has_no_firmware(counter: Counter) -> None:
    counter.bus.plug("1-2", "080b:0010", power__connected_duration="100")
    probe = counter.probe(Match(vendor="080b", product="0002"))
    starting = probe.read()
    assert (starting.reachable, starting.faults) == (True, ())
    assert {"not-connected", "firmware-not-loaded"} <= starting.skipped
    counter.bus.set("1-2", "power__connected_duration", "60000")
    fault = faults(probe.read())["firmware-not-loaded"]
    assert (fault.severity, fault.actor) == (Severity.BLOCKING, Actor.TECHNICIAN)
    assert "stays on 080b:0010 (port 1-2)" in fault.detail
    counter.bus.unplug("1-2")
    counter.bus.plug("1-2", "080b:0002")
    assert probe.read().faults == ()


def test_the_id_before_the_firmware_can_be_configured(counter: Counter) -> None:
    counter.bus.plug("1-2", "04b4:8613")
    probe = counter.probe(Match(vendor="04b4", product="1005"), before_firmware="04B4:8613")
    assert set(faults(probe.read())) == {"firmware-not-loaded"}


# speed, current, coming and going


def test_slower_than_it_was_is_a_fault(counter: Counter) -> None:
    counter.bus.plug("1-2", READER)
    probe = counter.probe()
    probe.read()
    counter.bus.unplug("1-2")
    counter.bus.plug("1-2", READER, speed="12")
    fault = faults(probe.read())["slow-connection"]
    assert fault.actor is Actor.COUNTER
    assert fault.detail.startswith("runs at 12 instead of 480 Mbit/s")


def test_the_configured_speed_is_known_after_a_restart(counter: Counter) -> None:
    counter.bus.plug("1-2", READER, speed="12")
    assert counter.probe().read().faults == ()
    assert "slow-connection" in faults(counter.probe(speed_mbit=480).read())


@pytest.mark.parametrize(
    ("attributes", "driver", "asked"),
    [
        ({"speed": "12"}, "", True),
        ({"speed": "480"}, "", False),
        ({"speed": "12", "version": " 1.10"}, "", False),
        ({"speed": "12", "power__runtime_status": "suspended"}, "", False),
        ({"speed": "12", "quirks": "0x100"}, "", False),
        ({"speed": "12"}, "usbfs", False),
    ],
)
def test_only_a_device_that_is_not_disturbed_is_asked_and_only_once(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, attributes: dict[str, str], driver: str, *, asked: bool
) -> None:
    monkeypatch.setattr(os, "access", lambda _path, _mode: True)
    questions: list[str] = []

    def answer(device: UsbDevice) -> bool:
        questions.append(device.port)
        return True

    counter.bus.plug("1-2", READER, interfaces=[("ff", driver)], **attributes)
    probe = counter.probe()
    probe._unit.could_be_faster = answer
    probe.read()
    assert ("slow-connection" in faults(probe.read())) is asked
    assert questions == (["1-2"] if asked else [])


def test_nothing_is_asked_of_a_device_by_default(counter: Counter) -> None:
    assert counter.probe()._unit.could_be_faster is None
    assert counter.probe(ask_speed=True)._unit.could_be_faster is not None


def test_a_question_that_fails_is_no_fault(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_device: UsbDevice) -> bool:
        msg = "no libusb"
        raise ProbeError(msg)

    monkeypatch.setattr(os, "access", lambda _path, _mode: True)
    counter.bus.plug("1-2", READER, speed="12")
    probe = counter.probe()
    probe._unit.could_be_faster = fail
    assert probe.read().faults == ()


def test_a_port_that_is_cut_off_is_told_until_it_was_quiet_for_a_while(counter: Counter) -> None:
    counter.bus.plug("1-2", READER, port__over_current_count="7")
    probe = counter.probe(unstable_minutes=10)
    assert probe.read().faults == ()
    counter.bus.set("1-2", "port__over_current_count", "9")
    fault = faults(probe.read())["over-current"]
    assert "cut off 2 times" in fault.detail
    counter.now += 601
    assert probe.read().faults == ()


def flap(counter: Counter, probe: Usb, times: int) -> list[set[str]]:
    codes = []
    for _ in range(times):
        counter.bus.unplug("1-2")
        counter.now += 0.5
        codes.append(set(faults(probe.read())))
        counter.bus.plug("1-2", READER)
        counter.now += 0.5
        codes.append(set(faults(probe.read())))
    return codes


def test_coming_and_going_becomes_one_fault_with_a_count(counter: Counter) -> None:
    counter.bus.plug("1-2", READER)
    probe = counter.probe(unstable_count=3)
    probe.read()
    codes = flap(counter, probe, 5)
    assert codes[:5] == [{"not-connected"}, set(), {"not-connected"}, set(), {"not-connected"}]
    assert codes[5:] == [{"unstable-connection"}] * 5
    reading = probe.read()
    assert faults(reading)["unstable-connection"].detail.startswith("came back 5 times within 10 min")
    assert sample(reading, "jagaloket_usb_reconnects_total") == 5


def test_an_unstable_device_that_stays_away_is_not_connected(counter: Counter) -> None:
    counter.bus.plug("1-2", READER)
    probe = counter.probe(unstable_count=2)
    probe.read()
    flap(counter, probe, 2)
    counter.bus.unplug("1-2")
    assert set(faults(probe.read())) == {"unstable-connection"}
    counter.now += 9
    assert set(faults(probe.read())) == {"unstable-connection", "not-connected"}


def test_a_connection_that_was_quiet_for_the_window_is_stable_again(counter: Counter) -> None:
    counter.bus.plug("1-2", READER)
    probe = counter.probe(unstable_count=2, unstable_minutes=5)
    probe.read()
    flap(counter, probe, 3)
    counter.now += 301
    assert probe.read().faults == ()


def test_the_last_change_is_told_from_the_kernels_own_count(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 1_800_000_000.0)
    counter.bus.plug("1-2", READER, power__connected_duration="3600000")
    probe = counter.probe()
    assert sample(probe.read(), "jagaloket_usb_last_change_timestamp_seconds") == 1_800_000_000 - 3600
    counter.bus.unplug("1-2")
    assert sample(probe.read(), "jagaloket_usb_last_change_timestamp_seconds") == 1_800_000_000


# sleep and the kernel's log


def test_after_sleep_devices_have_time_to_come_back(counter: Counter) -> None:
    counter.bus.plug("1-2", READER)
    probe = counter.probe()
    probe.read()
    counter.bus.unplug("1-2")
    counter.asleep += 3600
    with pytest.raises(ProbeError, match="the PC woke up 0 s ago"):
        probe.read()
    counter.now += 9
    assert "not-connected" in faults(probe.read())


def test_the_kernels_own_words_stand_in_the_ticket(counter: Counter) -> None:
    counter.bus.plug("1-2", READER)
    counter.log.write_text("3,901,999000000,-;usb 1-2: device descriptor read/64, error -71\n")
    probe = counter.probe()
    probe.read()
    counter.bus.unplug("1-2")
    assert faults(probe.read())["not-connected"].detail.endswith("kernel: device descriptor read/64, error -71")


# repair


def test_a_port_is_switched_once_when_its_device_stays_away_and_the_ticket_says_so(counter: Counter) -> None:
    counter.bus.plug("1-2", READER, power__connected_duration="100")
    probe = counter.probe()
    switched: list[str] = []

    def repair(port: str) -> str:
        switched.append(port)
        return f"port {port} was switched off and on once"

    probe._unit.repair = repair
    probe.read()
    counter.bus.unplug("1-2")
    probe.read()
    assert switched == []
    counter.now += 9
    assert "port 1-2 was switched off and on once" in faults(probe.read())["not-connected"].detail
    counter.now += 60
    probe.read()
    assert switched == ["1-2"]
    counter.bus.plug("1-2", READER, power__connected_duration="100")
    probe.read()
    counter.now += 9
    probe.read()
    counter.bus.unplug("1-2")
    probe.read()
    counter.now += 9
    probe.read()
    assert switched == ["1-2", "1-2"]


def test_nothing_is_switched_where_something_else_took_the_port_or_nothing_ever_was(counter: Counter) -> None:
    match = Match(vendor="05ba", product="000a", port="1-2")
    never, taken = counter.probe(match), counter.probe(match)
    counter.bus.plug("1-2", READER)
    taken.read()
    counter.bus.unplug("1-2")
    switched: list[str] = []
    for probe in (never, taken):
        probe._unit.repair = lambda port: switched.append(port) or ""  # type: ignore[func-returns-value] # it returns None
    counter.bus.plug("1-2", "046d:c31c")
    for probe in (never, taken):
        probe.read()
    counter.now += 9
    for probe in (never, taken):
        probe.read()
    assert switched == []


def test_nothing_is_repaired_by_default(counter: Counter) -> None:
    assert counter.probe()._unit.repair is None
    assert counter.probe(repair=True)._unit.repair is not None


# events


def subscribed(probe: Usb, monkeypatch: pytest.MonkeyPatch) -> tuple[list[int], Callable[[Event | None], None]]:
    hearers: list[hotplug.Hear] = []

    def subscribe(hear: hotplug.Hear) -> Callable[[], None]:
        hearers.append(hear)
        return hearers.clear

    monkeypatch.setattr(hotplug.shared, "subscribe", subscribe)
    wakes: list[int] = []
    assert probe.subscribe(lambda: wakes.append(1)) is not None
    return wakes, hearers[0]


@pytest.mark.parametrize(
    ("event", "wakes"),
    [
        (None, True),
        (Event(action="remove", port="1-2", vendor="05ba", product="000a"), True),
        (Event(action="add", port="1-7", vendor="05ba", product="000a"), True),
        (Event(action="add", port="1-2", vendor="046d", product="c31c"), True),
        (Event(action="change", port="1-2"), True),
        (Event(action="add", port="1-7", vendor="046d", product="c31c"), False),
    ],
)
def test_events_that_may_concern_the_device_wake_its_probe(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, event: Event | None, *, wakes: bool
) -> None:
    counter.bus.plug("1-2", READER)
    probe = counter.probe()
    woken, hear = subscribed(probe, monkeypatch)
    assert probe.read().capabilities["hotplug"]
    hear(event)
    assert bool(woken) is wakes


def test_reconnects_that_fell_between_two_looks_are_heard(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    counter.bus.plug("1-2", READER)
    probe = counter.probe(unstable_count=3)
    _, hear = subscribed(probe, monkeypatch)
    probe.read()
    for number in range(2, 6):
        hear(Event(action="remove", port="1-2", vendor="05ba", product="000a", address=(1, number)))
        hear(Event(action="add", port="1-2", vendor="05ba", product="000a", address=(1, number + 1)))
    counter.bus.unplug("1-2")
    counter.bus.plug("1-2", READER, devnum="6")
    reading = probe.read()
    assert sample(reading, "jagaloket_usb_reconnects_total") == 4
    assert "unstable-connection" in faults(reading)
    assert sample(probe.read(), "jagaloket_usb_reconnects_total") == 4


def test_a_reconnect_that_is_seen_first_and_heard_later_counts_once(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter.bus.plug("1-2", READER)
    probe = counter.probe()
    _, hear = subscribed(probe, monkeypatch)
    probe.read()
    counter.bus.unplug("1-2")
    counter.bus.plug("1-2", READER, devnum="9")
    assert sample(probe.read(), "jagaloket_usb_reconnects_total") == 1
    for number in (7, 8, 9):
        hear(Event(action="add", port="1-2", vendor="05ba", product="000a", address=(1, number)))
    assert sample(probe.read(), "jagaloket_usb_reconnects_total") == 3


def test_a_look_waits_for_a_device_that_is_just_leaving(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    counter.bus.plug("1-2", READER)
    probe = counter.probe()
    _, hear = subscribed(probe, monkeypatch)
    probe.read()
    hear(Event(action="remove", port="1-2", vendor="05ba", product="000a"))
    probe._unit.pause = lambda _seconds: counter.bus.unplug("1-2")
    assert "not-connected" in faults(probe.read())


def test_a_look_does_not_wait_for_ever(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    counter.bus.plug("1-2", READER)
    probe = counter.probe()
    _, hear = subscribed(probe, monkeypatch)
    probe.read()
    hear(Event(action="remove", port="1-2", vendor="05ba", product="000a"))
    assert probe.read().reachable
    assert counter.paused == 10


def test_without_netlink_the_clock_alone_looks(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_hear: hotplug.Hear) -> Callable[[], None]:
        raise OSError(errno.EAFNOSUPPORT, "not allowed")

    monkeypatch.setattr(hotplug.shared, "subscribe", refuse)
    probe = counter.probe()
    assert probe.subscribe(lambda: None) is None
    counter.bus.plug("1-2", READER)
    assert not probe.read().capabilities["hotplug"]


# options


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"before_firmware": "0010"}, "^before_firmware: "),
        ({"speed_mbit": -1.0}, "^speed_mbit: must be between 0 and 100000$"),
        ({"unstable_count": 1}, "^unstable_count: must be between 2 and 1000$"),
        ({"unstable_minutes": 0.0}, "^unstable_minutes: must be between 1 and 1440$"),
        ({"unstable_minutes": float("nan")}, "^unstable_minutes: must be between 1 and 1440$"),
    ],
)
def test_a_bad_option_is_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Usb(match=MATCH, **options)  # type: ignore[arg-type] # wrong on purpose
