"""JSON lines over a socket of QEMU: its monitor (QMP), and the guest's virtio-serial ports."""

import json
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

CONNECT_SECONDS = 20.0


class Wire:
    """One end of such a socket."""

    def __init__(self, path: Path, qemu: "subprocess.Popen[bytes]") -> None:
        """Connect as soon as QEMU listens; fails when it ends before."""
        self._socket = socket.socket(socket.AF_UNIX)
        self._rest = b""
        end = time.monotonic() + CONNECT_SECONDS
        while True:
            try:
                self._socket.connect(str(path))
            except OSError:
                assert qemu.poll() is None, "QEMU did not start; its words are in the file stderr beside the socket"
                assert time.monotonic() < end, f"QEMU opened no {path.name}"
                time.sleep(0.02)
            else:
                return

    def send(self, message: object) -> None:
        self._socket.sendall(json.dumps(message).encode() + b"\n")

    def receive(self, seconds: float) -> dict[str, Any]:
        """The next message. Raises TimeoutError after so many seconds, EOFError when QEMU has gone."""
        end = time.monotonic() + seconds
        while b"\n" not in self._rest:
            self._socket.settimeout(max(0.001, end - time.monotonic()))
            more = self._socket.recv(65536)
            if not more:
                raise EOFError
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        return message

    def close(self) -> None:
        self._socket.close()
