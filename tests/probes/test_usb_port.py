"""Switching a port off and on: which file, what is written, and every way in which it is not possible."""

import os
from pathlib import Path

import pytest

from probes.reading import ProbeError
from probes.wire import child, usbport


@pytest.mark.parametrize(
    ("port", "file"),
    [
        ("1-2", "1-0:1.0/usb1-port2/disable"),
        ("3-10", "3-0:1.0/usb3-port10/disable"),
        ("1-2.3", "1-2:1.0/1-2-port3/disable"),
        ("1-2.3.4", "1-2.3:1.0/1-2.3-port4/disable"),
    ],
)
def test_each_port_has_its_switch_on_its_hub(port: str, file: str, tmp_path: Path) -> None:
    assert usbport.switch(port, tmp_path) == tmp_path / file


def test_the_port_goes_off_and_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[bytes] = []
    file = usbport.switch("1-2", tmp_path)
    file.parent.mkdir(parents=True)
    file.touch()
    monkeypatch.setattr(usbport, "OFF_SECONDS", 0)
    monkeypatch.setattr(os, "write", lambda _handle, text: written.append(text))
    usbport.cycle_here("1-2", tmp_path)
    assert written == [b"1", b"0"]


def test_a_kernel_that_does_not_offer_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(ProbeError, match=r"No such file or directory; this needs Linux 6\.0"):
        usbport.cycle_here("1-2", tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("port", ["usb1", "../../etc/x", "", None, 5])
def test_only_a_port_is_ever_switched(port: child.Json, tmp_path: Path) -> None:
    with pytest.raises(ProbeError, match="is no USB port"):
        usbport.cycle_here(port, tmp_path)


def test_the_ticket_is_told_what_happened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "run", lambda *_args, **_kwargs: None)
    assert usbport.cycle("1-2") == "port 1-2 was switched off and on once"

    def fail(*_args: object, **_kwargs: object) -> None:
        msg = "disable: Permission denied"
        raise ProbeError(msg)

    monkeypatch.setattr(child, "run", fail)
    assert usbport.cycle("1-2") == "port 1-2 could not be switched off and on: disable: Permission denied"
