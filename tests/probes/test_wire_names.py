"""Names to addresses without the C resolver."""

from pathlib import Path
from typing import IO

import pytest

from probes.wire import names
from probes.wire.names import Found
from tests.fakes.dns import AAAA, DnsServer, answer, knows, record, refuses, silent


@pytest.fixture(autouse=True)
def hosts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "hosts"
    file.write_text("127.0.0.1 localhost\n10.0.0.5 siak.local SIAK # the ministry\nnonsense siak.local\n")
    monkeypatch.setattr(names.from_hosts, "__defaults__", (file,))
    return file


def test_the_system_s_name_servers_are_read_as_the_c_library_reads_them(tmp_path: Path) -> None:
    conf = tmp_path / "resolv.conf"
    conf.write_text(
        "# made by hand\nsearch x\nnameserver 10.0.0.1\nnameserver fe80::1%eth0\nnameserver\nnameserver bad\n"
        "nameserver ::1 ; spare\nnameserver 10.0.0.4\n"
    )
    assert [s.host for s in names.name_servers(conf)] == ["10.0.0.1", "fe80::1%eth0", "::1"]
    assert names.name_servers(tmp_path / "missing") == ()


def test_a_literal_needs_no_server() -> None:
    assert names.lookup("192.0.2.1", (), 1) == Found(addresses=("192.0.2.1",))


def test_the_hosts_file_comes_before_the_servers() -> None:
    with DnsServer(knows("192.0.2.1")) as server:
        assert names.lookup("siak", [server.at], 1) == Found(addresses=("10.0.0.5",))
    assert server.asked == []


def test_a_name_is_asked_of_the_server() -> None:
    with DnsServer(knows("192.0.2.1", "192.0.2.2")) as server:
        assert names.lookup("www.example.org", [server.at], 1) == Found(addresses=("192.0.2.1", "192.0.2.2"))


def test_a_name_that_has_only_ipv6_is_found() -> None:
    def reply(question: bytes) -> list[bytes]:
        six = question[-3] == AAAA
        return [answer(question, record(AAAA, bytes(15) + b"\1"))] if six else [answer(question)]

    with DnsServer(reply) as server:
        assert names.lookup("six.example.org", [server.at], 1) == Found(addresses=("::1",))


def test_the_second_server_is_asked_where_the_first_is_silent() -> None:
    with DnsServer(silent) as first, DnsServer(knows("192.0.2.1")) as second:
        assert names.lookup("www.example.org", [first.at, second.at], 0.4).addresses == ("192.0.2.1",)


def test_the_reason_is_told_where_there_is_no_address() -> None:
    with DnsServer(refuses(3)) as server:
        assert names.lookup("gone.example.org", [server.at], 1) == Found(why=f"{server.at}: NXDOMAIN")
    assert names.lookup("www.example.org", [server.at], 1).why.endswith("Connection refused")
    assert names.lookup("www.example.org", (), 1) == Found(why="no name server is configured")
    assert "host name" in names.lookup("a..b", [server.at], 1).why


def test_a_file_is_read_again_when_it_changed_and_not_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    conf = tmp_path / "resolv.conf"
    conf.write_bytes(b"nameserver 10.0.0.1\n")
    reads: list[Path] = []
    real = Path.open

    def counted(path: Path, mode: str) -> IO[bytes]:
        reads.append(path)
        return real(path, mode)

    monkeypatch.setattr(Path, "open", counted)
    assert [names.name_servers(conf)[0].host for _ in range(3)] == ["10.0.0.1"] * 3
    assert reads == [conf]
    monkeypatch.undo()
    other = tmp_path / "new"
    other.write_bytes(b"nameserver 10.0.0.2\n")
    other.replace(conf)
    assert names.name_servers(conf)[0].host == "10.0.0.2"
    conf.unlink()
    assert names.name_servers(conf) == ()


def test_a_long_file_is_not_kept_in_memory(tmp_path: Path) -> None:
    hosts = tmp_path / "long"
    hosts.write_text("10.0.0.5 siak\n" + "0.0.0.0 advertisement.example\n" * 1000)
    before = names._read_once.cache_info().misses
    assert names.from_hosts("siak", hosts) == ("10.0.0.5",)
    assert names._read_once.cache_info().misses == before
