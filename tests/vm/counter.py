"""The guest as people at the counter know it: equipment, the agent's pages, its tickets."""

import json
import time
from collections.abc import Callable
from typing import Any

from tests.vm.guest import Guest

_PAGE = r"exec 3<>/dev/tcp/127.0.0.1/9776; printf 'GET {} HTTP/1.0\r\nHost: 127.0.0.1:9776\r\n\r\n' >&3; cat <&3"
"""bash alone: starting Python takes the emulated processor most of a second."""


class CounterPc(Guest):
    """A PC at a counter, with or without the agent."""

    def page(self, path: str) -> str:
        """What the agent's web server answers, "" while there is none."""
        return self.sh(_PAGE.format(path), check=False)

    def metric(self, series: str) -> float | None:
        """The value of one series, None when it is absent."""
        for line in self.page("/metrics").splitlines():
            if line.startswith(series + " "):
                return float(line.rpartition(" ")[2])
        return None

    def is_in(self, device: str, state: str) -> bool:
        """Whether the agent says so."""
        return self.metric(f'jagaloket_device_state{{device="{device}",state="{state}"}}') == 1

    def wait_for(self, device: str, state: str, seconds: float = 60) -> None:
        wait(lambda: self.is_in(device, state), seconds, f"{device} to be {state}")

    def tickets(self) -> list[dict[str, Any]]:
        """All tickets, as the command line prints them, the newest first."""
        return list(json.loads(self.sh("jagaloket tickets list --all --json")))

    def store(self, query: str) -> list[list[Any]]:
        """What stands in the agent's store."""
        connect = "import json, sqlite3; store = sqlite3.connect('/var/lib/jagaloket/store.db')"
        return list(
            json.loads(self.sh(f"python3 -c \"{connect}; print(json.dumps(store.execute('{query}').fetchall()))\""))
        )

    def outbox(self) -> list[tuple[str, str]]:
        """Every letter, the oldest first: the ticket's number and what is told."""
        return [(ticket, action) for ticket, action in self.store("SELECT ticket, action FROM outbox ORDER BY id")]

    def unit(self, name: str) -> str:
        """A property of the service, as systemd shows it."""
        return self.sh(f"systemctl show jagaloket --value -p {name}").strip()

    def plug_scanner(self, options: str = "") -> None:
        """Plug the fingerprint scanner of vusb.py in."""
        self.play("fingerprint", options)

    def unplug_scanner(self) -> None:
        self.sh("systemctl stop fingerprint")

    def play(self, name: str, options: str = "") -> None:
        """Plug a device of vusb.py in; it stays until the unit of its name is stopped."""
        self.sh(f"systemd-run --quiet --unit={name} --collect python3 /opt/rig/vusb.py {name} {options}")


def wait(what: Callable[[], object], seconds: float, name: str) -> None:
    """Until it is so."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, f"waited {seconds} s in vain for {name}"
        time.sleep(0.2)
