"""The PC: this one's real state, and what it would say if things were worse."""

import os
import re
from collections import namedtuple
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from probes.host import disk, load, power
from probes.host.part import Found
from probes.kinds.host import Host
from probes.reading import Actor, Fault, ProbeError, Severity
from probes.wire import boot, clock

GIB = 1 << 30
Sensor = namedtuple("Sensor", "label current high critical")  # noqa: PYI024 - the shape that psutil gives


def the_fault(host: Host, code: str) -> Fault | None:
    return next((fault for fault in host.read().faults if fault.code == code), None)


def value(host: Host, name: str) -> dict[str, float]:
    return {"".join(s.labels): s.value for s in host.read().samples if s.metric.name.endswith(name)}


def test_this_pc_can_be_read_with_declared_metrics_only() -> None:
    host = Host()
    host.read()
    reading = host.read()
    assert reading.reachable
    assert {s.metric for s in reading.samples} <= set(Host.metrics)
    assert all(len(s.labels) == len(s.metric.labels) for s in reading.samples)
    assert reading.capabilities["memory"]
    assert reading.facts["system"].startswith("Linux")


def test_discovery_always_finds_one_pc() -> None:
    assert [(c.id, c.kind) for c in Host.discover()] == [("pc", "host")]


@pytest.mark.parametrize("option", ["disk_low_ratio", "memory_low_ratio", "battery_low_ratio"])
def test_limits_that_mean_nothing_are_refused(option: str) -> None:
    with pytest.raises(ValueError, match=rf"^{option}: "):
        Host(**{option: 10.0})  # type: ignore[arg-type] # wrong on purpose
    with pytest.raises(ValueError, match=r"^disk_full_ratio: "):
        Host(disk_full_ratio=0.5)


def test_a_kernel_that_tells_nothing_makes_the_look_impossible(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(psutil, "virtual_memory", refuse)
    with pytest.raises(ProbeError, match="is /proc mounted"):
        Host().read()


class TestProcessor:
    def test_the_first_look_cannot_tell_and_the_second_can(self, monkeypatch: pytest.MonkeyPatch) -> None:
        times = iter([SimpleTimes(10, 90), SimpleTimes(40, 160)])
        monkeypatch.setattr(psutil, "cpu_times", lambda: next(times))
        processor, first, second = load.Processor(), Found(), Found()
        processor.look(first)
        processor.look(second)
        assert (first.told["cpu"], second.told["cpu"]) == (False, True)
        assert [s.value for s in second.samples if s.metric is load.CPU] == [pytest.approx(0.3)]


SimpleTimes = namedtuple("SimpleTimes", "user idle")  # noqa: PYI024 - the shape that psutil gives


def test_little_available_memory_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(total=100 * GIB, available=4 * GIB))
    fault = the_fault(Host(), "memory-low")
    assert fault is not None
    assert fault.severity is Severity.DEGRADED


class TestDisks:
    LIMITS = disk.Limits(low_ratio=0.1, full_ratio=0.03, ample_bytes=20 * 10**9)

    def read(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, status: SimpleNamespace, options: str = "rw"
    ) -> Found:
        monkeypatch.setattr(os, "statvfs", lambda _: status)
        info = tmp_path / "mountinfo"
        info.write_text(f"1 0 8:1 / {tmp_path} rw - ext4 /dev/sda1 {options}\n")
        found = Found()
        disk.Disks(self.LIMITS, info).look(found)
        return found

    @staticmethod
    def status(size: int, free: int, files: int = 1000, free_files: int = 900) -> SimpleNamespace:
        return SimpleNamespace(
            f_blocks=size // 4096, f_bavail=free // 4096, f_frsize=4096, f_files=files, f_favail=free_files
        )

    @pytest.mark.parametrize(
        ("size_gib", "free_gib", "codes"),
        [
            (100, 50, []),
            (100, 9, ["disk-low"]),
            (100, 1, ["disk-full"]),
            (100, 0, ["disk-full"]),
            (2000, 50, []),
            (270, 8, ["disk-low"]),
            (1, 0.02, ["disk-full"]),
        ],
    )
    def test_a_disk_is_low_or_full_by_its_share_and_by_what_is_left(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, size_gib: int, free_gib: float, codes: list[str]
    ) -> None:
        found = self.read(monkeypatch, tmp_path, self.status(size_gib * GIB, int(free_gib * GIB)))
        assert [(f.code, f.part) for f in found.faults] == [(code, str(tmp_path)) for code in codes]

    def test_a_disk_that_fills_says_when_it_will_be_full(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        info = tmp_path / "mountinfo"
        info.write_text(f"1 0 8:1 / {tmp_path} rw - ext4 /dev/sda1 rw\n")
        disks, found, now = disk.Disks(self.LIMITS, info), Found(), [0.0]
        monkeypatch.setattr("time.clock_gettime", lambda _: now[0])
        for free in (24, 12, 6):
            monkeypatch.setattr(os, "statvfs", lambda _, free=free: self.status(100 * GIB, free * GIB))
            found = Found()
            disks.look(found)
            now[0] += 12 * 3600
        (fault,) = found.faults
        assert (fault.code, fault.detail) == ("disk-low", "6.4 GB of 107 GB free, full in 0.3 days at this pace")
        assert [s.value for s in found.samples if s.metric.name.endswith("disk_days_left")] == [pytest.approx(1 / 3)]

    def test_a_disk_without_inodes_is_full_however_much_space_it_has(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        found = self.read(monkeypatch, tmp_path, self.status(2000 * GIB, 1000 * GIB, free_files=10))
        assert [(f.code, f.detail) for f in found.faults] == [("disk-full", "1.0% of the inodes free")]

    def test_a_file_system_without_inodes_cannot_tell(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        found = self.read(monkeypatch, tmp_path, self.status(100 * GIB, 50 * GIB, files=0, free_files=0))
        assert disk.INODES_FREE not in {s.metric for s in found.samples}

    def test_a_disk_mounted_read_only_from_the_start_is_not_judged(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        assert self.read(monkeypatch, tmp_path, self.status(100 * GIB, 0), "ro").faults == []

    def test_a_disk_that_became_read_only_is_failing(self, tmp_path: Path) -> None:
        info = tmp_path / "mountinfo"
        disks = disk.Disks(self.LIMITS, info)
        for options, codes in (("rw", []), ("ro,errors=remount-ro", ["disk-failing"])):
            info.write_text(f"1 0 8:1 / {tmp_path} rw - ext4 /dev/sda1 {options}\n")
            found = Found()
            disks.look(found)
            assert [f.code for f in found.faults if f.code == "disk-failing"] == codes

    def test_a_view_made_read_only_by_the_service_manager_is_no_fault(self, tmp_path: Path) -> None:
        info = tmp_path / "mountinfo"
        info.write_text("1 0 8:1 / / ro,nosuid - ext4 /dev/sda1 rw\n")
        assert [(m.path, m.read_only) for m in disk.mounts(info)] == [("/", False)]

    def test_bind_mounts_files_images_and_virtual_file_systems_are_left_out(self, tmp_path: Path) -> None:
        spaced = tmp_path / "a b"
        spaced.mkdir()
        (tmp_path / "hosts").touch()
        info = tmp_path / "mountinfo"
        info.write_text(
            f"1 0 8:1 / {str(spaced).replace(' ', chr(92) + '040')} rw shared:1 - ext4 /dev/sda1 rw\n"
            f"2 0 8:1 / {tmp_path} rw - ext4 /dev/sda1 rw\n"
            f"3 0 8:1 / {tmp_path / 'hosts'} rw - ext4 /dev/sda1 rw\n"
            "4 0 7:0 / /snap ro - squashfs /dev/loop0 ro\n"
            "5 0 0:5 / /proc rw - proc proc rw\n"
            "6 0 8:2 / /not/there rw - ext4 /dev/sdb1 rw\n"
        )
        assert [m.path for m in disk.mounts(info)] == [str(spaced)]


class TestThermometer:
    @pytest.mark.parametrize(
        ("current", "critical", "hot"),
        [(60, 100, False), (96, 100, True), (86, 85, True), (90, 65261, False), (96, None, True), (200, 100, False)],
    )
    def test_a_sensor_is_judged_by_a_limit_that_can_be_believed(
        self,
        monkeypatch: pytest.MonkeyPatch,
        current: float,
        critical: float | None,
        hot: bool,  # noqa: FBT001 - a case
    ) -> None:
        sensors = {"coretemp": [Sensor("Package", current, 80, critical)]}
        monkeypatch.setattr(psutil, "sensors_temperatures", lambda: sensors, raising=False)
        assert (the_fault(Host(), "overheating") is not None) is hot

    def test_a_pc_without_sensors_cannot_tell(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(psutil, "sensors_temperatures", dict, raising=False)
        assert Host().read().capabilities["temperature"] is False

    def test_sensors_are_read_once_a_minute_but_when_it_is_hot(self, monkeypatch: pytest.MonkeyPatch) -> None:
        reads = []

        def read() -> dict[str, list[Sensor]]:
            reads.append(1)
            return {"coretemp": [Sensor("", 50, None, None)]}

        monkeypatch.setattr(psutil, "sensors_temperatures", read, raising=False)
        host = Host()
        host.read()
        host.read()
        assert len(reads) == 1


class Supplies:
    """A /sys/class/power_supply."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, kind: str, **attributes: str) -> None:
        (self._folder / name).mkdir(exist_ok=True)
        for attribute, text in {"type": kind, **attributes}.items():
            (self._folder / name / attribute).write_text(f"{text}\n")


class TestPower:
    @pytest.fixture
    def pc(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Supplies:
        monkeypatch.setattr(power.battery, "__defaults__", (tmp_path,))
        return Supplies(tmp_path)

    def test_running_on_battery_is_told_and_a_low_one_too(self, pc: Supplies) -> None:
        pc.put("AC", "Mains", online="0")
        pc.put("BAT0", "Battery", present="1", status="Discharging", capacity="80")
        fault = the_fault(Host(), "on-battery")
        assert fault is not None
        assert (fault.actor, fault.severity, fault.detail) == (Actor.POWER, Severity.NOTICE, "80% left")
        assert the_fault(Host(), "battery-low") is None
        pc.put("BAT0", "Battery", status="Discharging", capacity="10")
        assert the_fault(Host(), "battery-low") is not None

    def test_charging_is_healthy_however_empty_the_battery_is(self, pc: Supplies) -> None:
        pc.put("AC", "Mains", online="1")
        pc.put("BAT0", "Battery", status="Charging", capacity="3")
        assert Host().read().faults == ()
        assert (value(Host(), "battery_ratio"), value(Host(), "power_online")) == ({"": 0.03}, {"": 1})

    def test_a_battery_that_does_not_know_about_the_mains_cannot_tell(self, pc: Supplies) -> None:
        pc.put("BAT0", "Battery", status="Unknown", capacity="3")
        reading = Host().read()
        assert (reading.capabilities["battery"], reading.faults) == (False, ())

    def test_the_battery_of_a_mouse_is_not_the_pcs(self, pc: Supplies) -> None:
        pc.put("hidpp_battery_0", "Battery", scope="Device", online="1", status="Discharging", capacity="5")
        reading = Host().read()
        assert (reading.capabilities["battery"], reading.faults, value(Host(), "battery_ratio")) == (False, (), {})

    def test_a_restart_after_a_power_cut_is_told_for_a_while(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(boot, "LAST", [])
        assert Host().read().capabilities["restart"] is False
        boot.begin(tmp_path, boot="one")
        boot.begin(tmp_path, boot="two")
        fault = the_fault(Host(), "reboot-unclean")
        assert fault is not None
        assert (fault.actor, fault.severity, fault.certain) == (Actor.POWER, Severity.NOTICE, True)
        told = re.fullmatch(r"last sign of life (\S+), started again (\S+)", fault.detail)
        assert told is not None
        assert datetime.fromisoformat(told[1]).timestamp() == int(boot.LAST[0].last_seen)
        assert datetime.fromisoformat(told[2]).timestamp() == int(psutil.boot_time())
        monkeypatch.setattr("time.monotonic", lambda: boot.LAST[0].begun + 301)
        assert the_fault(Host(), "reboot-unclean") is None

    def test_a_clock_that_lost_its_time_with_the_power_names_only_the_last_sign_of_life(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(boot, "LAST", [])
        boot.begin(tmp_path, boot="one")
        boot.begin(tmp_path, boot="two")
        monkeypatch.setattr(clock, "trusted", lambda: False)
        fault = the_fault(Host(), "reboot-unclean")
        assert fault is not None
        assert "started again" not in fault.detail


class TestClock:
    @staticmethod
    def kernel(monkeypatch: pytest.MonkeyPatch, *, synchronised: bool, year: int = 2026) -> None:
        known = clock.KernelClock(synchronised=synchronised, offset_seconds=0.25, max_error_seconds=1)
        monkeypatch.setattr(clock, "kernel_clock", lambda: known)
        monkeypatch.setattr(clock, "FLOOR", clock.Floor())
        monkeypatch.setattr("time.time", lambda: (year - 1970) * 31_556_952.0 + 86400)

    def test_a_clock_from_before_this_program_was_written_is_wrong_and_not_trusted(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.kernel(monkeypatch, synchronised=False, year=1970)
        host = Host()
        fault = the_fault(host, "clock-wrong")
        assert fault is not None
        assert "1970-01-02" in fault.detail
        assert value(host, "clock_trusted") == {"": 0}

    def test_a_synchronised_clock_is_trusted_and_tells_its_offset(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.kernel(monkeypatch, synchronised=True)
        host = Host()
        assert the_fault(host, "clock-wrong") is None
        assert (value(host, "clock_trusted"), value(host, "clock_offset_seconds")) == ({"": 1}, {"": 0.25})

    def test_a_clock_that_nobody_keeps_is_a_fault_only_where_that_is_asked_for(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.kernel(monkeypatch, synchronised=False)
        monkeypatch.setattr("time.clock_gettime", lambda _: 4000.0)
        assert the_fault(Host(), "clock-wrong") is None
        assert the_fault(Host(require_time_service=True), "clock-wrong") is not None

    def test_a_clock_that_was_set_is_counted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        skews = iter([0.0, 1.9, 3600.0, 3600.5])
        monkeypatch.setattr(clock, "skew_seconds", lambda: next(skews))
        host = Host()
        assert [value(host, "clock_jumps_total")[""] for _ in range(4)] == [0, 0, 1, 1]

    def test_a_kernel_that_does_not_tell_is_no_fault(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(clock, "kernel_clock", lambda: None)
        host = Host(require_time_service=True)
        assert host.read().capabilities["clock"] is False
        assert the_fault(host, "clock-wrong") is None

    def test_this_kernel_tells(self) -> None:
        known = clock.kernel_clock()
        if known is None:
            pytest.skip("adjtimex is not allowed here")
        assert abs(known.offset_seconds) < 10
