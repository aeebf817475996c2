"""SNMPv3 against Net-SNMP's own agent, which also plays a printer that has run out of paper."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from probes.kinds.printer_snmp import PrinterSnmp
from probes.reading import ProbeError, State
from probes.secret import Secret

SNMPD = shutil.which("snmpd", path="/usr/sbin:/usr/bin:/usr/local/sbin")
pytestmark = [
    pytest.mark.skipif(SNMPD is None, reason="snmpd is not installed (Debian package snmpd)"),
    pytest.mark.slow,
]
CONFIGURATION = """
agentaddress udp:127.0.0.1:{port}
createUser loket SHA-256 "kunci-masuk-loket" AES "kunci-sandi-loket"
createUser hanya-masuk SHA "kunci-masuk-loket"
createUser tanpa-hak SHA "kunci-masuk-loket"
rouser loket priv
rouser hanya-masuk auth
override .1.3.6.1.2.1.25.3.2.1.2.7000 object_id .1.3.6.1.2.1.25.3.1.5
override .1.3.6.1.2.1.25.3.2.1.5.7000 integer 5
override .1.3.6.1.2.1.25.3.5.1.1.7000 integer 1
override .1.3.6.1.2.1.25.3.5.1.2.7000 octet_str "@"
override .1.3.6.1.2.1.43.5.1.1.17.7000 octet_str "VR00000003"
"""


class OnLoopback(PrinterSnmp):
    other_ports = (9,)


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("snmpd")
    port = free_port()
    (folder / "snmpd.conf").write_text(CONFIGURATION.format(port=port))
    command = [str(SNMPD), "-f", "-C", "-c", str(folder / "snmpd.conf"), "-Lo", "-p", str(folder / "pid")]
    environment = {"SNMP_PERSISTENT_DIR": str(folder), "MIBS": "", "PATH": "/usr/sbin:/usr/bin"}
    with subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as snmpd:
        assert snmpd.stdout is not None
        for line in snmpd.stdout:
            if line.startswith("NET-SNMP version"):
                break
        yield port
        snmpd.terminate()


@pytest.fixture
def keys(tmp_path: Path) -> dict[str, Secret]:
    for name, text in {"auth": "kunci-masuk-loket", "priv": "kunci-sandi-loket", "wrong": "kunci-yang-salah"}.items():
        (tmp_path / name).write_text(f"{text}\n")
    return {name: Secret(tmp_path / name) for name in ("auth", "priv", "wrong")}


@pytest.fixture
def probe(port: int, keys: dict[str, Secret]) -> Iterator[Any]:
    made: list[PrinterSnmp] = []

    def make(**options: Any) -> PrinterSnmp:  # noqa: ANN401 - a probe's options
        whole = {
            "host": "127.0.0.1",
            "port": port,
            "version": "3",
            "user": "loket",
            "auth_protocol": "sha256",
            "auth_key_file": keys["auth"],
            "priv_protocol": "aes",
            "priv_key_file": keys["priv"],
            "timeout_seconds": 1.0,
            "retries": 0,
            **options,
        }
        made.append(OnLoopback(**whole))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_a_user_with_privacy_reads_the_printer(probe: Any) -> None:  # noqa: ANN401 - a factory
    pytest.importorskip("cryptography")
    found = probe().read()
    assert found.state is State.FAILED
    assert [one.code for one in found.faults] == ["media-empty"]
    assert found.facts["serial"] == "VR00000003"


def test_a_user_without_privacy_reads_it_too(probe: Any) -> None:  # noqa: ANN401 - a factory
    options = {"user": "hanya-masuk", "auth_protocol": "sha", "priv_protocol": "", "priv_key_file": None}
    assert probe(**options).read().state is State.FAILED


def test_between_two_looks_the_engine_costs_nothing(probe: Any) -> None:  # noqa: ANN401 - a factory
    look = probe(user="hanya-masuk", auth_protocol="sha", priv_protocol="", priv_key_file=None)
    look.read()
    before = time.process_time()
    time.sleep(0.5)  # the only way to see what happens while nothing is asked
    assert time.process_time() - before < 0.005


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"user": "siapa"}, "Unknown USM user; check user, protocols and keys"),
        ({"auth_key_file": "wrong"}, "Wrong SNMP PDU digest"),
        ({"auth_protocol": "md5"}, "Wrong SNMP PDU digest"),
        ({"user": "tanpa-hak", "auth_protocol": "sha"}, "does not let us read"),
    ],
)
def test_what_the_printer_reports_is_named(
    probe: Any,  # noqa: ANN401 - a factory
    keys: dict[str, Secret],
    options: dict[str, Any],
    says: str,
) -> None:
    chosen = {name: keys.get(str(value), value) for name, value in options.items()}
    with pytest.raises(ProbeError, match=says):
        probe(priv_protocol="", priv_key_file=None, **chosen).read()


def test_a_short_key_is_refused_before_it_is_used(probe: Any, tmp_path: Path) -> None:  # noqa: ANN401 - a factory
    (tmp_path / "short").write_text("1234567\n")
    with pytest.raises(ProbeError, match="too short"):
        probe(auth_key_file=Secret(tmp_path / "short")).read()


def test_pysmi_is_kept_out_even_where_it_is_installed() -> None:
    script = "import sys, probes.wire.snmp_v3\nprint(sys.modules['pysmi'])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "None"
