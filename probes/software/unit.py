"""Is a unit of systemd running?"""

import time

import psutil

from probes.reading import Actor
from probes.software.part import NOT_RUNNING, UNIT_FAILED, Found, wrong
from probes.software.process import lives, process_of
from probes.wire import systemctl

_RUNS_SECONDS = 600.0
"""While its main process lives, systemd is asked this seldom: starting systemctl is the dearest part of a look."""
_STANDS_SECONDS = 60.0
"""A socket, a target or a finished start has no process that could be looked at instead."""
_UP = ("active", "reloading", "refreshing")


class UnitCheck:
    """unit: its full name."""

    codes: tuple[str, ...] = (UNIT_FAILED, NOT_RUNNING)

    def __init__(self, unit: str) -> None:
        self.name = "unit"
        self._unit = unit
        self._main: psutil.Process | None = None
        self._known_until = 0.0

    def look(self) -> Found:
        """Ask systemd, unless its last good word still holds. Raises ProbeError when it does not tell."""
        if time.monotonic() < self._known_until and (self._main is None or lives(self._main)):
            return Found(up=True)
        self._known_until = 0.0
        now = systemctl.unit(self._unit)
        found = self._judge(now)
        if found.up:
            self._main = process_of(now.main_pid)
            self._known_until = time.monotonic() + (_RUNS_SECONDS if self._main is not None else _STANDS_SECONDS)
        return found

    def _judge(self, now: systemctl.Unit) -> Found:
        what = f"{self._unit}: {now.active} ({now.sub}), {now.result or now.load}"
        if now.active in _UP:
            return Found(up=True)
        if now.load in ("not-found", "masked", "error", "bad-setting"):
            return wrong(UNIT_FAILED, Actor.TECHNICIAN, f"{self._unit}: {now.load}")
        if now.active == "failed" or now.sub == "auto-restart":
            return wrong(UNIT_FAILED, Actor.TECHNICIAN, what)
        if now.active in ("activating", "deactivating"):
            return Found(up=None)  # on its way: the next look knows
        return wrong(NOT_RUNNING, Actor.TECHNICIAN, what)
