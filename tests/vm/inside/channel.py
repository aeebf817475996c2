"""The guest's end of the rig: runs the host's commands, and answers.

JSON lines over a virtio-serial port: {"id": 1, "sh": "...", "timeout": 30} -> {"id": 1, "rc": 0, "out": "..."}.
Says {"hello": ...} when it starts. Standard library only: it runs in the guest.
"""

import json
import os
import subprocess
import threading
import time
from typing import Any

PORT = "/dev/virtio-ports/rig"


class Channel:
    """Reads commands and runs each on a thread of its own."""

    def __init__(self) -> None:
        self._file = os.open(PORT, os.O_RDWR)
        self._lock = threading.Lock()

    def serve(self) -> None:
        """Until the guest ends."""
        self._send({"hello": time.clock_gettime(time.CLOCK_BOOTTIME)})
        rest = b""
        while True:
            more = os.read(self._file, 65536)
            if not more:  # nobody on the host's end
                time.sleep(0.05)
            *lines, rest = (rest + more).split(b"\n")
            for line in lines:
                threading.Thread(target=self._run, args=(json.loads(line),), daemon=True).start()

    def _run(self, command: dict[str, Any]) -> None:
        try:
            done = subprocess.run(
                ["bash", "-c", command["sh"]],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=command["timeout"],
                check=False,
            )
            code, out = done.returncode, done.stdout
        except subprocess.TimeoutExpired as error:
            code, out = 124, error.stdout or b""
        self._send({"id": command["id"], "rc": code, "out": out.decode(errors="replace")})

    def _send(self, answer: dict[str, Any]) -> None:
        data = json.dumps(answer).encode() + b"\n"
        with self._lock:
            while data:
                data = data[os.write(self._file, data) :]


if __name__ == "__main__":
    Channel().serve()
