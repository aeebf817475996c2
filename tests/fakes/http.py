"""A TCP server on loopback that plays a script to each caller: good HTTP, bad HTTP, TLS or nothing at all."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

Script = Callable[[socket.socket, threading.Event], None]
"""Plays to one caller; the event is set when the test is over."""


def says(raw: bytes, *, wait_for_request: bool = True) -> Script:
    """Read a request, send these bytes, hang up."""

    def play(caller: socket.socket, over: threading.Event) -> None:
        del over
        if wait_for_request:
            caller.recv(4096)
        caller.sendall(raw)

    return play


def page(status: int, body: bytes = b"", *headers: str) -> Script:
    """A proper answer."""
    lines = (f"HTTP/1.1 {status} Reason", f"Content-Length: {len(body)}", *headers)
    return says("\r\n".join((*lines, "", "")).encode() + body)


def drips(raw: bytes, seconds: float) -> Script:
    """The same byte by byte, so slowly that no single read times out."""

    def play(caller: socket.socket, over: threading.Event) -> None:
        for byte in raw:
            caller.sendall(bytes([byte]))
            if over.wait(seconds):
                return

    return play


def mute(caller: socket.socket, over: threading.Event) -> None:
    """Let everybody in and say nothing."""
    del caller
    over.wait(30)


def closes(caller: socket.socket, over: threading.Event) -> None:
    """Let everybody in and hang up."""
    del caller, over


class HttpServer:
    """Serves from threads; callers: how many came. stop() and start() keep the port."""

    def __init__(
        self, script: Script = closes, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1", port: int = 0
    ) -> None:
        self.script = script
        self.host = host
        self.callers = 0
        self.port = port
        self.tls = tls
        self._over = threading.Event()
        self._came = threading.Condition()
        self._listener: socket.socket | None = None
        self._threads: list[threading.Thread] = []

    @property
    def at(self) -> str:
        """host:port."""
        return f"{self.host}:{self.port}"

    def start(self) -> None:
        """Listen, on the same port as before."""
        kind = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        self._listener = socket.create_server((self.host, self.port), family=kind)
        self.port = self._listener.getsockname()[1]
        thread = threading.Thread(target=self._accept, args=(self._listener,), daemon=True)
        self._threads.append(thread)
        thread.start()

    def wait_for_callers(self, count: int) -> int:
        """How many came, once at least so many did (a caller may be in before the thread here has seen it)."""
        with self._came:
            self._came.wait_for(lambda: self.callers >= count, timeout=5)
            return self.callers

    def stop(self) -> None:
        """Refuse everybody from now on."""
        listener, self._listener = self._listener, None
        if listener:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                caller, _ = listener.accept()
            except OSError:
                return
            with self._came:
                self.callers += 1
                self._came.notify_all()
            thread = threading.Thread(target=self._play, args=(caller,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _play(self, caller: socket.socket) -> None:
        with caller, contextlib.suppress(OSError):
            caller.settimeout(10)
            if self.tls is None:
                self.script(caller, self._over)
                return
            with self.tls.wrap_socket(caller, server_side=True) as secured:
                self.script(secured, self._over)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self.stop()
        for thread in self._threads:
            thread.join(5)


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
