"""HTTP for the desks: one deadline for everything, nothing followed, nothing kept, no secret shown."""

import socket
import ssl
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.http import Http, RefusalError
from alerts.httpwire import MOST_BYTES
from alerts.incident import DeliveryError
from tests.fakes.certificates import Authority
from tests.fakes.http import HttpServer, Script, closes, drips, free_port, mute

SECRET = "canary-5e1f0c-token"
DEADLINE = 0.3


def heard(caller: socket.socket) -> bytes:
    """One whole request. A server that hangs up with something unread resets the connection, and its answer is lost."""
    head, _, body = caller.recv(65_536).partition(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.splitlines() if line.lower().startswith(b"content-le")), 0)
    while len(body) < length:
        body += caller.recv(65_536)
    return head + body


def says(raw: bytes) -> Script:
    def play(caller: socket.socket, _over: object) -> None:
        heard(caller)
        caller.sendall(raw)

    return play


def page(status: int, body: bytes = b"", *headers: str) -> Script:
    lines = (f"HTTP/1.1 {status} Reason", f"Content-Length: {len(body)}", *headers)
    return says("\r\n".join((*lines, "", "")).encode() + body)


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with HttpServer() as made:
        yield made


@pytest.fixture
def http(server: HttpServer) -> Iterator[Http]:
    made = Http(f"http://{server.at}", timeout_seconds=DEADLINE, ca_file=None)
    made.headers["Authorization"] = f"token {SECRET}"
    made.hide.add(SECRET)
    yield made
    made.close()


def fails(http: Http, method: str = "POST") -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        http.get("/x") if method == "GET" else http.write(method, "/x", {"a": 1})
    return caught.value


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
def test_no_redirect_is_followed_to_another_host(http: Http, server: HttpServer, status: int) -> None:
    with HttpServer(page(200, b"{}")) as other:
        server.script = page(status, b"", f"Location: http://{other.at}/{SECRET}")
        error = fails(http)
        assert "we do not follow" in str(error)
        assert SECRET not in str(error)
        assert other.callers == 0


def test_a_server_that_drips_is_cut_off_at_the_deadline(http: Http, server: HttpServer) -> None:
    server.script = drips(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1000, 0.05)
    started = time.monotonic()
    error = fails(http)
    assert time.monotonic() - started < DEADLINE + 2
    assert error.uncertain
    assert "no whole answer within 0.3 s" in str(error)


@pytest.mark.parametrize(
    "cut", [b"HTTP/1.1 200", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Len", b"HTTP/1.1 200 OK\r\n\r\n"]
)
def test_a_head_that_was_cut_off_is_no_answer(http: Http, server: HttpServer, cut: bytes) -> None:
    server.script = says(cut)
    assert fails(http).uncertain


@pytest.mark.parametrize("script", [mute, drips(b"HTTP/1.1 200 OK\r\nX: ", 0.06)], ids=["silence", "an endless head"])
def test_nothing_waits_longer_than_the_deadline(http: Http, server: HttpServer, script: Script) -> None:
    server.script = script
    started = time.monotonic()
    assert fails(http).uncertain
    assert time.monotonic() - started < DEADLINE + 2


def test_what_never_left_is_surely_not_there() -> None:
    error = fails(Http(f"http://127.0.0.1:{free_port()}", timeout_seconds=DEADLINE, ca_file=None))
    assert not error.uncertain
    assert "cannot be reached" in str(error)


def test_a_name_that_nobody_knows_is_surely_not_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "nobody knows")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert not fails(Http("https://helpdesk.example.go.id", timeout_seconds=DEADLINE, ca_file=None)).uncertain


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_what_left_may_have_arrived(http: Http, server: HttpServer, method: str) -> None:
    server.script = lambda caller, _: caller.recv(1)  # type: ignore[assignment] # what it returns is no matter
    assert fails(http, method).uncertain


def test_a_question_changes_nothing_and_is_never_uncertain(http: Http, server: HttpServer) -> None:
    server.script = closes
    assert not fails(http, "GET").uncertain


def test_an_answer_without_end_is_not_read_to_its_end(http: Http, server: HttpServer) -> None:
    server.script = page(200, b" " * (MOST_BYTES + 1))
    assert "more than" in str(fails(http))


def test_a_bomb_is_not_unpacked(http: Http, server: HttpServer) -> None:
    server.script = page(200, b"\x1f\x8b", "Content-Encoding: gzip")
    assert "compressed" in str(fails(http))


def test_no_cookie_is_kept(http: Http, server: HttpServer) -> None:
    requests: list[bytes] = []

    def play(caller: socket.socket, _over: object) -> None:
        requests.append(heard(caller))
        caller.sendall(
            b"HTTP/1.1 200 OK\r\nSet-Cookie: id=1; Path=/\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"
        )

    server.script = play
    for _ in range(2):
        http.get("/x")
    assert len(requests) == 2
    assert b"cookie" not in requests[1].lower()


def test_one_connection_serves_many_requests(http: Http, server: HttpServer) -> None:
    def play(caller: socket.socket, _over: object) -> None:
        while caller.recv(65_536):
            caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    server.script = play
    for _ in range(5):
        http.get("/x")
    assert server.callers == 1


def test_a_connection_that_rested_long_is_not_used_again(
    http: Http, server: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def play(caller: socket.socket, _over: object) -> None:
        while caller.recv(65_536):
            caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    server.script = play
    http.get("/x")
    later = time.monotonic() + 60
    monkeypatch.setattr("alerts.http.time.monotonic", lambda: later)
    http.get("/x")
    assert server.wait_for_callers(2) == 2


def test_a_page_for_people_is_left_out_of_messages(http: Http, server: HttpServer) -> None:
    server.script = page(502, b"<html><h1>Bad gateway</h1></html>", "Content-Type: text/html")
    error = fails(http)
    assert "502" in str(error)
    assert "Bad gateway" not in str(error)
    assert error.uncertain


def test_an_error_that_quotes_our_token_is_redacted(http: Http, server: HttpServer) -> None:
    server.script = page(400, f'{{"error": "bad header Authorization: token {SECRET}"}}'.encode())
    error = fails(http)
    assert isinstance(error, RefusalError)
    assert SECRET not in str(error)
    assert "***" in str(error)
    assert SECRET not in "".join(traceback.format_exception(error))


def test_a_broken_connection_shows_no_secret_in_its_traceback(http: Http, server: HttpServer) -> None:
    server.script = closes
    error = fails(http)
    assert SECRET not in "".join(traceback.format_exception(error))


class TestTls:
    @pytest.fixture
    def authority(self, tmp_path: Path) -> Authority:
        return Authority(tmp_path)

    def ask(self, context: ssl.SSLContext, ca_file: Path | None) -> DeliveryError | None:
        with HttpServer(page(200, b"{}"), tls=context) as server:
            http = Http(f"https://{server.at}", timeout_seconds=5, ca_file=ca_file)
            try:
                http.write("POST", "/x", {})
            except DeliveryError as error:
                return error
            finally:
                http.close()
        return None

    def test_a_certificate_of_the_office_is_trusted_where_its_authority_is_named(self, authority: Authority) -> None:
        assert self.ask(authority.server("127.0.0.1", 30), authority.ca_file) is None

    def test_an_unknown_authority_is_not_trusted_and_nothing_leaves(self, authority: Authority) -> None:
        error = self.ask(authority.server("127.0.0.1", 30), None)
        assert error is not None
        assert not error.uncertain
        assert "ca_file" in str(error)

    def test_an_expired_certificate_is_not_trusted(self, authority: Authority) -> None:
        error = self.ask(authority.server("127.0.0.1", -1, starts_in_days=-30), authority.ca_file)
        assert error is not None
        assert not error.uncertain
