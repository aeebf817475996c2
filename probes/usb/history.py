"""What a probe remembers of one USB device between looks: coming and going, speed, over-currents."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from probes.usb.device import UsbDevice

SETTLE_SECONDS = 8.0
"""Before this age a device may still be waiting for its driver or its firmware."""

Address = tuple[int, int]
"""Bus and device number of one enumeration."""

_EVENTS_LIMIT = 1000
_ADDRESSES_LIMIT = 32
"""Enumerations kept apart; the kernel reuses a number after 127."""


@dataclass(slots=True, kw_only=True)
class History:
    """Times are monotonic seconds. window_seconds: how long a reconnect or an over-current counts as recent.

    last: the device as last seen. seen_at: when this enumeration was first seen. changed_at: when the device
    last came or went. moved_from: the port before the present one. replaced: the serial number before the
    present one. fastest: the best speed ever seen, bits per second. lacking_since: since when this enumeration
    has been seen without a driver that it needs.
    """

    window_seconds: float
    last: UsbDevice | None = None
    present: bool = False
    seen_at: float = 0.0
    changed_at: float | None = None
    reconnects: int = 0
    moved_from: str = ""
    replaced: str = ""
    fastest: float = 0.0
    lacking_since: float | None = None
    _recent: deque[float] = field(default_factory=lambda: deque(maxlen=_EVENTS_LIMIT))
    _cut_offs: deque[float] = field(default_factory=lambda: deque(maxlen=_EVENTS_LIMIT))
    _known: frozenset[Address] = frozenset()
    _counted: deque[Address] = field(default_factory=lambda: deque(maxlen=_ADDRESSES_LIMIT))

    def see(self, device: UsbDevice, matches: list[UsbDevice], *, heard: Sequence[Address], now: float) -> None:
        """A look found the device. matches: all that fit. heard: enumerations that events told of since the last look.

        An event may be heard before or after the look that sees its device: each enumeration counts once.
        """
        before, known = self.last, device.address in self._known
        arrivals = self._count([*heard, *([] if known else [device.address])])
        self._reconnect(arrivals if before is not None else arrivals - 1, now)
        if before is None or not known:
            self.lacking_since = None
            self.seen_at = now
            self.changed_at = now - (device.connected_seconds or 0.0)
        if before is not None and not known:
            self._compare(before, device)
        self._count_cut_offs(before, device, now)
        self.last, self.present = device, True
        self.fastest = max(self.fastest, device.speed_bits_per_second or 0.0)
        self._known = frozenset(match.address for match in matches)
        self._count(self._known)

    def miss(self, *, heard: Sequence[Address], now: float) -> None:
        """A look did not find the device."""
        arrivals = self._count(heard)
        self._reconnect(arrivals if self.last is not None else 0, now)
        if self.present or self.changed_at is None:
            self.changed_at = now
        self.present, self._known = False, frozenset()

    def age(self, device: UsbDevice, now: float) -> float:
        """How long the present enumeration has lasted, seconds."""
        watched = now - self.seen_at if self.last is not None and self.last.address == device.address else 0.0
        return max(watched, device.connected_seconds or 0.0)

    def lack(self, device: UsbDevice, now: float, *, lacks: bool) -> None:
        """Whether the device, just seen, lacks a driver: what it lacks at first sight, it has lacked all its life."""
        if not lacks:
            self.lacking_since = None
        elif self.lacking_since is None:
            first = self.seen_at == now
            self.lacking_since = now - (device.connected_seconds or 0.0) if first else now

    def lacking_seconds(self, now: float) -> float:
        """How long the device has lacked a driver."""
        return 0.0 if self.lacking_since is None else now - self.lacking_since

    def missing_seconds(self, now: float) -> float:
        """How long the device has been away."""
        return 0.0 if self.present or self.changed_at is None else now - self.changed_at

    def recent_reconnects(self, now: float) -> int:
        """How often it came back within the window."""
        return self._within(self._recent, now)

    def recent_cut_offs(self, now: float) -> int:
        """How often its port was cut off for over-current within the window."""
        return self._within(self._cut_offs, now)

    def _within(self, times: deque[float], now: float) -> int:
        return sum(now - time < self.window_seconds for time in times)

    def _count(self, addresses: Iterable[Address]) -> int:
        """How many of these enumerations were not counted before; they are from now on."""
        fresh = [address for address in dict.fromkeys(addresses) if address not in self._counted]
        self._counted.extend(fresh)
        return len(fresh)

    def _reconnect(self, count: int, now: float) -> None:
        count = max(count, 0)
        self.reconnects += count
        self._recent.extend([now] * min(count, _EVENTS_LIMIT))

    def _compare(self, before: UsbDevice, device: UsbDevice) -> None:
        self.moved_from = before.port if before.port != device.port else ""
        if before.words.serial and device.words.serial:
            self.replaced = before.words.serial if before.words.serial != device.words.serial else ""

    def _count_cut_offs(self, before: UsbDevice | None, device: UsbDevice, now: float) -> None:
        if before is None or before.port != device.port or None in (before.over_currents, device.over_currents):
            return
        more = (device.over_currents or 0) - (before.over_currents or 0)
        self._cut_offs.extend([now] * max(0, min(more, _EVENTS_LIMIT)))
