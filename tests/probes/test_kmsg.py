"""The kernel's log about USB ports: which lines tell a cause, of which port, and how old."""

import os
from pathlib import Path

import pytest

from probes.wire.kmsg import KernelLog

RECORDS = """\
6,1,100000000,-;usb 1-2: new high-speed USB device number 5 using xhci_hcd
3,2,101000000,-;usb 1-2: device descriptor read/64, error -71
 SUBSYSTEM=usb
3,3,102000000,-;usb usb1-port2: unable to enumerate USB device
3,4,103000000,-;usb 1-2-port3: attempt power cycle
4,5,104000000,-;usb 1-4: device not accepting address 9, error -110\x1b[2J
3,6,105000000,-;usb 1-2-port4: disabled by hub (EMI?), re-enabling...
garbage
;usb 1-2: error -71
3,x,y,-;usb 1-2: error -71
"""


@pytest.fixture
def log(tmp_path: Path) -> KernelLog:
    path = tmp_path / "kmsg"
    path.write_text(RECORDS)
    return KernelLog(path)


class Records:
    """/dev/kmsg gives one record a read; a plain file does not."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, text: str = RECORDS) -> None:
        self.records = [record.encode() for record in text.splitlines() if not record.startswith(" ")]
        self.errors: list[OSError] = []
        monkeypatch.setattr(os, "read", self.read)

    def read(self, _file: int, _size: int) -> bytes:
        if self.errors:
            raise self.errors.pop()
        if not self.records:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        return self.records.pop(0)


def test_causes_are_told_by_port(log: KernelLog, monkeypatch: pytest.MonkeyPatch) -> None:
    Records(monkeypatch)
    assert log.causes("1-2", now=110) == (
        "device descriptor read/64, error -71",
        "unable to enumerate USB device",
    )
    assert log.causes("1-2.3", now=110) == ("attempt power cycle",)
    assert log.causes("1-2.4", now=110) == ("disabled by hub (EMI?), re-enabling...",)
    assert log.causes("1-4", now=110) == ("device not accepting address 9, error -110?[2J",)
    assert log.causes("1-9", now=110) == ()


def test_old_causes_are_history(log: KernelLog, monkeypatch: pytest.MonkeyPatch) -> None:
    Records(monkeypatch)
    assert log.causes("1-2", now=702) == ()


def test_overwritten_records_are_skipped(log: KernelLog, monkeypatch: pytest.MonkeyPatch) -> None:
    Records(monkeypatch).errors.append(BrokenPipeError(32, "Broken pipe"))
    assert log.causes("1-2.3", now=110) == ("attempt power cycle",)


def test_only_what_is_new_is_read_the_next_time(log: KernelLog, monkeypatch: pytest.MonkeyPatch) -> None:
    records = Records(monkeypatch)
    log.causes("1-2", now=110)
    records.records = [b"3,9,106000000,-;usb 1-2: reset failed, error -71"]
    assert log.causes("1-2", now=110)[-1:] == ("reset failed, error -71",)  # type: ignore[index] # readable here


def test_a_log_that_may_not_be_read_is_none_and_not_empty(tmp_path: Path) -> None:
    log = KernelLog(tmp_path / "absent")
    assert log.causes("1-2", now=110) is None
    assert not log.readable()


def test_a_log_that_breaks_is_none(log: KernelLog, monkeypatch: pytest.MonkeyPatch) -> None:
    Records(monkeypatch).errors.append(OSError(5, "Input/output error"))
    assert log.causes("1-2", now=110) is None


def test_the_file_is_given_back(log: KernelLog) -> None:
    log.causes("1-2", now=110)
    assert log.readable()
    log.close()
    log.close()
    assert log._file is None
