"""A line between two programs on loopback that can be cut, and that counts what goes over it."""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self


class CutLink:
    """Forwards to a port. sent_bytes: what the callers sent; cut(): nobody gets through until mend()."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._is_cut = False
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.sent_bytes = 0
        self.refused = 0

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        """What is under way breaks off, too."""
        with self._lock:
            self._is_cut = True
            for one in self._open:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self._is_cut = False

    def _accept(self) -> None:
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return
            if self._is_cut:
                self.refused += 1
                caller.close()
                continue
            threading.Thread(target=self._serve, args=(caller,), daemon=True).start()

    def _serve(self, caller: socket.socket) -> None:
        """One caller, until both sides have ended."""
        with caller, socket.create_connection(("127.0.0.1", self._to)) as other:
            with self._lock:
                self._open |= {caller, other}
            back = threading.Thread(target=self._pump, args=(other, caller), daemon=True)
            back.start()
            self._pump(caller, other)
            back.join()
            with self._lock:
                self._open -= {caller, other}

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if target.getpeername()[1] == self._to:
                    self.sent_bytes += len(data)
                target.sendall(data)
        for one in (source, target):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
