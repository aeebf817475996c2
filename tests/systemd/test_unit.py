"""The service's unit and the files beside it: what systemd itself says of them, and what must never change."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "systemd"
UNIT = FOLDER / "jagaloket.service"
BRIDGE = FOLDER / "jagaloket-bridge.service"
UNITS = (UNIT, BRIDGE)
DROP_INS = (FOLDER / "serial-printer.conf", FOLDER / "time-service.conf")
EXPOSURE_LIMIT = 20
"""systemd-analyze counts in tenths: at most 2.0."""

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is missing: apt install systemd"
)


def settings(unit: Path) -> dict[str, list[str]]:
    """Every setting with all its values, in order."""
    found: dict[str, list[str]] = {}
    for line in unit.read_text("utf-8").splitlines():
        if not line.startswith(("#", "[")) and "=" in line:
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


def complaints(done: subprocess.CompletedProcess[str]) -> list[str]:
    """What was said of our unit: systemd loads its neighbours too, and has its opinion on them."""
    return [line for line in (done.stdout + done.stderr).splitlines() if "jagaloket" in line]


def analyze(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", "--no-pager", *map(str, words)], capture_output=True, text=True, timeout=60, check=False
    )


def with_program(unit: Path, folder: Path) -> Path:
    """The unit with a program that is here: systemd refuses a unit whose program is not."""
    copy = folder / unit.name
    copy.write_text(unit.read_text("utf-8").replace("/opt/jagaloket/bin/jagaloket", "/bin/true"), "utf-8")
    return copy


@pytest.fixture
def runnable(tmp_path: Path) -> Path:
    return with_program(UNIT, tmp_path)


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_finds_no_mistake_in_the_unit(tmp_path: Path, unit: Path) -> None:
    done = analyze("verify", "--man=no", with_program(unit, tmp_path))
    assert (done.returncode, complaints(done)) == (0, [])


@needs_systemd
def test_systemd_finds_a_mistake_that_was_put_in(runnable: Path) -> None:
    runnable.write_text(runnable.read_text("utf-8").replace("WatchdogSec=60s", "WatchdogSeconds=60s"), "utf-8")
    assert "WatchdogSeconds" in analyze("verify", "--man=no", runnable).stderr


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_the_exposure_is_at_most_two(tmp_path: Path, unit: Path) -> None:
    done = analyze("security", "--offline=true", f"--threshold={EXPOSURE_LIMIT}", with_program(unit, tmp_path))
    assert done.returncode == 0, done.stdout[-2000:]
    (figure,) = re.findall(r"Overall exposure level for \S+ ([\d.]+)", done.stdout)
    assert float(figure) <= EXPOSURE_LIMIT / 10


@needs_systemd
def test_the_exposure_of_an_unprotected_unit_is_refused(runnable: Path) -> None:
    bare = runnable.read_text("utf-8").replace("ProtectSystem=strict", "").replace("NoNewPrivileges=yes", "")
    runnable.write_text(re.sub(r"(?m)^(SystemCall|Restrict|Protect|Capability).*", "", bare), "utf-8")
    assert analyze("security", "--offline=true", f"--threshold={EXPOSURE_LIMIT}", runnable).returncode != 0


@needs_systemd
@pytest.mark.parametrize("drop_in", DROP_INS, ids=lambda file: file.name)
def test_a_drop_in_fits_the_unit(runnable: Path, drop_in: Path) -> None:
    runnable.write_text(runnable.read_text("utf-8") + "\n" + drop_in.read_text("utf-8"), "utf-8")
    done = analyze("verify", "--man=no", runnable)
    assert (done.returncode, complaints(done)) == (0, [])


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_every_line_of_the_service_stands_under_a_reason(unit: Path) -> None:
    reason = False
    for line in unit.read_text("utf-8").split("[Service]")[1].split("[Install]")[0].splitlines():
        reason = line.startswith("#") or (reason and line != "")
        assert reason or not line, f"{line}: no comment above it says why"


def test_what_breaks_the_sight_of_equipment_is_never_set() -> None:
    unit = settings(UNIT)
    assert unit["PrivateDevices"] == ["no"]  # "yes": every USB device would look unplugged
    assert unit["PrivateUsers"] == ["no"]
    assert unit["ProtectProc"] == ["default"]  # "invisible": every watched program would look dead
    assert "PrivateNetwork" not in unit
    assert "AF_NETLINK" in unit["RestrictAddressFamilies"][0]  # without it libusb does not start
    assert {"AF_INET", "AF_INET6"} <= set(unit["RestrictAddressFamilies"][0].split())
    assert "IPAddressDeny" not in unit  # counters would not hear each other, and each would ask central services alone
    assert not any("/sys" in value or "/proc" in value for value in unit["InaccessiblePaths"])


def test_a_counter_pc_is_never_left_without_its_agent() -> None:
    unit = settings(UNIT)
    assert unit["Type"] == ["notify"]
    assert unit["Restart"] == ["always"]
    assert unit["StartLimitIntervalSec"] == ["0"]
    assert unit["WatchdogSec"] == ["60s"]
    assert "Requires" not in unit
    assert "Wants" not in unit


def test_the_bridge_has_a_state_folder_of_its_own_and_no_devices() -> None:
    agent, bridge = settings(UNIT), settings(BRIDGE)
    assert bridge["StateDirectory"] != agent["StateDirectory"]
    assert bridge["PrivateDevices"] == ["yes"]
    assert "DeviceAllow" not in bridge
    assert bridge["ConditionPathExists"] == ["/etc/jagaloket/bridge.toml"]


def test_a_forbidden_call_fails_and_does_not_kill() -> None:
    assert settings(UNIT)["SystemCallErrorNumber"] == ["EPERM"]


def test_the_rule_opens_printers_to_the_agent_and_nothing_else() -> None:
    rules = [
        line for line in (FOLDER / "60-jagaloket.rules").read_text("utf-8").splitlines() if line.startswith("SUBSYSTEM")
    ]
    assert len(rules) == 2
    for rule in rules:
        assert 'KERNEL=="lp[0-9]*"' in rule or ":0701" in rule
        assert rule.endswith('RUN+="/usr/bin/setfacl -m g:jagaloket:rw $devnode"')
        assert not re.search(r"\b(MODE|GROUP|OWNER)", rule)  # would take the node from CUPS


@pytest.mark.skipif(shutil.which("systemd-sysusers") is None, reason="systemd-sysusers is missing")
@pytest.mark.parametrize("prepared", [False, True])
def test_the_user_is_made_once(tmp_path: Path, *, prepared: bool) -> None:
    (tmp_path / "etc").mkdir()
    for _ in range(1 + prepared):
        done = subprocess.run(
            ["systemd-sysusers", f"--root={tmp_path}", str(FOLDER / "jagaloket.sysusers")],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    (user,) = re.findall(r"(?m)^jagaloket:.*", (tmp_path / "etc/passwd").read_text("utf-8"))
    assert user.endswith(":/var/lib/jagaloket:/usr/sbin/nologin")


def test_the_drop_ins_change_the_service_only() -> None:
    for file in DROP_INS:
        parser = configparser.RawConfigParser(strict=False, interpolation=None)
        parser.read(file, "utf-8")
        assert parser.sections() == ["Service"]
