"""A printer behind a pseudo-terminal: a real tty for the probe, with its own line discipline and settings."""

import fcntl
import os
import pty
import select
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from tests.fakes.rawprinter import Answer


class SerialPrinter:
    """Serves one language on a pty; path is what the probe opens."""

    def __init__(self, language: Answer) -> None:
        self.language = language
        self._own, self._theirs = pty.openpty()
        self.path = os.ttyname(self._theirs)
        self._stop_read, self._stop_write = os.pipe()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.write(self._stop_write, b"x")
        self._thread.join(5)
        for file in (self._own, self._theirs, self._stop_read, self._stop_write):
            os.close(file)

    @property
    def speed(self) -> int:
        """The speed that was set last, as termios codes it."""
        speed: int = termios.tcgetattr(self._theirs)[5]
        return speed

    @contextmanager
    def locked(self) -> Iterator[None]:
        """While another program has the port for itself."""
        with open(self.path, "rb", buffering=0) as other:  # noqa: PTH123 - a file object is wanted
            fcntl.flock(other, fcntl.LOCK_EX)
            yield

    def _serve(self) -> None:
        heard = b""
        while self._stop_read not in (ready := select.select([self._own, self._stop_read], [], [])[0]):
            del ready
            answer, heard = self.language(heard + os.read(self._own, 4096))
            os.write(self._own, answer)
