"""What views show: the latest of each device. Written by the watch, read by pages, metrics and the CLI."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from probes.reading import NO_TEXT, Device, Fault, Reading, State
from probes.text import SafeText


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceView:
    """One device as it stands now. Times are UTC epoch seconds, for showing only.

    state: the debounced verdict; since: when it began; last_seen: the last look that the device answered.
    standing: the confirmed faults. error: why the last look was impossible, or "".
    success: whether the last look was possible; None before the first. outcomes: looks so far, by
    "success", "error" and "deadline".
    """

    device: Device
    state: State = State.UNKNOWN
    since: float
    last_seen: float | None = None
    reading: Reading | None = None
    standing: tuple[Fault, ...] = ()
    error: SafeText = NO_TEXT
    success: bool | None = None
    duration_seconds: float | None = None
    outcomes: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


class Panel:
    """The latest view of every device. put() replaces a whole view, so a reader never sees a half."""

    def __init__(self) -> None:
        self._views: dict[str, DeviceView] = {}
        self._lock = threading.Lock()

    def put(self, view: DeviceView) -> None:
        """Show this view from now on."""
        with self._lock:
            self._views[view.device.id] = view

    def drop(self, device: str) -> None:
        """Show this device no longer (it left the configuration)."""
        with self._lock:
            self._views.pop(device, None)

    def get(self, device: str) -> DeviceView | None:
        """One device's view."""
        return self._views.get(device)

    def views(self) -> tuple[DeviceView, ...]:
        """All views, in the order in which the devices came."""
        with self._lock:
            return tuple(self._views.values())
