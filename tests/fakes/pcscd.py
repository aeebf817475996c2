"""A pcscd that answers the two questions the agent asks (pcsc-lite's winscard_msg.h)."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PRESENT, SWALLOWED, POWERED, ABSENT = 0x04, 0x08, 0x10, 0x02


class FakePcscd:
    """readers: (name, state, sharing). asked: the commands that came."""

    def __init__(self, folder: Path) -> None:
        self.readers: list[tuple[bytes, int, int]] = []
        self.major = 4
        self.mute = False
        self.cut_short = False
        self.asked: list[int] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / "pcscd.comm"))
        self._listener.listen()
        (folder / "pcscd.pid").write_text("4711\n")
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                with client, suppress(struct.error, OSError):
                    self._talk(client)

    def _talk(self, client: socket.socket) -> None:
        while True:
            size, command = struct.unpack("=II", client.recv(8))
            self.asked.append(command)
            client.recv(size) if size else b""
            if self.mute:
                client.recv(1)
            client.sendall(self._answer(command)[: 100 if self.cut_short else None])
            if self.cut_short and command == 0x12:
                return

    def _answer(self, command: int) -> bytes:
        if command == 0x11:
            return struct.pack("=iiI", self.major, 4, 0)
        rows = [struct.pack("=128sIIi33s3xII", name, 1, state, use, b"", 0, 0) for name, state, use in self.readers]
        return b"".join(rows).ljust(16 * 184, b"\0")


@contextmanager
def fake_pcscd(folder: Path) -> Iterator[FakePcscd]:
    """A daemon in this folder until the test ends."""
    daemon = FakePcscd(folder)
    try:
        yield daemon
    finally:
        daemon.close()
