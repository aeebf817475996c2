"""Disks' own verdicts: what smartctl says, what systemd left of it, and what nobody can tell."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from probes.host import wear
from probes.host.part import Found
from probes.host.wear import BEST_BEFORE_SECONDS, PAUSE_SECONDS, Smart
from probes.reading import Actor
from probes.wire import smart
from probes.wire.smart import Answer, understood

SAID = Path(__file__).parents[1] / "fixtures" / "smart"
"""QEMU 7.2's disks, as smartctl 7.3 of Debian 12 printed them; README.md there says what is not recorded."""
WELL = b'{"smartctl": {"exit_status": 0}, "model_name": "New", "smart_status": {"passed": true}}'
FAILS = b'{"smartctl": {"exit_status": 8}, "model_name": "Tired\\u001b 500", "smart_status": {"passed": false}}'
STANDS = b'{"smartctl": {"exit_status": 3}}'
SILENT = b'{"smartctl": {"exit_status": 2}}'
NONSENSE = (
    b"",
    WELL + b" " * 70_000,
    b"{",
    b"[]",
    b"null",
    b"{}",
    b'{"smart_status": 1}',
    b"[" * 60_000,
    b'"' + b"x" * 70_000 + b'"',
)


def said(name: str) -> Answer | None:
    return understood((SAID / f"{name}.json").read_bytes())


@pytest.mark.parametrize(
    ("name", "passed", "model"),
    [
        ("ata-well", True, "QEMU HARDDISK"),
        ("ata-failing", False, "QEMU HARDDISK"),
        ("nvme-well", True, "QEMU NVMe Ctrl"),
        ("nvme-failing", False, "QEMU NVMe Ctrl"),
        ("usb-stick", None, ""),
    ],
)
def test_a_disk_s_answer_is_understood(name: str, passed: bool | None, model: str) -> None:  # noqa: FBT001 - from a table
    answer = said(name)
    assert answer is not None
    assert (answer.passed, answer.standing, answer.model) == (passed, False, model)


def test_a_standing_disk_was_not_asked() -> None:
    assert said("ata-standing") == Answer(standing=True)


def test_a_disk_that_may_not_be_opened_gave_no_answer() -> None:
    assert said("no-permission") is None


@pytest.mark.parametrize("text", NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense_is_no_answer(text: bytes) -> None:
    assert understood(text) is None


def test_a_verdict_that_is_no_verdict_cannot_tell() -> None:
    assert understood(b'{"smartctl": {"exit_status": 0}, "smart_status": {"passed": "x"}}') == Answer()


@pytest.fixture(autouse=True)
def disks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One disk, sda, beside a loop, a CD drive, a virtual disk and an NVMe path without a node."""
    block = tmp_path / "block"
    for name in ("sda", "sr0", "vda", "nvme0c0n1"):
        (block / name / "device").mkdir(parents=True)
    (block / "loop0").mkdir()
    monkeypatch.setattr(smart.disks, "__defaults__", (block,))
    return block


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where systemd leaves answers."""
    (tmp_path / "left").mkdir()
    return tmp_path / "left"


Leave = Callable[[bytes], None]


@pytest.fixture
def leave(folder: Path) -> Leave:
    """Leave an answer of sda's; the clock of the file system goes on, or back."""
    ticks = iter(range(2_000_000_000, 0, -1_000))

    def write(text: bytes) -> None:
        file = folder / "sda.json"
        file.write_bytes(text)
        tick = next(ticks)
        os.utime(file, (tick, tick))

    return write


HELD = {("disk-failing", "sda")}


def look(disks: Smart, now: float) -> Found:
    found = Found()
    disks.look(found, now)
    return found


def values(found: Found) -> list[float]:
    return [sample.value for sample in found.samples]


def test_what_systemd_left_is_told(folder: Path, leave: Leave) -> None:
    leave(WELL)
    found = look(Smart(folder), 0)
    assert [(s.labels, s.value) for s in found.samples] == [(("sda",), 1.0)]
    assert (found.faults, found.skipped, found.told) == ([], set(), {"smart": True})


def test_a_disk_that_expects_to_fail_is_failing(folder: Path, leave: Leave) -> None:
    leave(FAILS)
    found = look(Smart(folder), 0)
    assert [(f.code, f.part, f.actor, f.detail) for f in found.faults] == [
        ("disk-failing", "sda", Actor.TECHNICIAN, "Tired? 500 expects to fail (SMART)")
    ]
    assert values(found) == [0.0]


def test_before_the_first_answer_nothing_begins_and_nothing_ends(folder: Path) -> None:
    found = look(Smart(folder), 0)
    assert (values(found), found.faults, found.skipped, found.told) == ([], [], HELD, {"smart": False})


@pytest.mark.parametrize("text", [SILENT, *NONSENSE])
def test_an_answer_that_is_being_written_or_lost_leaves_the_last_one(folder: Path, leave: Leave, text: bytes) -> None:
    disks = Smart(folder)
    leave(FAILS)
    look(disks, 0)
    leave(text)
    assert values(look(disks, 60)) == [0.0]


def test_an_answer_that_nobody_renews_grows_too_old_whatever_the_clock_says(folder: Path, leave: Leave) -> None:
    disks = Smart(folder)
    leave(FAILS)
    assert values(look(disks, 1000)) == [0.0]
    assert values(look(disks, 1000 + BEST_BEFORE_SECONDS - 1)) == [0.0]
    found = look(disks, 1000 + BEST_BEFORE_SECONDS)
    assert (values(found), found.faults, found.skipped) == ([], [], HELD)
    leave(SILENT)
    assert values(look(disks, 1000 + BEST_BEFORE_SECONDS)) == []
    leave(FAILS)
    assert values(look(disks, 1000 + BEST_BEFORE_SECONDS)) == [0.0]


def test_a_standing_disk_is_as_it_was(folder: Path, leave: Leave) -> None:
    disks = Smart(folder)
    leave(WELL)
    for periods in range(6):
        assert values(look(disks, periods * PAUSE_SECONDS)) == [1.0]
        leave(STANDS)


def test_a_disk_that_only_stood_is_not_judged(folder: Path, leave: Leave) -> None:
    leave(STANDS)
    found = look(Smart(folder), 0)
    assert (values(found), found.skipped, found.told) == ([], HELD, {"smart": False})


def test_a_disk_in_its_place_that_cannot_tell_ends_the_fault(folder: Path, leave: Leave) -> None:
    disks = Smart(folder)
    leave(FAILS)
    look(disks, 0)
    leave((SAID / "usb-stick.json").read_bytes())
    found = look(disks, 60)
    assert (values(found), found.faults, found.skipped) == ([], [], set())


def test_another_disk_in_its_place_has_said_nothing_yet(folder: Path, leave: Leave, disks: Path) -> None:
    known = Smart(folder)
    leave(FAILS)
    assert values(look(known, 0)) == [0.0]
    (folder / "sda.json").unlink()  # udev's rule
    assert values(look(known, 60)) == []
    (disks / "sda" / "device").rmdir()
    found = look(known, 120)
    assert (values(found), found.skipped) == ([], set())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_answers_that_may_not_be_read_are_none(folder: Path, leave: Leave) -> None:
    leave(WELL)
    (folder / "sda.json").chmod(0)
    assert values(look(Smart(folder), 0)) == []


@pytest.fixture
def smartctl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A smartctl that says what smartctl.json says of sda."""
    text = tmp_path / "smartctl.json"
    command = tmp_path / "smartctl"
    command.write_text(f'#!/bin/sh\n[ "$*" = "{" ".join(smart.OPTIONS)} /dev/sda" ] && cat {text}\nexit 8\n')
    command.chmod(0o755)
    monkeypatch.setattr(smart, "program", lambda: str(command))
    return text


def asked(disks: Smart, now: float) -> Found:
    look(disks, now)
    for thread in threading.enumerate():
        if thread.name == "host-smart":
            thread.join()
    return look(disks, now)


@pytest.fixture
def alone(tmp_path: Path) -> Smart:
    """On a PC without the package's units."""
    return Smart(tmp_path / "nowhere")


@pytest.mark.parametrize(("text", "value"), [(WELL, 1.0), (FAILS, 0.0)])
def test_without_the_package_smartctl_is_asked(smartctl: Path, alone: Smart, text: bytes, value: float) -> None:
    smartctl.write_bytes(text)
    assert values(asked(alone, 0)) == [value]


@pytest.mark.parametrize("text", [SILENT, *NONSENSE])
def test_a_disk_that_does_not_answer_is_not_judged(smartctl: Path, alone: Smart, text: bytes) -> None:
    smartctl.write_bytes(text)
    found = asked(alone, 0)
    assert (values(found), found.faults, found.skipped, found.told) == ([], [], HELD, {"smart": False})


def test_a_disk_that_stands_when_it_is_asked_is_as_it_was(smartctl: Path, alone: Smart) -> None:
    smartctl.write_bytes(WELL)
    asked(alone, 0)
    smartctl.write_bytes(STANDS)
    assert values(asked(alone, PAUSE_SECONDS)) == [1.0]


def test_a_pc_without_smartctl_cannot_tell(alone: Smart, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smart, "program", lambda: None)
    assert asked(alone, 0).told == {"smart": False}


def test_disks_are_asked_a_few_times_a_day_only(alone: Smart, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    monkeypatch.setattr(wear.smart, "ask", calls.append)  # type: ignore[attr-defined] # the module's own import
    for hour in range(24):
        asked(alone, hour * 3600.0)
    assert calls == ["sda"] * 4
