"""Finding network printers: in a given network only, once each, at a bounded rate."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from probes.kinds.printer_snmp import PrinterSnmp
from probes.mib.scan import scan
from probes.secret import Secret
from probes.wire.snmp_sweep import MAX_HOSTS, Pace, hosts_of
from tests.fakes.snmp import SnmpAgent

QUICK = Pace(hosts_per_second=1000, grace_seconds=0.3)


def rows(model: str, serial: str) -> str:
    return f"""
1.3.6.1.2.1.1.1.0|4|{model} built-in
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.1248.1
1.3.6.1.2.1.25.3.2.1.2.1|6|1.3.6.1.2.1.25.3.1.5
1.3.6.1.2.1.25.3.2.1.3.1|4|{model}
1.3.6.1.2.1.25.3.5.1.1.1|2|3
1.3.6.1.2.1.43.5.1.1.17.1|4|{serial}
"""


@pytest.fixture
def port() -> Iterator[int]:
    with SnmpAgent(rows("EPSON L3250", "X1")) as first:
        at = first.port
        switch = "1.3.6.1.2.1.1.1.0|4|A network switch\n1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.9.1"
        with (
            SnmpAgent(rows("EPSON L3250", "X1"), address=("127.0.0.2", at)),
            SnmpAgent(switch, address=("127.0.0.3", at)),
            SnmpAgent(rows("EPSON M15140", "X2"), address=("127.0.0.4", at)) as old,
            SnmpAgent(rows("EPSON secret", "X3"), b"rahasia", address=("127.0.0.5", at)),
        ):
            old.v1_only = True
            yield at


def test_printers_are_found_and_one_with_two_addresses_once(port: int) -> None:
    found = list(scan("127.0.0.0/29", port=port, pace=QUICK))
    assert [(one.id, one.label, dict(one.options)) for one in found] == [
        ("epson-l3250", "EPSON L3250", {"host": "127.0.0.1", "port": port}),
        ("epson-m15140", "EPSON M15140", {"host": "127.0.0.4", "port": port, "version": "1"}),
    ]
    assert found[0].kind == "printer_snmp"
    assert found[0].note == "at 127.0.0.1, serial number X1"


def test_what_is_found_can_be_configured_as_it_stands(port: int) -> None:
    for one in scan("127.0.0.0/29", port=port, pace=QUICK):
        PrinterSnmp(**one.options)


def test_a_community_comes_from_its_file_and_goes_into_the_options(port: int, tmp_path: Path) -> None:
    file = tmp_path / "community"
    file.write_text("rahasia\n")
    found = list(scan("127.0.0.0/29", community_file=Secret(file), port=port, pace=QUICK))
    assert [one.options["community_file"] for one in found] == [str(file)]


def test_progress_is_told_after_each_address_and_the_rate_is_kept() -> None:
    told: list[tuple[int, int]] = []
    began = time.monotonic()
    found = list(
        scan(
            "127.0.0.8/30",
            port=9,
            pace=Pace(hosts_per_second=20, grace_seconds=0.01),
            progress=lambda asked, all_of_them: told.append((asked, all_of_them)),
        ),
    )
    assert found == []
    assert told == [(1, 2), (2, 2)]
    assert time.monotonic() - began >= 0.1


@pytest.mark.parametrize(
    ("network", "says"),
    [("kantor", "network: 'kantor' is no network"), ("10.0.0.0/8", f"more than {MAX_HOSTS} addresses")],
)
def test_a_wrong_or_too_large_network_is_refused(network: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        hosts_of(network)


def test_neither_the_network_nor_its_broadcast_address_is_asked() -> None:
    assert hosts_of("192.0.2.0/30") == ["192.0.2.1", "192.0.2.2"]
