"""What every fake helpdesk is: tickets, a web server before them, and tricks that spoil chosen answers."""

import json
import socket
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

TOKEN = "canary-5e1f0c-token"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    raw: bytes

    @property
    def writes(self) -> bool:
        """Whether it is to change something; a login is not."""
        return self.method not in ("GET", "HEAD") and not self.path.endswith("/token")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; body: JSON, or bytes as they are."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def raw(self) -> bytes:
        return (
            self.body if isinstance(self.body, bytes) else b"" if self.body is None else json.dumps(self.body).encode()
        )

    def lines(self, *, length: int | None = None) -> bytes:
        kind = {"Content-Type": "application/json; charset=utf-8", **self.headers}
        kind["Content-Length"] = str(len(self.raw) if length is None else length)
        head = "".join(f"{name}: {value}\r\n" for name, value in kind.items())
        return f"HTTP/1.1 {self.status} Reason\r\n{head}\r\n".encode()


Play = Callable[[socket.socket, Answer, threading.Event], None]
"""Gives an answer in its own way; the event is set when the test is over. The connection is closed after it."""


@dataclass(slots=True, kw_only=True)
class Trick:
    """What is done to the next requests that fit. does: whether what was asked is done all the same."""

    play: Play
    does: bool = True
    fits: Callable[[Asked], bool] = lambda asked: asked.writes
    times: int = 1


def instead(status: int, body: Any = None, **headers: str) -> Play:  # noqa: ANN401 - JSON
    """Another answer than the true one."""
    other = Answer(status, body, {name.replace("_", "-"): value for name, value in headers.items()})

    def play(caller: socket.socket, _answer: Answer, _over: threading.Event) -> None:
        caller.sendall(other.lines() + other.raw)

    return play


def hang_up(caller: socket.socket, _answer: Answer, _over: threading.Event) -> None:
    """No answer at all."""
    del caller


def cut_short(caller: socket.socket, answer: Answer, _over: threading.Event) -> None:
    """The answer's first half; the head promises the whole."""
    caller.sendall(answer.lines() + answer.raw[: len(answer.raw) // 2])


def half_json(caller: socket.socket, answer: Answer, _over: threading.Event) -> None:
    """The answer's first half as if it were all."""
    half = Answer(answer.status, answer.raw[: len(answer.raw) // 2])
    caller.sendall(half.lines() + half.raw)


def mute(caller: socket.socket, _answer: Answer, over: threading.Event) -> None:
    """Nothing, for as long as anybody waits."""
    del caller
    over.wait(30)


def drips(caller: socket.socket, answer: Answer, over: threading.Event) -> None:
    """The answer byte by byte, so that no single read takes long."""
    for byte in answer.lines(length=100_000) + answer.raw + b" " * 100_000:
        caller.sendall(bytes([byte]))
        if over.wait(0.02):
            return


def huge(caller: socket.socket, answer: Answer, _over: threading.Event) -> None:
    """Far more than anybody asked for."""
    body = Answer(answer.status, b" " * (3 << 20))
    caller.sendall(body.lines() + body.raw)


@dataclass(slots=True)
class Paper:
    """A ticket as people at the helpdesk see it. notes: id, author, text."""

    id: int
    title: str
    text: str
    fields: dict[str, Any] = field(default_factory=dict)
    notes: list[tuple[int, str, str]] = field(default_factory=list)
    closed: bool = False
    person: str = ""
    gone: bool = False


class FakeDesk(ABC):
    """A helpdesk. tricks: the first that fits a request is played. asked: every request, in order."""

    US = "jagaloket"

    def __init__(self) -> None:
        self.papers: dict[int, Paper] = {}
        self.tricks: list[Trick] = []
        self.asked: list[Asked] = []
        self.filters = True
        """Whether the search minds what it is asked for."""
        self.indexed = True
        """Whether the search knows the newest tickets."""
        self.may_close = True
        """Whether our user may set the status that solves a ticket."""
        self.token = TOKEN
        self._serial = 0
        self._guard = threading.Lock()
        self._over = threading.Event()
        self._server = _server(self)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @abstractmethod
    def act(self, asked: Asked) -> Answer:
        """Do what is asked, as the real one would."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def serial(self) -> int:
        self._serial += 1
        return self._serial

    def file(self, title: str, text: str = "", **fields: Any) -> Paper:  # noqa: ANN401 - JSON
        paper = Paper(self.serial(), title, text, fields)
        self.papers[paper.id] = paper
        return paper

    def write_note(self, paper: Paper, text: str, author: str = US) -> None:
        paper.notes.append((self.serial(), author, text))

    def bearing(self, text: str) -> list[Paper]:
        """The tickets with this text in their title that are not doubles, as people would count them."""
        return [one for one in self.papers.values() if text in one.title and not one.gone]

    def found(self, text: str) -> list[Paper]:
        """What the search says, newest first."""
        if not self.indexed:
            return []
        hits = [one for one in self.papers.values() if (text in one.title or not self.filters) and not one.gone]
        return sorted(hits, key=lambda one: -one.id)

    def there(self, name: str) -> Paper | None:
        paper = self.papers.get(int(name)) if name.isdecimal() else None
        return None if paper is None or paper.gone else paper

    def serve(self, asked: Asked) -> tuple[Answer, Play | None]:
        with self._guard:
            self.asked.append(asked)
            trick = next((one for one in self.tricks if one.times > 0 and one.fits(asked)), None)
            if trick is None:
                return self.act(asked), None
            trick.times -= 1
            return (self.act(asked) if trick.does else Answer(200, {})), trick.play

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """Refuse everybody from now on."""
        self._over.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._server.server_close()
            self._thread.join(5)


def _server(desk: FakeDesk) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - http.server's own signature
            """Say nothing."""

        def _serve(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            asked = Asked(
                method=self.command,
                path=parts.path,
                query=dict(parse_qsl(parts.query, keep_blank_values=True)),
                headers={name.lower(): value for name, value in self.headers.items()},
                body=json.loads(raw) if raw and self.headers.get_content_subtype() == "json" else None,
                raw=raw,
            )
            answer, play = desk.serve(asked)
            try:
                if play is None:
                    self.wfile.write(answer.lines() + (b"" if self.command == "HEAD" else answer.raw))
                    return
                self.close_connection = True
                self.wfile.flush()
                play(self.connection, answer, desk._over)
            except OSError:
                self.close_connection = True

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - http.server's own names

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - socketserver's own signature
            """Callers that are killed reset their connections; anything else is the fake's own defect."""
            if not isinstance(sys.exception(), ConnectionError):
                super().handle_error(request, client_address)

    return Server(("127.0.0.1", 0), Handler)
