"""The service manager's end of sd_notify(3): a datagram socket that keeps what it was told."""

import socket
import time
from types import TracebackType
from typing import Self


class NotifySocket:
    """address: what belongs into $NOTIFY_SOCKET; "@..." makes one without a file."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(f"\0{address[1:]}" if address.startswith("@") else address)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def next(self, within_seconds: float = 10.0) -> list[str]:
        """The lines of the next message; [] when none comes."""
        self._socket.settimeout(max(0.001, within_seconds))
        try:
            return self._socket.recv(4096).decode().splitlines()
        except TimeoutError:
            return []

    def until(self, line: str, within_seconds: float = 10.0) -> list[str]:
        """Every line up to the message with this one; fails when it does not come."""
        told: list[str] = []
        end = time.monotonic() + within_seconds
        while line not in told:
            left = end - time.monotonic()
            assert left > 0, f"{line} did not come; told was {told}"
            told += self.next(left)
        return told

    def drain(self) -> None:
        """Forget what came so far."""
        while self.next(0):
            pass
