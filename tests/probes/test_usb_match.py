"""Which device is meant, and which mistakes a configuration may hold."""

import pytest

from probes.text import clean
from probes.usb.device import UsbDevice, Words
from probes.usb.match import Match, check_ids, substitutes


def device(port: str = "1-2", ids: str = "16d1:0408", serial: str = "A1") -> UsbDevice:
    vendor, product = ids.split(":")
    return UsbDevice(
        port=port,
        vendor=vendor,
        product=product,
        code="00",
        bus=1,
        number=5,
        words=Words(serial=clean(serial)),
        speed_bits_per_second=None,
    )


@pytest.mark.parametrize(
    "match",
    [
        Match(vendor="16d1"),
        Match(vendor="16D1", product="0408"),
        Match(serial="A1"),
        Match(port="1-2"),
        Match(vendor="16d1", product="0408", serial="A1", port="1-2"),
    ],
)
def test_every_criterion_that_is_given_must_fit(match: Match) -> None:
    assert match.takes(device())
    assert not match.takes(device(port="1-3", ids="1234:5678", serial="B2"))


@pytest.mark.parametrize("other", [{"port": "1-3"}, {"ids": "16d1:0401"}, {"serial": "A2"}, {"serial": ""}])
def test_one_criterion_that_does_not_fit_is_enough(other: dict[str, str]) -> None:
    assert not Match(vendor="16d1", product="0408", serial="A1", port="1-2").takes(device(**other))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "^is empty and would take any device; write vendor and product, serial or port$"),
        ({"vendor": "zzzz"}, 'vendor: "zzzz" is not four hexadecimal digits; write it as lsusb shows it, like "16d1"'),
        ({"vendor": "0x16d1"}, "vendor: .* four hexadecimal digits"),
        ({"vendor": "6d1"}, "vendor: .* four hexadecimal digits"),
        ({"vendor": "16d1\n"}, "vendor: .* four hexadecimal digits"),
        ({"vendor": "16d1", "product": "408h"}, "product: .* four hexadecimal digits"),
        ({"product": "0408"}, "product: means nothing without a vendor"),
        ({"port": "usb1"}, 'port: "usb1" is no USB port'),
        ({"port": "1-2:1.0"}, "port: .* is no USB port"),
        ({"port": "../../etc"}, "port: .* is no USB port"),
        ({"serial": "x" * 127}, "serial: has more than 126 characters"),
    ],
)
def test_an_impossible_match_is_refused_with_a_remedy(options: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Match(**options)


def test_a_match_names_itself() -> None:
    assert str(Match(vendor="16d1", serial="A1", port="1-2")) == "16d1:*, serial A1, port 1-2"


def test_a_pair_of_ids_is_checked() -> None:
    assert check_ids("before_firmware", "080B:0010") == "080b:0010"
    assert check_ids("before_firmware", "") == ""
    with pytest.raises(ValueError, match=r'^before_firmware: "080b" is no pair of ids'):
        check_ids("before_firmware", "080b")


def test_moved_replaced_and_taken_are_told_apart() -> None:
    at_port = Match(vendor="16d1", product="0408", port="1-2")
    found = substitutes(at_port, [device(port="1-5")])
    assert found.facts() == {"moved_to": "1-5"}
    by_serial = Match(vendor="16d1", product="0408", serial="A1")
    found = substitutes(by_serial, [device(serial="B2")])
    assert found.facts() == {"replaced_by": "B2"}
    found = substitutes(at_port, [device(ids="046d:c31c")])
    assert found.facts() == {"port_holds": "046d:c31c"}
    assert substitutes(at_port, []).facts() == {}
