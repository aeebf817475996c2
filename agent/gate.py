"""Lets a connection through to the web server's few workers only when its whole request head has come.

A client that is slow, silent or endless waits here, in one thread, at the cost of one descriptor, and not for
long; it never holds a worker. TLS handshakes happen here too, for they can be as slow.
"""

import logging
import selectors
import socket
import ssl
import threading
import time
from collections.abc import Callable

from agent.guest import Allowance, Guest

log = logging.getLogger(__name__)

_CHUNK_BYTES = 8192

LetIn = Callable[[socket.socket, bytes, str], bool]
"""Takes over a connection, what it sent and its address; False when there is no room (then the gate keeps it)."""


class Gate:
    """Accepts connections of one listening socket, in one thread of its own, and closes it at the end."""

    def __init__(
        self,
        listener: socket.socket,
        let_in: LetIn,
        *,
        tls: ssl.SSLContext | None = None,
        allowance: Allowance | None = None,
    ) -> None:
        self._listener = listener
        self._let_in = let_in
        self._tls = tls
        self._allowance = allowance or Allowance()
        self._guests: dict[Guest, None] = {}
        self._selector = selectors.DefaultSelector()
        self._bell, self._ear = socket.socketpair()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="web-gate", daemon=True)

    def start(self) -> None:
        """Begin to accept."""
        self._listener.settimeout(0)
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._ear, selectors.EVENT_READ)
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether somebody stands at the gate."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Accept no more, and hang up on those who wait."""
        self._stopping.set()
        self._bell.send(b"\0")
        self._thread.join()
        for guest in tuple(self._guests):
            self._hang_up(guest)
        self._selector.close()
        for end in (self._listener, self._bell, self._ear):
            end.close()

    def _run(self) -> None:
        while not self._stopping.is_set():
            deadline = min((guest.deadline for guest in self._guests), default=None)
            timeout = None if deadline is None else max(0.0, deadline - time.monotonic())
            for key, _ in self._selector.select(timeout):
                if key.fileobj is self._listener:
                    self._accept()
                elif isinstance(key.data, Guest) and key.data in self._guests:
                    self._listen_to(key.data)
            self._dismiss()

    def _accept(self) -> None:
        """Take all who knock now; the one who waited longest makes room for a new one."""
        for _ in range(self._allowance.waiting):
            try:
                connection, (address, *_rest) = self._listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError as error:
                self._make_room(error)
                return
            if len(self._guests) >= self._allowance.waiting:
                self._hang_up(next(iter(self._guests)))
            self._welcome(connection, address)

    def _make_room(self, error: OSError) -> None:
        """No descriptor or no memory is left: give one back, or wait a moment rather than spin."""
        log.warning("web: cannot accept a connection: %s", error)
        if self._guests:
            self._hang_up(next(iter(self._guests)))
        else:
            self._stopping.wait(0.1)

    def _welcome(self, connection: socket.socket, address: str) -> None:
        connection.settimeout(0)
        try:
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        except OSError:
            connection.close()
            return
        deadline = time.monotonic() + self._allowance.head_seconds
        guest = Guest(socket=connection, address=address, deadline=deadline, greeted=self._tls is None)
        self._guests[guest] = None
        self._selector.register(connection, selectors.EVENT_READ, guest)
        self._listen_to(guest)

    def _listen_to(self, guest: Guest) -> None:
        """Read what there is, and decide."""
        try:
            if not guest.greeted and isinstance(guest.socket, ssl.SSLSocket):
                guest.socket.do_handshake()
                guest.greeted = True
            if guest.leaving:
                self._ignore(guest)
            else:
                self._read(guest)
        except (BlockingIOError, ssl.SSLWantReadError):
            return
        except OSError as error:
            if isinstance(error, ssl.SSLError) and error.reason == "HTTP_REQUEST":
                self._correct(guest)
            else:
                self._hang_up(guest)

    def _read(self, guest: Guest) -> None:
        """Read until nothing is left (BlockingIOError, SSLWantReadError) or the guest's fate is decided."""
        while guest in self._guests and not guest.leaving:
            chunk = guest.socket.recv(_CHUNK_BYTES)
            guest.head += chunk
            if guest.head_bytes is None:
                guest.measure(with_body=self._allowance.body_bytes > 0)
            if (guest.head_bytes or len(guest.head)) > self._allowance.head_bytes:
                self._refuse(guest, "431 Request Header Fields Too Large")
            elif guest.body_bytes > self._allowance.body_bytes:
                most = self._allowance.body_bytes
                self._refuse(guest, "413 Content Too Large", f"At most {most} bytes are taken.")
            elif guest.is_complete or (guest.head and not chunk):
                self._pass_on(guest)
            elif not chunk:
                self._hang_up(guest)

    def _ignore(self, guest: Guest) -> None:
        """Read what somebody says who has been answered already."""
        chunk = guest.socket.recv(_CHUNK_BYTES)
        guest.ignored_bytes += len(chunk)
        if not chunk or guest.ignored_bytes > self._allowance.ignored_bytes:
            self._hang_up(guest)

    def _correct(self, guest: Guest) -> None:
        """Somebody speaks http where https is spoken: answer in the language that they understand."""
        self._selector.unregister(guest.socket)
        guest.socket = socket.socket(fileno=guest.socket.detach())
        self._selector.register(guest.socket, selectors.EVENT_READ, guest)
        self._refuse(guest, "400 Bad Request", "This address speaks https: write https:// before it.")

    def _pass_on(self, guest: Guest) -> None:
        """The head is complete (or all there will ever be): a worker takes over."""
        self._selector.unregister(guest.socket)
        if self._let_in(guest.socket, bytes(guest.head), guest.address):
            del self._guests[guest]
        else:
            self._selector.register(guest.socket, selectors.EVENT_READ, guest)
            self._refuse(guest, "503 Service Unavailable")

    def _refuse(self, guest: Guest, status: str, why: str = "") -> None:
        """Say why not, then read on for a moment: to close over unread bytes would tear up the answer."""
        guest.leaving = True
        guest.deadline = time.monotonic() + self._allowance.leave_seconds
        body = f"{why}\n" if why else ""
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nContent-Type: text/plain\r\nConnection: close\r\n"
        try:
            guest.socket.send(f"{head}\r\n{body}".encode())
            guest.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self._hang_up(guest)

    def _dismiss(self) -> None:
        """End the patience with those whose time is over."""
        now = time.monotonic()
        for guest in [guest for guest in self._guests if guest.deadline <= now]:
            if guest.leaving or not guest.head:
                self._hang_up(guest)
            else:
                self._refuse(guest, "408 Request Timeout")

    def _hang_up(self, guest: Guest) -> None:
        del self._guests[guest]
        self._selector.unregister(guest.socket)
        guest.socket.close()
