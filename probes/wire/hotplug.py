"""Kernel hotplug events over netlink (NETLINK_KOBJECT_UEVENT, netlink(7)): who plugs what, within milliseconds.

Events are hints that a look is due; what is true is what sysfs tells then. One thread listens for the whole agent
while anyone subscribes, and sleeps in the kernel between events.
"""

import contextlib
import errno
import logging
import os
import select
import socket
import threading
import time
from collections.abc import Callable

from probes.wire.uevent import Event, open_socket, parse

_log = logging.getLogger(__name__)

SETTLE_SECONDS = 10.0
"""This long after the last event everybody looks once more: drivers and firmware had their time by then."""

REOPEN_SECONDS = 5.0
"""The pause before a socket that failed is opened anew."""

_MESSAGE_LIMIT_BYTES = 65536


Hear = Callable[[Event | None], None]
"""Called on the listener's thread, so it must be quick. None: anything may have happened, look."""


class Listener:
    """Hands every USB event to all who subscribed. The first subscriber starts its thread, the last stops it."""

    def __init__(self, open_socket: Callable[[], socket.socket] = open_socket) -> None:
        self._open_socket = open_socket
        self._lock = threading.Lock()
        self._hearers: dict[int, Hear] = {}
        self._next = 0
        self._thread: _Thread | None = None

    def subscribe(self, hear: Hear) -> Callable[[], None]:
        """Call hear(event) from now on; returns how to stop. Raises OSError where netlink is not allowed."""
        with self._lock:
            if self._thread is None:
                self._thread = _Thread(self._open_socket, self._tell)
            key = self._next
            self._next += 1
            self._hearers[key] = hear
        return lambda: self._unsubscribe(key)

    def _unsubscribe(self, key: int) -> None:
        with self._lock:
            self._hearers.pop(key, None)
            idle = None if self._hearers else self._thread
            if idle is not None:
                self._thread = None
        if idle is not None:
            idle.stop()

    def _tell(self, event: Event | None) -> None:
        with self._lock:
            hearers = list(self._hearers.values())
        for hear in hearers:
            try:
                hear(event)
            except Exception:  # noqa: BLE001 -- one subscriber must not silence the others
                _log.exception("a hotplug subscriber failed")


class _Thread:
    """The listening thread and its socket. The socket is bound before the constructor returns: no event is missed."""

    def __init__(self, open_socket: Callable[[], socket.socket], tell: Hear) -> None:
        self._open_socket = open_socket
        self._tell = tell
        self._socket: socket.socket | None = open_socket()
        self._stop = os.eventfd(0, os.EFD_CLOEXEC)
        self._thread = threading.Thread(target=self._run, name="hotplug", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; it holds nothing that could block."""
        os.eventfd_write(self._stop, 1)
        if threading.current_thread() is not self._thread:
            self._thread.join(1)

    def _run(self) -> None:
        due: float | None = None
        try:
            while True:
                files = self._wait(due)
                if self._stop in files:
                    return
                if files or (due is not None and time.monotonic() >= due):
                    due = self._turn(heard=bool(files), due=due)
        finally:
            self._drop()
            os.close(self._stop)

    def _wait(self, due: float | None) -> set[int]:
        """The files that are ready; none when due (a monotonic time) came first."""
        poller = select.poll()
        poller.register(self._stop, select.POLLIN)
        if self._socket is not None:
            poller.register(self._socket, select.POLLIN)
        return {file for file, _ in poller.poll(None if due is None else max(0.0, due - time.monotonic()) * 1000)}

    def _turn(self, *, heard: bool, due: float | None) -> float | None:
        """Receive what came, or do what was due; returns what is due next."""
        if heard:
            return time.monotonic() + SETTLE_SECONDS if self._receive() else self._retry(due)
        if self._socket is None:
            with contextlib.suppress(OSError):
                self._socket = self._open_socket()
        self._tell(None)
        return self._retry(None)

    def _retry(self, due: float | None) -> float | None:
        return due if self._socket is not None else time.monotonic() + REOPEN_SECONDS

    def _receive(self) -> bool:
        """Read one message and tell it; whether a USB device's, or some that were lost."""
        if self._socket is None:
            return False
        try:
            message, _, _, sender = self._socket.recvmsg(_MESSAGE_LIMIT_BYTES)
        except OSError as error:
            return self._lost(error)
        # Only the kernel's own messages come from port 0 (netlink(7)); root may send others to the group.
        event = parse(message) if isinstance(sender, tuple) and sender[0] == 0 else None
        if event is not None:
            self._tell(event)
        return event is not None

    def _lost(self, error: OSError) -> bool:
        """ENOBUFS: the queue ran over and the socket works on. Anything else: a new socket, after a pause.

        Until the queue is empty the kernel drops more without a word, so True: what is told now is not the last look.
        """
        full = error.errno == errno.ENOBUFS
        if not full:
            self._drop()
        _log.warning("USB events were lost (%s): looking at every USB device again", error.strerror)
        self._tell(None)
        return full

    def _drop(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


shared = Listener()
"""The agent's one listener."""
