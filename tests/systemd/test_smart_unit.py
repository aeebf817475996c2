"""The unit that asks a disk for the agent: what systemd says of it, and that agent and unit mean the same."""

import re
import subprocess
from pathlib import Path

import pytest

from probes.host.wear import BEST_BEFORE_SECONDS
from probes.wire import smart
from tests.systemd.test_unit import EXPOSURE_LIMIT, FOLDER, analyze, complaints, needs_systemd, settings

UNIT = FOLDER / "jagaloket-smart@.service"
TIMER = FOLDER / "jagaloket-smart@.timer"
RULES = FOLDER / "61-jagaloket-smart.rules"
PACKAGING = FOLDER.parent / "packaging" / "deb"
SECONDS = {"s": 1, "min": 60, "h": 3600}


@pytest.fixture
def runnable(tmp_path: Path) -> Path:
    for file in (UNIT, TIMER):
        (tmp_path / file.name).write_text(file.read_text("utf-8").replace("/usr/sbin/smartctl", "/bin/true"), "utf-8")
    return tmp_path / UNIT.name


@needs_systemd
@pytest.mark.parametrize("name", [UNIT.name, TIMER.name])
def test_systemd_finds_no_mistake(runnable: Path, name: str) -> None:
    done = analyze("verify", "--man=no", runnable.with_name(name))
    assert (done.returncode, complaints(done)) == (0, [])


@needs_systemd
def test_the_exposure_is_at_most_two_although_it_opens_disks(runnable: Path) -> None:
    done = analyze("security", "--offline=true", f"--threshold={EXPOSURE_LIMIT}", runnable)
    assert done.returncode == 0, done.stdout[-2000:]


def seconds(value: str) -> int:
    ((number, unit),) = re.findall(r"(\d+)(s|min|h)", value)
    return int(number) * SECONDS[unit]


def test_an_answer_is_believed_for_two_periods() -> None:
    timer = settings(TIMER)
    period = seconds(timer["OnUnitActiveSec"][0]) + seconds(timer["RandomizedDelaySec"][0])
    assert 2 * period < BEST_BEFORE_SECONDS < 3 * period


def test_unit_and_agent_ask_the_same_question_and_mean_the_same_file() -> None:
    unit = settings(UNIT)
    assert unit["ExecStart"] == [f"-/usr/sbin/smartctl {' '.join(smart.OPTIONS)} /dev/%i"]
    assert unit["StandardOutput"] == [f"truncate:{smart.FOLDER}/%i.json"]


def test_it_opens_one_disk_for_reading_is_not_root_and_reaches_nobody() -> None:
    unit = settings(UNIT)
    assert (unit["DevicePolicy"], unit["DeviceAllow"]) == (["closed"], ["/dev/%i r"])
    assert (unit["DynamicUser"], unit["NoNewPrivileges"]) == (["yes"], ["yes"])
    assert unit["CapabilityBoundingSet"] == ["CAP_SYS_RAWIO CAP_SYS_ADMIN"]
    assert (unit["PrivateNetwork"], unit["RestrictAddressFamilies"]) == (["yes"], ["none"])
    assert "ReadWritePaths" not in unit


def test_what_hangs_has_an_end_and_what_grows_a_bound() -> None:
    unit = settings(UNIT)
    assert seconds(unit["TimeoutStartSec"][0]) <= 60
    assert (unit["LimitFSIZE"], unit["TasksMax"], unit["MemoryMax"]) == (["64K"], ["4"], ["32M"])


def test_only_the_agent_may_read_serial_numbers() -> None:
    folder = f"{smart.FOLDER}          0750 root jagaloket -"
    assert f"d {folder}" in (FOLDER / "jagaloket.tmpfiles").read_text("utf-8")
    assert f"install -d -m 0750 -o root -g jagaloket {smart.FOLDER}" in (PACKAGING / "postinst").read_text("utf-8")


def test_the_rule_changes_no_right_of_any_disk() -> None:
    rules = [line for line in RULES.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    assert not re.search(r"\b(MODE|GROUP|OWNER)\b|setfacl", "\n".join(rules))


def test_udev_understands_the_rule() -> None:
    done = subprocess.run(["udevadm", "verify", RULES], capture_output=True, text=True, check=False)
    if "Unknown command verb" in done.stderr:
        pytest.skip("udevadm verify is systemd 254's")
    assert done.returncode == 0, done.stderr
