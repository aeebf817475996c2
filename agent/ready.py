"""Tells the service manager how the agent is: the protocol of sd_notify(3), one datagram a message, no library.

The watchdog is fed by the watch loop itself, and only while every critical part is well: a side thread would go on
feeding beside a loop that is stuck.
"""

import logging
import os
import socket
import time
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass

from agent.watch import Watch
from probes.text import clean

log = logging.getLogger("jagaloket.ready")

FEEDS_PER_WATCHDOG = 3
"""Two feeds may be late before the manager acts."""
_SEND_SECONDS = 1.0
"""PID 1 may be busy; the loop does not wait for it for long (a feed that is lost comes again)."""
_STATUS_BYTES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Manager:
    """The service manager, or nobody.

    address: its socket, "" where there is none; "@..." is one without a file (abstract, unix(7)).
    watchdog_seconds: how long it waits for a sign of life before it restarts the agent; None: it does not wait.
    """

    address: str = ""
    watchdog_seconds: float | None = None

    def ready(self, status: str) -> None:
        """The agent works, also again after reloading()."""
        self._tell("READY=1", _status(status))

    def reloading(self) -> None:
        """The agent reads its configuration anew; ready() follows."""
        self._tell("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """The agent ends by itself from now on."""
        self._tell("STOPPING=1", _status("stopping"))

    def status(self, text: str) -> None:
        """One line for people, as `systemctl status` shows it."""
        self._tell(_status(text))

    def feed(self) -> None:
        """A sign of life."""
        self._tell("WATCHDOG=1")

    def _tell(self, *lines: str) -> None:
        """Never raises: an agent that cannot reach its manager still watches."""
        if not self.address:
            return
        address = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as wire:
                wire.settimeout(_SEND_SECONDS)
                wire.sendto("\n".join(lines).encode(), address)
        except OSError as error:
            log.warning("the service manager at %s does not hear: %s", clean(self.address), error.strerror or error)


def manager(environ: MutableMapping[str, str] = os.environ) -> Manager:
    """Who started this process, by $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID.

    The variables are taken out: children are no parts of the service and must not speak for it.
    """
    address = environ.pop("NOTIFY_SOCKET", "")
    pid, microseconds = environ.pop("WATCHDOG_PID", ""), environ.pop("WATCHDOG_USEC", "")
    if not address.startswith(("/", "@")):
        return Manager()
    meant = not pid or pid == str(os.getpid())
    period = int(microseconds) / 1e6 if meant and microseconds.isdecimal() else 0.0
    return Manager(address=address, watchdog_seconds=period or None)


def attend(to: Manager, watch: Watch, *, status: Callable[[], str], critical: Callable[[], Mapping[str, str]]) -> None:
    """Say "ready" as soon as the loop runs, then feed the watchdog from it.

    critical: each part without which the agent is of no use, with "" or why it fails; only a new start mends it.
    """
    watch.call(lambda: to.ready(status()))
    if to.watchdog_seconds is not None:
        watch.every(to.watchdog_seconds / FEEDS_PER_WATCHDOG, lambda: feed_if_well(to, critical()))


def feed_if_well(to: Manager, parts: Mapping[str, str]) -> None:
    """A sign of life; none while a critical part fails, so that the manager starts the agent anew."""
    failing = [why for why in parts.values() if why]
    if not failing:
        to.feed()
        return
    for why in failing:
        log.error("the watchdog gets no sign of life: %s", why)
    to.status("; ".join(failing))


def _status(text: str) -> str:
    return f"STATUS={clean(text, _STATUS_BYTES)}"
