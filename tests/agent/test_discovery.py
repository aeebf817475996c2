"""Discovery: each piece of equipment once, in a configuration that is valid as it stands."""

import stat
from pathlib import Path

import pytest

from agent import discovery
from agent.config import ConfigError, load
from agent.merge import merge
from probes.ipp.queues import identity
from probes.probe import Candidate
from probes.text import clean


def candidate(kind: str, *identity: str, name: str = "printer", **options: object) -> Candidate:
    return Candidate(
        id=name, kind=kind, label=clean(f"{kind} of {name}"), options=options, identity=frozenset(identity)
    )  # fmt: skip


SNMP = candidate("printer_snmp", "host:192.0.2.9", "serial:abc", host="192.0.2.9")
USB = candidate("printer_usb", "serial:abc", vendor="04b8")
QUEUE = candidate("printer_ipp", "serial:abc", queue="resi")


def test_a_printer_seen_over_usb_and_network_is_one_and_asked_in_the_way_that_tells_most() -> None:
    assert merge([USB, SNMP]) == [SNMP]


def test_a_queue_stays_beside_its_printer_and_says_whose_it_is() -> None:
    kept = merge([QUEUE, USB])
    assert [one.kind for one in kept] == ["printer_ipp", "printer_usb"]
    assert kept[0].note == "print queue of: printer_usb of printer"


def test_printers_without_identity_are_never_merged() -> None:
    unknown = candidate("printer_usb")
    assert merge([unknown, unknown]) == [unknown, unknown]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("usb://EPSON/TM-T20?serial=J5RK012345", {"serial:j5rk012345"}),
        ("ipp://192.0.2.7/ipp/print", {"host:192.0.2.7"}),
        ("socket://192.0.2.7:9100", {"host:192.0.2.7"}),
        ("dnssd://Laser._ipp._tcp.local/?uuid=AB-CD", {"uuid:ab-cd"}),
        (
            "dnssd://Laser._ipp._tcp.local/?uuid=E3248000-80CE-11DB-8000-30055C8B1234",
            {"uuid:e3248000-80ce-11db-8000-30055c8b1234", "mac:30:05:5c:8b:12:34"},
        ),
        ("ipp://localhost:60000/ipp/print", set()),
        ("ipp://[broken", set()),
        ("", set()),
    ],
)
def test_a_queues_address_tells_its_printer(address: str, expected: set[str]) -> None:
    assert identity(address) == expected


def test_equal_ids_get_numbers() -> None:
    assert [one.id for one in discovery.unique([USB, USB, USB])] == ["printer", "printer-2", "printer-3"]


def test_what_is_written_is_valid_and_means_the_same(tmp_path: Path) -> None:
    path = tmp_path / "jagaloket.toml"
    hostile = Candidate(
        id="pc",
        kind="host",
        label=clean('PC "depan" \\ \x7f'),
        role="host",
        options={"disk_ample_gb": 5.5, "require_time_service": True},
        note=clean("a\nnote"),
    )
    scanner = candidate("usb", name="sidik-jari", match={"vendor": "16d1", "product": "0408"})
    discovery.write(path, [hostile, scanner])
    config = load(path)
    assert [item.device.label for item in config.watched] == [hostile.label, scanner.label]
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_configuration_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "jagaloket.toml"
    path.write_text("precious")
    with pytest.raises(ConfigError, match="exists already"):
        discovery.write(path, [])
    assert path.read_text() == "precious"
    assert [file.name for file in tmp_path.iterdir()] == ["jagaloket.toml"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot write it"):
        discovery.write(tmp_path / "none" / "x.toml", [])


def test_what_is_no_network_is_refused_with_what_to_write() -> None:
    with pytest.raises(ConfigError, match=r"--network: .*192\.168\.1\.0/24"):
        discovery.network("kantor", lambda *_: None)
