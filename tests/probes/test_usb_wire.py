"""pyusb behind the border: only device requests, and every answer a device may give."""

import pytest

from probes.reading import ProbeError
from probes.usb.device import UsbDevice
from probes.wire import child, usb
from tests.fakes.pyusb import FakeBackend

QUALIFIER = bytes([10, 6, 0, 2, 0, 0, 0, 64, 1, 0])


def test_devices_are_listed_without_opening_one() -> None:
    backend = FakeBackend(QUALIFIER)
    assert usb.devices(backend=backend) == [
        {"port": "1-2.3", "vendor": "05ba", "product": "000a", "code": "00", "bus": 1, "number": 5, "mbit": 12.0}
    ]
    assert backend.requests == []


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (QUALIFIER, True),
        (32, False),
        (QUALIFIER[:8], False),
        (bytes(10), False),
        (110, None),
        (71, None),
        (19, None),
        (13, None),
    ],
    ids=["qualifier", "stall", "short", "nonsense", "time-out", "EPROTO", "ENODEV", "EACCES"],
)
def test_a_device_is_asked_for_its_qualifier_and_closed(answer: bytes | int, *, expected: bool | None) -> None:
    backend = FakeBackend(answer)
    assert usb.has_high_speed([1, 5], backend=backend) is expected
    assert backend.requests == [("control", 0x80, 6, 0x0600)]
    assert backend.open == 0


def test_a_device_that_left_cannot_be_asked() -> None:
    assert usb.has_high_speed([1, 6], backend=FakeBackend(QUALIFIER)) is None
    assert usb.has_high_speed([1, 5], backend=FakeBackend(QUALIFIER, present=False)) is None


def test_without_libusb_looking_was_impossible(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("usb.libloader.load_locate_library", lambda *_args, **_kwargs: None)
    monkeypatch.setattr("usb.backend.libusb1._lib", None)
    monkeypatch.setattr("usb.backend.libusb0._lib", None)
    monkeypatch.setattr("usb.backend.openusb._lib", None)
    with pytest.raises(ProbeError, match=r"install libusb-1\.0"):
        usb.devices()


def test_the_childs_list_becomes_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "run", lambda *_args, **_kwargs: usb.devices(backend=FakeBackend(QUALIFIER)))
    (device,) = usb.listed()
    assert (device.port, device.ids, device.address) == ("1-2.3", "05ba:000a", (1, 5))
    assert device.speed_bits_per_second == 12e6


def test_only_a_clear_yes_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "run", lambda *_args, **_kwargs: usb.devices(backend=FakeBackend(QUALIFIER)))
    (device,) = usb.listed()
    for answer, expected in ((True, True), (False, False), (None, False), ("yes", False)):
        assert _could(device, answer, monkeypatch) is expected


def _could(device: UsbDevice, answer: child.Json, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr(child, "run", lambda *_args, **_kwargs: answer)
    return usb.could_be_faster(device)
