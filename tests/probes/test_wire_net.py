"""TCP, TLS and HTTP looks against services that are good, slow, wrong and hostile."""

import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from probes.wire import net
from probes.wire.net import Trust
from probes.wire.target import Outcome, Stage, read_url
from tests.fakes.certificates import Authority
from tests.fakes.http import HttpServer, closes, drips, free_port, mute, page, says


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with HttpServer() as running:
        yield running


def look(server: HttpServer, scheme: str, *, seconds: float = 5, ca_file: Path | str = "", body: int = 0) -> Outcome:
    target = read_url(f"{scheme}://127.0.0.1:{server.port}")
    return net.look(target, ("127.0.0.1",), seconds, trust=Trust(ca_file=str(ca_file)), body_bytes=body)


@pytest.mark.parametrize(
    ("text", "host", "port", "path"),
    [
        ("tcp://192.0.2.1:5432", "192.0.2.1", 5432, "/"),
        ("tls://siak.example:8443", "siak.example", 8443, "/"),
        ("https://siak.example/a/b?c=d", "siak.example", 443, "/a/b?c=d"),
        ("http://[2001:db8::1]:8080", "2001:db8::1", 8080, "/"),
    ],
)
def test_a_target_is_read(text: str, host: str, port: int, path: str) -> None:
    url = read_url(text)
    assert (url.at.host, url.at.port, url.path) == (host, port, path)


@pytest.mark.parametrize(
    "text",
    [
        "siak.example",
        "ftp://siak.example",
        "tcp://siak.example",
        "tcp://siak.example:1/x",
        "http://",
        "http://user:secret@siak.example/",
        "http://siak.example/a b",
        "http://siak.example/\r\nHost: evil",
        "http://siak.example/ü",
    ],
)
def test_a_wrong_target_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(ValueError, match="write"):
        read_url(text)


def test_an_open_port_is_enough_for_tcp(server: HttpServer) -> None:
    found = look(server, "tcp")
    assert found.failed is None
    assert found.connect_seconds is not None


def test_a_closed_port_is_told_from_silence() -> None:
    port = free_port()
    assert net.connect("127.0.0.1", port, 1) == (None, f"127.0.0.1 port {port}: refused")


def test_the_second_address_is_tried(server: HttpServer) -> None:
    target = read_url(f"tcp://service.example:{server.port}")
    assert net.look(target, ("127.0.0.2", "127.0.0.1"), 2).failed is None


def test_a_name_without_addresses_is_a_failed_connection() -> None:
    assert net.look(read_url("tcp://a.example:1"), (), 1).failed is Stage.CONNECT


@pytest.mark.parametrize("status", [200, 204, 301, 401, 403, 404])
def test_a_server_that_answers_works(server: HttpServer, status: int) -> None:
    server.script = page(status)
    found = look(server, "http")
    assert (found.failed, found.status) == (None, status)
    assert found.first_byte_seconds is not None


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_server_error_is_a_failure(server: HttpServer, status: int) -> None:
    server.script = page(status)
    found = look(server, "http")
    assert (found.failed, found.why) == (Stage.HTTP, f"HTTP status {status}")


def test_a_body_is_read_as_far_as_wanted(server: HttpServer) -> None:
    server.script = page(200, b"Microsoft Connect Test and more")
    assert look(server, "http", body=22).body == b"Microsoft Connect Test"


def test_a_redirect_is_noted_and_not_followed(server: HttpServer) -> None:
    server.script = page(302, b"", "Location: http://portal.example/\x1b[2Jlogin")
    found = look(server, "http")
    assert found.location == "http://portal.example/?[2Jlogin"
    assert server.callers == 1


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_service_that_leads_to_itself_for_ever_is_asked_once(server: HttpServer, ca: Authority, scheme: str) -> None:
    server.tls = ca.server("127.0.0.1", 90) if scheme == "https" else None
    server.script = page(301, b"", f"Location: {scheme}://127.0.0.1:{server.port}/")
    found = look(server, scheme, ca_file=ca.ca_file)
    assert (found.failed, server.callers) == (None, 1)


@pytest.mark.parametrize(
    "script",
    [
        closes,
        says(b""),
        says(b"SSH-2.0-OpenSSH_9.2\r\n", wait_for_request=False),
        says(b"HTTP/1.1 200 OK\r\nContent-Le"),
        says(b"HTTP/9.9 200 OK\r\n\r\n"),
        says(b"HTTP/1.1 999 Odd\r\n\r\n"),
        says(b"\0" * 100_000),
        says(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000),
    ],
    ids=["hangs up", "empty", "ssh", "cut off", "version", "status", "zeros", "endless header"],
)
def test_what_is_not_http_is_a_failure(server: HttpServer, script: object) -> None:
    server.script = script  # type: ignore[assignment] # the table holds scripts only
    found = look(server, "http")
    assert found.failed is Stage.HTTP
    assert len(found.why) < 200


def test_a_bomb_is_read_no_further_than_the_cap(server: HttpServer) -> None:
    server.script = says(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 10_000_000)
    found = look(server, "http", body=10_000_000)
    assert found.failed is None
    assert len(found.body) <= 80 * 1024


def test_a_server_that_drips_does_not_outlast_the_deadline(server: HttpServer) -> None:
    server.script = drips(b"HTTP/1.1 200 OK\r\n" * 100, 0.01)
    started = time.monotonic()
    found = look(server, "http", seconds=0.3)
    assert time.monotonic() - started < 1
    assert (found.failed, found.why) == (Stage.HTTP, "HTTP: no answer in time")


@pytest.mark.parametrize("scheme", ["http", "tls"])
def test_a_mute_server_does_not_outlast_the_deadline(server: HttpServer, scheme: str) -> None:
    server.script = mute
    started = time.monotonic()
    assert look(server, scheme, seconds=0.2).failed is not None
    assert time.monotonic() - started < 1


def test_a_good_certificate_tells_when_it_ends(ca: Authority) -> None:
    with HttpServer(page(200), tls=ca.server("localhost", 5)) as server:
        found = look(server, "https", ca_file=ca.ca_file)
    assert (found.failed, found.status) == (None, 200)
    assert found.expires is not None
    assert 4 * 86400 < found.expires - time.time() < 6 * 86400
    assert found.tls_seconds is not None


def test_a_look_over_tls_loads_neither_idna_nor_strptime(ca: Authority) -> None:
    program = (
        "import sys\n"
        "from probes.wire.net import Trust, look\n"
        "from probes.wire.target import read_url\n"
        "found = look(read_url(sys.argv[1]), ['127.0.0.1'], 5, trust=Trust(sys.argv[2]))\n"
        "print(found.failed, found.expires > 0, *({'encodings.idna', '_strptime'} & set(sys.modules)))"
    )
    with HttpServer(page(200), tls=ca.server("localhost", 5)) as server:
        told = [sys.executable, "-c", program, f"https://localhost:{server.port}/", str(ca.ca_file)]
        said = subprocess.run(told, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)
    assert said.stdout == "None True\n"


@pytest.mark.parametrize("day", ["Jun 26 21:41:46 2026 GMT", "Jan  1 00:00:00 1950 GMT", "Dec 31 23:59:59 9999 GMT"])
def test_the_end_of_a_certificate_is_read_as_openssl_writes_it(day: str) -> None:
    assert net._epoch_seconds(day) == ssl.cert_time_to_seconds(day)


def test_an_end_that_is_no_date_is_none() -> None:
    assert net._epoch_seconds("Bad time value") is None


def test_an_ended_certificate_is_refused_for_its_dates(ca: Authority) -> None:
    with HttpServer(tls=ca.server("localhost", -1)) as server:
        found = look(server, "tls", ca_file=ca.ca_file)
    assert (found.failed, found.only_dates) == (Stage.TLS, True)
    assert "expired" in found.why


def test_a_certificate_of_somebody_else_is_refused(ca: Authority) -> None:
    target_host = "127.0.0.1"
    with HttpServer(tls=ca.server("localhost", 5)) as server:
        target = read_url(f"tls://other.example:{server.port}")
        found = net.look(target, (target_host,), 5, trust=Trust(ca_file=str(ca.ca_file)))
    assert (found.failed, found.only_dates) == (Stage.TLS, False)
    assert "other.example" in found.why


def test_an_unknown_authority_is_refused_unless_any_will_do(ca: Authority) -> None:
    with HttpServer(tls=ca.server("localhost", 5)) as server:
        assert look(server, "tls").failed is Stage.TLS
        target = read_url(f"tls://127.0.0.1:{server.port}")
        assert net.look(target, ("127.0.0.1",), 5, trust=Trust(verify=False)).failed is None


def test_rubbish_in_place_of_tls_is_a_failure(server: HttpServer) -> None:
    server.script = says(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    found = look(server, "https")
    assert found.failed is Stage.TLS
    assert "WRONG_VERSION" in found.why
