"""The catalogue: every row is sound, and counter equipment is recognised by ids, class and words."""

import re
from collections import Counter

import pytest

from probes import catalogue
from probes.text import clean
from probes.usb.device import Interface, UsbDevice, Words
from probes.usb.discovery import candidates

RULES = tuple(catalogue.entries())


def device(  # noqa: PLR0913 -- a device has as many sides
    ids: str,
    *,
    code: str = "ff",
    product: str = "",
    serial: str = "",
    ieee1284: str = "",
    port: str = "1-2",
    speed: float = 12e6,
) -> UsbDevice:
    vendor, number = ids.split(":")
    return UsbDevice(
        port=port,
        vendor=vendor,
        product=number,
        code="00",
        bus=1,
        number=5,
        words=Words(product=clean(product), serial=clean(serial)),
        speed_bits_per_second=speed,
        interfaces=(Interface(number=0, code=code, driver="", ieee1284=clean(ieee1284)),),
    )


def role(found: UsbDevice) -> str:
    entry = catalogue.lookup(found, RULES)
    return entry.role if entry else ""


# the file


def test_every_row_is_sound() -> None:
    roles = catalogue.roles()
    for entry in RULES:
        assert entry.role in roles, entry
        assert re.fullmatch(r"([0-9a-f]{4})?", entry.vendor_id), entry
        assert re.fullmatch(r"([0-9a-f]{4})?", entry.product_id), entry
        assert re.fullmatch(r"([0-9a-f]{2})?", entry.interface), entry
        assert re.fullmatch(r"([0-9a-f]{4}:[0-9a-f]{4})?", entry.before_firmware), entry
        assert entry.text == entry.text.lower(), entry
        assert entry.vendor_id or not entry.product_id, entry
        assert entry.rank > 0, entry
        assert entry.source, entry
        for text in (entry.vendor, entry.model, entry.source):
            assert text == clean(text) == text.strip(), entry


def test_no_two_rows_say_the_same() -> None:
    keys = Counter((e.vendor_id, e.product_id, e.interface, e.text) for e in RULES)
    assert [key for key, count in keys.items() if count > 1] == []


def test_ids_that_chips_of_all_kinds_carry_are_not_in_it() -> None:
    ids = {f"{entry.vendor_id}:{entry.product_id}" for entry in RULES}
    assert not ids & {"0403:6001", "067b:2303", "10c4:ea60", "1a86:7523", "04b4:8613"}


def test_every_role_has_a_name_in_both_languages() -> None:
    assert catalogue.roles("id").keys() == catalogue.roles("en").keys()
    assert all(catalogue.roles("id").values())
    assert catalogue.roles()["fingerprint"] == "Alat sidik jari"


def test_firmware_ids_lead_both_ways() -> None:
    assert catalogue.before_firmware("080B", "0002") == "080b:0010"
    assert catalogue.before_firmware("080b", "0010") == ""
    after = catalogue.after_firmware("080b:0010", RULES)
    assert after is not None
    assert after.product_id == "0002"
    assert catalogue.after_firmware("", ()) is None


# recognition


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (device("16d1:0408"), "fingerprint"),
        (device("16d1:9999"), "fingerprint"),
        (device("138a:fffe"), "fingerprint"),
        (device("04f3:0fff", product="ELAN:Fingerprint"), "fingerprint"),
        (device("04f3:0fff", product="Touchscreen", code="03"), ""),
        (device("27c6:0fff", product="Touchpad", code="03"), ""),
        (device("24c4:c001"), "iris"),
        (device("056a:00a4", code="03"), "signature-pad"),
        (device("056a:0357", code="03", product="Intuos Pro M"), ""),
        (device("ffee:0001", code="0b"), "card-reader"),
        (device("04b8:0e03", code="07"), "receipt-printer"),
        (device("04b8:1142", code="07"), "office-printer"),
        (device("04b8:ffff", code="07", ieee1284="MFG:EPSON;MDL:TM-T82X;CMD:ESC/POS;"), "receipt-printer"),
        (device("0483:5743", code="07"), "receipt-printer"),
        (device("0483:5740", code="02", product="STM32 Virtual COM Port"), ""),
        (device("0416:5011", code="02"), ""),
        (device("ffee:0002", code="07", product="POS-80 Printer"), "receipt-printer"),
        (device("ffee:0002", code="07", product="LaserJet"), "office-printer"),
        (device("0419:8001", code="03", product="SyncMaster"), ""),
        (device("09b0:2400", code="07"), "card-printer"),
        (device("0a5f:00d3", code="07", ieee1284="MDL:ZC300;"), "card-printer"),
        (device("0a5f:0166", code="07", ieee1284="MDL:GK420d;CMD:ZPL;"), "label-printer"),
        (device("ffee:0003", code="0e", product="Webcam"), "camera"),
        (device("ffee:0004", code="06", product="Android phone"), ""),
        (device("0665:5161", code="03"), "ups"),
        (device("1b55:0124"), "fingerprint"),
        (device("1b55:b400", code="08"), ""),
        (device("046d:c31c", code="03", product="Keyboard"), ""),
        (device("0403:6001", product="FT232R USB UART"), ""),
        (device("ffee:0005", product="\u202eFINGERPRINT<script>"), "fingerprint"),
    ],
)
def test_equipment_is_recognised_and_nothing_else(found: UsbDevice, expected: str) -> None:
    assert role(found) == expected


# candidates


def test_a_candidate_is_ready_for_the_configuration() -> None:
    found = device("05ba:000a", product="U.are.U 4500 Fingerprint Reader", serial="{B4D0}")
    (candidate,) = candidates([found])
    assert (candidate.id, candidate.kind, candidate.role) == ("fingerprint", "usb", "fingerprint")
    assert candidate.label == "Alat sidik jari (U.are.U 4500)"
    assert candidate.options == {"match": {"vendor": "05ba", "product": "000a", "serial": "{B4D0}"}}
    assert candidate.note == "USB 05ba:000a, port 1-2"


def test_a_device_without_words_is_named_by_the_catalogue_or_by_its_role() -> None:
    (named,) = candidates([device("24c4:c001")])
    assert named.label == "Alat iris mata (CMITech BMT-20)"
    (plain,) = candidates([device("ffee:0001", code="0b")])
    assert plain.label == "Pembaca kartu"


def test_a_name_of_generic_words_alone_is_kept() -> None:
    (candidate,) = candidates([device("ffee:0001", code="0b", product="USB Smart Card Reader")])
    assert candidate.label == "Pembaca kartu (USB Smart Card Reader)"


def test_a_fast_device_keeps_its_speed_in_mind() -> None:
    (candidate,) = candidates([device("24c4:c001", speed=480e6)])
    assert candidate.options["speed_mbit"] == 480


def test_equal_devices_without_serials_are_bound_to_their_ports() -> None:
    found = list(candidates([device("08e6:3437", code="0b", port=port) for port in ("1-2", "1-3")]))
    assert [item.options["match"].get("port") for item in found] == ["1-2", "1-3"]


@pytest.mark.parametrize("serial", ["0", "0123456789ABCDEF", "000000000000"])
def test_a_serial_number_out_of_the_sample_code_identifies_nothing(serial: str) -> None:
    found = list(candidates([device("16d1:0408", serial=serial, port=port) for port in ("1-2", "1-3")]))
    assert all("serial" not in item.options["match"] for item in found)
    assert [item.options["match"]["port"] for item in found] == ["1-2", "1-3"]


def test_a_device_without_its_firmware_is_watched_as_what_it_becomes() -> None:
    (candidate,) = candidates([device("080b:0010", serial="loader")])
    assert candidate.options["match"] == {"vendor": "080b", "product": "0002"}


def test_printers_are_left_to_their_own_kind() -> None:
    assert list(candidates([device("04b8:0e03", code="07")])) == []


def test_hubs_are_no_equipment() -> None:
    hub = UsbDevice(
        port="1-1",
        vendor="16d1",
        product="0408",
        code="09",
        bus=1,
        number=2,
        words=Words(),
        speed_bits_per_second=480e6,
    )
    assert list(candidates([hub])) == []


def test_hostile_names_reach_no_label_raw() -> None:
    (candidate,) = candidates([device("16d1:0408", product="\x1b[2J\r\n\u202e" + "x" * 500)])
    assert candidate.label == clean(candidate.label)
    assert len(candidate.label) < 100
