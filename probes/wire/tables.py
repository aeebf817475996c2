"""The kernel's network tables, read again only when the kernel says that something changed (rtnetlink(7) groups).

Three dumps at every look were a fifth of what a link costs.
"""

import os
import socket
import time
import weakref
from collections.abc import Callable
from typing import TypeVar

from probes.wire import route

T = TypeVar("T")

# RTMGRP_LINK, _IPV4_IFADDR, _IPV4_ROUTE, _IPV6_IFADDR, _IPV6_ROUTE of linux/rtnetlink.h
_GROUPS = 0x1 | 0x10 | 0x40 | 0x100 | 0x400
_BUFFER_BYTES = 16_384
_MOST_MESSAGES = 64
_OLD_SECONDS = 30.0
"""Counters change without a word; nothing else does, but words may be lost."""

_OLDEST_SECONDS = 60.0


class Tables:
    """Interfaces, addresses and default routes of the network namespace in which it is first asked.

    All methods raise OSError where the kernel refuses. Not for several threads at once. Answers are as new as the last
    hear().
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._news: int | None = None
        self._kept: dict[Callable[[], object], tuple[float, object]] = {}

    def hear(self) -> None:
        """Take notice of what the kernel told since the last time; call it at each look."""
        if self._changed():
            self._kept.clear()

    def interfaces(self) -> dict[str, route.Interface]:
        """As route.interfaces(); counters are up to 30 s old."""
        return self._get(route.interfaces, _OLD_SECONDS)

    def default_routes(self) -> tuple[route.Route, ...]:
        """As route.default_routes()."""
        return self._get(route.default_routes, _OLDEST_SECONDS)

    def addresses(self) -> tuple[route.Address, ...]:
        """As route.addresses()."""
        return self._get(route.addresses, _OLDEST_SECONDS)

    def forget(self) -> None:
        """Read all of it again at the next question: of a lost carrier the kernel may tell up to a second late."""
        self._kept.clear()

    def _get(self, read: Callable[[], T], old_seconds: float) -> T:
        now = self._clock()
        at, known = self._kept.get(read, (0.0, None))
        if known is None or not 0 <= now - at < old_seconds:
            known = read()
            self._kept[read] = (now, known)
        return known  # type: ignore[return-value] # what this very function returned before

    def _changed(self) -> bool:
        """Whether the kernel told anything since the last question; it may, where it cannot be heard."""
        if self._news is None:
            self._listen()
            return True
        for count in range(_MOST_MESSAGES):
            try:
                os.read(self._news, _BUFFER_BYTES)
            except BlockingIOError:
                return count > 0
            except OSError:
                return True  # ENOBUFS: more was told than there was room for
        return True

    def _listen(self) -> None:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK, 0) as wire:
            wire.bind((0, _GROUPS))
            self._news = wire.detach()
        weakref.finalize(self, os.close, self._news)
