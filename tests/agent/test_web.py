"""The web server: who may connect, what it answers, and what slow and hostile clients can not do to it."""

import gzip
import json
import ssl
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import bcrypt
import pytest
import trustme

from agent.guest import Allowance
from agent.site import Answer, Page, Request
from agent.web import WebServer, WebSettings, health_page, metrics_page
from probes.secret import Secret
from tests.fakes.browser import HEAD, Browser, hear

PASSWORD = "kata sandi: rahasia"
HASH = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
PAGE = b"# HELP jagaloket_x y\n" * 1000
OUTSIDE = "0.0.0.0:0"


def pages(seen: list[Request] | None = None, checks: dict[str, str] | None = None) -> dict[str, Page]:
    def board(request: Request) -> Answer:
        if seen is not None:
            seen.append(request)
        return Answer(body=b"<p>Halo", content_type="text/html; charset=utf-8", policy="default-src 'self'")

    return {
        "/": board,
        "/metrics": metrics_page(lambda accept, only: (PAGE, f"text/plain; {accept} {','.join(only)}")),
        "/health": health_page(lambda: checks or {"store": "", "watch": ""}),
    }


@contextmanager
def served(
    settings: WebSettings | None = None, shown: dict[str, Page] | None = None, allowance: Allowance | None = None
) -> Iterator[Browser]:
    server = WebServer(settings or WebSettings(listen="127.0.0.1:0"), shown or pages(), allowance=allowance)
    server.start()
    try:
        yield Browser(server.address)
    finally:
        server.stop()


@pytest.fixture
def browser() -> Iterator[Browser]:
    with served() as browser:
        yield browser


# ---- what is answered ----


def test_pages_are_served_under_their_exact_path(browser: Browser) -> None:
    assert browser.get("/").body == b"<p>Halo"
    assert browser.get("/metrics").body == PAGE
    for path in ("/nothing", "/metrics/", "/Metrics", "/../etc/passwd", "/%2e%2e/", "/metrics%00"):
        assert browser.get(path).status == 404, path


def test_a_page_learns_query_and_languages() -> None:
    seen: list[Request] = []
    with served(shown=pages(seen)) as browser:
        browser.get("/?lang=en&x=1", Accept_Language="id, en;q=0.5")
    assert seen == [Request(query={"lang": ["en"], "x": ["1"]}, accept_language="id, en;q=0.5")]


def test_a_query_with_too_many_fields_is_no_query() -> None:
    seen: list[Request] = []
    with served(shown=pages(seen)) as browser:
        browser.get("/?" + "a=1&" * 200)
    assert seen == [Request()]


def test_metrics_can_be_picked_by_name(browser: Browser) -> None:
    reply = browser.get("/metrics?name[]=a&name[]=b", Accept="application/openmetrics-text")
    assert reply.headers["Content-Type"] == "text/plain; application/openmetrics-text a,b"


def test_head_has_the_headers_of_get_and_no_body(browser: Browser) -> None:
    reply = browser.get("/metrics", "HEAD")
    assert (reply.status, reply.body) == (200, b"")
    assert reply.headers["Content-Length"] == str(len(PAGE))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
def test_other_methods_are_refused(browser: Browser, method: str) -> None:
    reply = browser.get("/metrics", method)
    assert (reply.status, reply.headers["Allow"]) == (405, "GET, HEAD")


def test_health_is_200_while_all_is_well(browser: Browser) -> None:
    reply = browser.get("/health")
    assert reply.status == 200
    assert json.loads(reply.body) == {"status": "ok", "checks": {"store": "ok", "watch": "ok"}}


def test_health_is_503_with_the_reason_when_something_fails() -> None:
    with served(shown=pages(checks={"store": "disk full", "watch": ""})) as browser:
        reply = browser.get("/health")
    assert reply.status == 503
    assert json.loads(reply.body) == {"status": "failing", "checks": {"store": "disk full", "watch": "ok"}}


@pytest.mark.parametrize("path", ["/", "/metrics", "/health", "/nothing"])
def test_every_answer_forbids_what_it_does_not_need(browser: Browser, path: str) -> None:
    headers = browser.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    policy = "default-src 'self'" if path == "/" else "default-src 'none'; base-uri 'none'; form-action 'none'"
    assert headers["Content-Security-Policy"].startswith(policy)


def test_no_version_is_told(browser: Browser) -> None:
    for reply in (
        browser.get("/"),
        browser.get("/nothing"),
        browser.get("/", "POST"),
        browser.send(b"nonsense\r\n\r\n"),
    ):
        text = f"{reply.headers} {reply.body!r}".lower()
        assert not any(word in text for word in ("cheroot", "python", "0.1.0"))


def test_a_page_that_fails_is_500_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    def broken(_request: Request) -> Answer:
        raise KeyError

    with served(shown={"/": broken}) as browser:
        reply = browser.get("/")
    assert reply.status == 500
    assert b"Traceback" not in reply.body
    assert "KeyError" in caplog.text


# ---- who asks under which name ----


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:9776", "127.0.0.1:1", "[::1]:9776", "[::1]"])
def test_this_pc_is_known_by_its_own_names(browser: Browser, host: str) -> None:
    assert browser.get("/", Host=host).status == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:9776", "localhost.evil.example", "192.0.2.1", "[::2]"])
def test_a_foreign_name_reads_nothing_from_loopback(browser: Browser, host: str) -> None:
    reply = browser.get("/", Host=host)
    assert reply.status == 421
    assert b"Halo" not in reply.body


def test_http_1_0_needs_no_name(browser: Browser) -> None:
    assert browser.send(b"GET / HTTP/1.0\r\n\r\n").status == 200


# ---- bad requests ----


@pytest.mark.parametrize(
    "request_head",
    [
        b"nonsense\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET / HTTP/1.1\n\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"get / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"\0" * 100 + b"\r\n\r\n",
    ],
)
def test_what_is_no_http_is_400(browser: Browser, request_head: bytes) -> None:
    assert browser.send(request_head).status == 400


def test_a_head_that_ends_early_is_400(browser: Browser) -> None:
    with browser.dial() as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: loc")
        line.shutdown(1)
        assert hear(line).status == 400


def test_huge_headers_are_431(browser: Browser) -> None:
    assert browser.get("/", X="a" * 17_000).status == 431
    assert browser.get("/" + "a" * 17_000).status == 431
    assert browser.get("/", X="a" * 15_000).status == 200


def test_a_megabyte_of_headers_is_refused_and_hung_up_on(browser: Browser) -> None:
    with browser.dial() as line, pytest.raises(OSError, match=r"reset|pipe"):
        line.sendall(b"X: " + b"a" * 10_000_000)
    assert browser.get("/").status == 200


def test_a_body_is_never_read(browser: Browser) -> None:
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello"
    assert browser.send(head).status == 405
    big = b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n"
    assert browser.send(big).status in {200, 413}


# ---- many and slow clients ----


def test_many_can_ask_at_once(browser: Browser) -> None:
    with ThreadPoolExecutor(16) as crowd:
        replies = list(crowd.map(lambda _: browser.get("/metrics"), range(200)))
    assert {(reply.status, reply.body == PAGE) for reply in replies} <= {(200, True), (503, False)}
    assert sum(reply.status == 200 for reply in replies) >= 150


def test_a_client_that_says_nothing_is_hung_up_on() -> None:
    with served(allowance=Allowance(head_seconds=0.05)) as browser, browser.dial() as line:
        assert line.recv(10) == b""


def test_a_client_that_dawdles_is_told_408() -> None:
    with served(allowance=Allowance(head_seconds=0.05)) as browser, browser.dial() as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost:")
        assert hear(line).status == 408


def test_the_longest_waiting_makes_room() -> None:
    with served(allowance=Allowance(waiting=2)) as browser, ExitStack() as stack:
        lines = [stack.enter_context(browser.dial()) for _ in range(3)]
        assert lines[0].recv(10) == b""
        lines[2].sendall(HEAD)
        assert hear(lines[2]).status == 200


@pytest.mark.parametrize("secure", [False, True])
def test_200_slow_connections_do_not_delay_a_scrape(secure: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a case
    with ExitStack() as stack:
        browser = stack.enter_context(secured(tmp_path)) if secure else stack.enter_context(served())
        before = threading.active_count()
        for number in range(200):
            line = stack.enter_context(Browser(browser.address).dial())
            line.sendall(b"GET / HTTP/1.1\r\nX-a: b\r\n" if number % 2 and not secure else b"")
        seconds = [timed(lambda: browser.get("/metrics", Authorization=basic())) for _ in range(20)]
        assert threading.active_count() == before
    assert max(seconds) < 0.5


def test_slow_readers_do_not_hold_the_workers(browser: Browser) -> None:
    with ExitStack() as stack:
        for _ in range(50):
            line = stack.enter_context(browser.dial())
            line.sendall(HEAD)
        assert timed(lambda: browser.get("/metrics")) < 0.5


def timed(ask: Callable[[], object]) -> float:
    started = time.monotonic()
    ask()
    return time.monotonic() - started


def test_nothing_is_left_after_stop() -> None:
    before = set(threading.enumerate())
    with served() as browser, browser.dial():
        browser.get("/")
    assert set(threading.enumerate()) == before
    with pytest.raises(ConnectionRefusedError):
        browser.dial()


# ---- the address ----


def test_a_port_in_use_says_what_to_do(browser: Browser) -> None:
    port = browser.address[1]
    second = WebServer(WebSettings(listen=f"127.0.0.1:{port}"), pages())
    with pytest.raises(OSError, match=rf"^web.listen: cannot use 127.0.0.1:{port}: Address already in use; .*ss -ltnp"):
        second.start()
    second.stop()


@pytest.mark.parametrize(
    "listen", ["127.0.0.1", "localhost:", ":9776", "9776", "127.0.0.1:99999", "::1:9776", "a:1", "256.0.0.1:1"]
)
def test_what_is_no_address_is_refused(listen: str) -> None:
    with pytest.raises(ValueError, match=r"^listen: .* write for example 127\.0\.0\.1:9776"):
        WebSettings(listen=listen)


@pytest.mark.parametrize(
    ("listen", "address"),
    [("127.0.0.1:9776", ("127.0.0.1", 9776)), ("localhost:1", ("127.0.0.1", 1)), ("[::1]:80", ("::1", 80))],
)
def test_loopback_needs_nothing_more(listen: str, address: tuple[str, int]) -> None:
    assert WebSettings(listen=listen).address == address


def test_ipv6_loopback_is_served() -> None:
    try:
        with served(WebSettings(listen="[::1]:0")) as browser:
            assert browser.get("/", Host="[::1]").status == 200
    except OSError as error:
        pytest.skip(f"this machine has no IPv6 loopback: {error}")


@pytest.mark.parametrize("listen", ["0.0.0.0:9776", "[::]:9776", "192.0.2.1:9776"])
@pytest.mark.parametrize("given", [(), ("users",), ("tls",)])
def test_other_computers_are_refused_without_tls_and_user(listen: str, given: tuple[str, ...], tmp_path: Path) -> None:
    users = {"prometheus": HASH} if "users" in given else {}
    cert, key = (tmp_path / "c.pem", Secret(tmp_path / "k.pem")) if "tls" in given else (None, None)
    with pytest.raises(ValueError, match=r"^listen: .* demands cert_file, key_file and a user in basic_auth_users; "):
        WebSettings(listen=listen, cert_file=cert, key_file=key, basic_auth_users=users)


def test_a_certificate_needs_its_key(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^cert_file: works only together with key_file"):
        WebSettings(cert_file=tmp_path / "c.pem")


@pytest.mark.parametrize("stored", ["secret", "", "$2b$31$" + "a" * 53, "$1$abc", HASH + "\n"])
def test_a_password_is_never_stored_plainly(stored: str) -> None:
    with pytest.raises(ValueError, match=r"^basic_auth_users: 'ani' .*htpasswd -nBC 10 NAME") as refused:
        WebSettings(basic_auth_users={"ani": stored})
    assert not stored or stored not in str(refused.value)


# ---- TLS and users ----


def basic(name: str = "prometheus", password: str = PASSWORD) -> str:
    return "Basic " + b64encode(f"{name}:{password}".encode()).decode()


@contextmanager
def secured(folder: Path) -> Iterator[Browser]:
    ca, cert, key = trustme.CA(), folder / "cert.pem", folder / "key.pem"
    made = ca.issue_cert("localhost")
    made.cert_chain_pems[0].write_to_path(str(cert))
    made.private_key_pem.write_to_path(str(key))
    users = {"prometheus": HASH}
    settings = WebSettings(listen=OUTSIDE, cert_file=cert, key_file=Secret(key), basic_auth_users=users)
    with served(settings) as browser:
        yield Browser(("127.0.0.1", browser.address[1]), trusting(ca))


def trusting(ca: trustme.CA) -> ssl.SSLContext:
    trust = ssl.create_default_context()
    ca.configure_trust(trust)
    return trust


def test_tls_and_basic_authentication_are_served(tmp_path: Path) -> None:
    with secured(tmp_path) as browser:
        assert browser.get("/metrics", Authorization=basic(), Host="counter1.example").body == PAGE
        reply = browser.get("/metrics")
        assert reply.status == 401
        assert reply.headers["Www-Authenticate"].startswith('Basic realm="JagaLoket"')
        assert browser.get("/metrics", Authorization=basic(password="wrong")).status == 401
        assert browser.get("/nothing").status == 401


def test_a_long_page_is_squeezed_for_far_readers(tmp_path: Path) -> None:
    with secured(tmp_path) as browser:
        reply = browser.get("/metrics", Authorization=basic(), Accept_Encoding="gzip, deflate")
    assert reply.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(reply.body) == PAGE
    assert len(reply.body) < len(PAGE) / 10


def test_old_tls_is_refused(tmp_path: Path) -> None:
    with secured(tmp_path) as browser:
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.set_ciphers("ALL:@SECLEVEL=0")
        old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            old.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises(OSError):  # noqa: PT011 - an alert or a hang-up
            Browser(browser.address, old).get("/")


def test_plain_http_on_the_tls_port_says_so(tmp_path: Path) -> None:
    with secured(tmp_path) as browser:
        reply = Browser(browser.address).get("/")
    assert reply.status == 400
    assert b"https" in reply.body


def test_a_stalled_handshake_delays_nobody(tmp_path: Path) -> None:
    with secured(tmp_path) as browser, Browser(browser.address).dial() as line:
        line.sendall(b"\x16\x03\x01\x02\x00\x01")
        assert browser.get("/metrics", Authorization=basic()).status == 200


def test_a_certificate_that_cannot_be_used_says_what_to_do(tmp_path: Path) -> None:
    cert, key = tmp_path / "c.pem", Secret(tmp_path / "k.pem")
    server = WebServer(WebSettings(listen="127.0.0.1:0", cert_file=cert, key_file=key), pages())
    with pytest.raises(OSError, match=r"^web.cert_file: cannot use .*c.pem with .*k.pem: .*; write PEM files"):
        server.start()


def test_a_page_that_hangs_holds_only_its_own_worker() -> None:
    go = threading.Event()

    def hanging(_request: Request) -> Answer:
        go.wait(10)
        return Answer(body=b"late")

    with served(shown={**pages(), "/hang": hanging}) as browser, browser.dial() as line:
        line.sendall(HEAD.replace(b"/metrics", b"/hang"))
        assert browser.get("/metrics").status == 200
        go.set()
        assert hear(line).body == b"late"
