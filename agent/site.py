"""The site as a WSGI application (PEP 3333): a few pages, and who may see them or send something."""

import gzip
import hmac
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIEnvironment

from agent.auth import Users, Verdict
from probes.secret import Secret

log = logging.getLogger(__name__)

NOTHING_ALLOWED = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""The Content-Security-Policy of a page that loads nothing."""
PLAIN = "text/plain; charset=utf-8"
_WORTH_GZIP_BYTES = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a page may know of a request. Nothing of it may end in a metric's label."""

    query: Mapping[str, list[str]] = field(default_factory=lambda: MappingProxyType({}))
    accept: str = ""
    accept_language: str = ""
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A page's answer."""

    body: bytes
    content_type: str = PLAIN
    status: HTTPStatus = HTTPStatus.OK
    policy: str = NOTHING_ALLOWED
    headers: tuple[tuple[str, str], ...] = ()


Page = Callable[[Request], Answer]


def later(make: Callable[[], Page]) -> Page:
    """A page whose modules are loaded when somebody first asks for it. make: called once."""
    made = cache(make)

    def page(request: Request) -> Answer:
        return made()(request)

    return page


def refusal(status: HTTPStatus, text: str, *headers: tuple[str, str]) -> Answer:
    """A short answer in words: what is wrong, and what to do."""
    return Answer(body=f"{text}\n".encode(), status=status, headers=headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The pages by their exact path, and the rules at the door.

    hosts: names by which a browser may call the site, without port; empty for any. On loopback this is what stops
    a foreign web page from reading the site through a name of its own (DNS rebinding).
    users: who may look; None for everybody who can connect.
    squeeze: send long pages with gzip to those who take it.
    receivers: pages for what is sent (POST), by their exact path. token: who sends must bear it; all_bear: who
    reads, too.
    """

    pages: Mapping[str, Page]
    hosts: frozenset[str] = frozenset()
    users: Users | None = None
    squeeze: bool = False
    receivers: Mapping[str, Page] = field(default_factory=lambda: MappingProxyType({}))
    token: Secret | None = None
    all_bear: bool = False

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        answer = self._refused(environ) or self._page(environ)
        body, headers = answer.body, list(answer.headers)
        if self.squeeze and len(body) > _WORTH_GZIP_BYTES and "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
            body = gzip.compress(body, 1)
            headers.append(("Content-Encoding", "gzip"))
        headers += [
            ("Content-Type", answer.content_type),
            ("Content-Length", str(len(body))),
            ("Content-Security-Policy", answer.policy),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Cache-Control", "no-store"),
        ]
        start_response(f"{answer.status.value} {answer.status.phrase}", headers)
        return () if environ["REQUEST_METHOD"] == "HEAD" else (body,)

    def _refused(self, environ: WSGIEnvironment) -> Answer | None:
        """Why this request gets no page; None where it gets one."""
        sends = environ.get("PATH_INFO", "") in self.receivers
        allowed = ("POST",) if sends else ("GET", "HEAD")
        if environ["REQUEST_METHOD"] not in allowed:
            text = f"Only {' and '.join(allowed)} work here."
            return refusal(HTTPStatus.METHOD_NOT_ALLOWED, text, ("Allow", ", ".join(allowed)))
        return self._misdirected(environ) or self._unborne(environ, sends=sends) or self._stranger(environ)

    def _misdirected(self, environ: WSGIEnvironment) -> Answer | None:
        host = environ.get("HTTP_HOST")
        if self.hosts and host is not None and _bare(host) not in self.hosts:
            names = ", ".join(sorted(self.hosts))
            return refusal(HTTPStatus.MISDIRECTED_REQUEST, f"This server is called one of: {names}.")
        return None

    def _unborne(self, environ: WSGIEnvironment, *, sends: bool) -> Answer | None:
        """What is sent comes with the token, and says how long it is."""
        if self.token is not None and (sends or self.all_bear) and not _bears(environ, self.token):
            wanted = ("WWW-Authenticate", 'Bearer realm="JagaLoket"')
            return refusal(HTTPStatus.UNAUTHORIZED, "The bearer token of token_file, please.", wanted)
        if sends and not environ.get("CONTENT_LENGTH"):
            return refusal(HTTPStatus.LENGTH_REQUIRED, "A Content-Length, please; chunks are not taken.")
        return None

    def _stranger(self, environ: WSGIEnvironment) -> Answer | None:
        if self.users is None:
            return None
        verdict = self.users.check(environ.get("HTTP_AUTHORIZATION", ""), environ.get("REMOTE_ADDR", ""))
        if verdict is Verdict.TOO_MANY:
            return refusal(HTTPStatus.TOO_MANY_REQUESTS, "Too many wrong tries: wait a minute.", ("Retry-After", "60"))
        if verdict is Verdict.WRONG:
            wanted = ("WWW-Authenticate", 'Basic realm="JagaLoket", charset="UTF-8"')
            return refusal(HTTPStatus.UNAUTHORIZED, "Name and password, please.", wanted)
        return None

    def _page(self, environ: WSGIEnvironment) -> Answer:
        pages = {**self.pages, **self.receivers}
        page = pages.get(environ.get("PATH_INFO", ""))
        if page is None:
            return refusal(HTTPStatus.NOT_FOUND, f"There is no such page; there are: {', '.join(sorted(pages))}")
        try:
            return page(_request(environ))
        except Exception:
            log.exception("web: a page failed; this is a bug, please report it")
            return refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "This page failed; the agent's log says why.")


def _request(environ: Mapping[str, Any]) -> Request:
    try:
        query = parse_qs(environ.get("QUERY_STRING", ""), max_num_fields=64)
    except ValueError:
        query = {}
    # The gate has let the whole body in, and no more than it allows: reading does not wait.
    body = environ["wsgi.input"].read() if environ["REQUEST_METHOD"] == "POST" else b""
    return Request(
        body=body,
        query=query,
        accept=environ.get("HTTP_ACCEPT", ""),
        accept_language=environ.get("HTTP_ACCEPT_LANGUAGE", ""),
    )


def _bears(environ: Mapping[str, Any], token: Secret) -> bool:
    """Whether the request bears the token; compared in constant time."""
    scheme, _, told = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    try:
        wanted = token.reveal()
    except (OSError, ValueError):
        log.exception("web: the token file cannot be read; nobody gets in")
        return False
    return scheme.lower() == "bearer" and hmac.compare_digest(told.strip().encode(), wanted.encode())


def _bare(host: str) -> str:
    """A Host header without its port: "[::1]:9776" is "[::1]"."""
    name, colon, port = host.strip().lower().rpartition(":")
    return name if colon and port.isdigit() else host.strip().lower()
