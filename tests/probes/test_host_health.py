"""What creeps up on a PC."""

import os
import time
from pathlib import Path

import pytest

from probes.host import health
from probes.host.health import Forecast
from probes.host.part import Found
from probes.reading import Severity

HOUR, DAY = 3600.0, 86_400.0


def test_a_disk_that_fills_steadily_has_a_last_day() -> None:
    forecast = Forecast()
    told = [forecast.days_left("/", 100e9 - hour * 1e9, hour * HOUR) for hour in range(25)]
    assert told[:6] == [None] * 6
    assert told[24] == pytest.approx(76 / 24, rel=0.05)


def test_a_disk_that_stays_or_empties_has_none() -> None:
    forecast = Forecast()
    assert [forecast.days_left("/", 50e9 + hour, hour * HOUR) for hour in range(25)] == [None] * 25


def test_only_the_last_day_counts() -> None:
    forecast = Forecast()
    for hour in range(72):
        forecast.days_left("/", 100e9 - min(hour, 10) * 5e9, hour * HOUR)
    assert forecast.days_left("/", 50e9, 72 * HOUR) is None


def test_each_disk_has_its_own_line() -> None:
    forecast = Forecast()
    forecast.days_left("/", 100e9, 0)
    forecast.days_left("/data", 100e9, 0)
    assert forecast.days_left("/", 50e9, 24 * HOUR) == pytest.approx(1)
    assert forecast.days_left("/data", 100e9, 24 * HOUR) is None


def pressed(tmp_path: Path, text: str, limit: float = 0.2) -> Found:
    file = tmp_path / "memory"
    file.write_text(text)
    found = Found()
    health.pressure(found, limit, file)
    return found


SOME = "some avg10=90.00 avg60=90.00 avg300=90.00 total=1\n"


def test_work_that_waits_for_memory_is_a_fault(tmp_path: Path) -> None:
    found = pressed(tmp_path, SOME + "full avg10=0.00 avg60=25.50 avg300=0.00 total=1\n")
    assert [(f.code, f.severity) for f in found.faults] == [("memory-low", Severity.DEGRADED)]
    assert [s.value for s in found.samples] == [pytest.approx(0.255)]


def test_some_work_that_waits_is_none(tmp_path: Path) -> None:
    assert pressed(tmp_path, SOME + "full avg10=0.00 avg60=1.00 avg300=0.00 total=1\n").faults == []


@pytest.mark.parametrize("text", ["", SOME, "full avg10=0.00\n", "full avg60=x\n"])
def test_a_kernel_without_pressure_figures_cannot_tell(tmp_path: Path, text: str) -> None:
    found = pressed(tmp_path, text)
    assert (found.told["pressure"], found.faults, found.samples) == (False, [], [])


def test_low_memory_is_told_once(tmp_path: Path) -> None:
    found = Found()
    found.faults.append(health._fault("memory-low", Severity.DEGRADED, "", "little available"))
    file = tmp_path / "memory"
    file.write_text("full avg10=0.00 avg60=99.00 avg300=0.00 total=1\n")
    health.pressure(found, 0.2, file)
    assert len(found.faults) == 1


def test_updates_that_wait_for_a_restart_are_a_figure_and_no_fault(tmp_path: Path) -> None:
    flag = tmp_path / "reboot-required"
    for there in (0.0, 1.0):
        found = Found()
        health.reboot_required(found, 30 * DAY, flag)
        assert ([s.value for s in found.samples], found.faults) == ([there], [])
        flag.touch()


@pytest.mark.parametrize(
    ("flag_days", "up_days", "codes"),
    [
        (13, 30, []),
        (15, 30, ["reboot-required"]),
        (15, 1, []),  # the flag goes with each restart: its date was written by a clock that was wrong
        (20_000, 30, ["reboot-required"]),
        (-5, 30, []),
    ],
)
def test_updates_that_wait_for_two_weeks_are_a_notice(
    tmp_path: Path, flag_days: float, up_days: float, codes: list[str]
) -> None:
    flag = tmp_path / "reboot-required"
    flag.touch()
    os.utime(flag, (0, time.time() - flag_days * DAY))
    found = Found()
    health.reboot_required(found, up_days * DAY, flag)
    assert [fault.code for fault in found.faults] == codes
