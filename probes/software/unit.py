"""Is a unit of systemd running?"""

from probes.reading import Actor
from probes.software.part import NOT_RUNNING, UNIT_FAILED, Found, wrong
from probes.wire import systemctl

_UP = ("active", "reloading", "refreshing")


class UnitCheck:
    """unit: its full name."""

    codes: tuple[str, ...] = (UNIT_FAILED, NOT_RUNNING)

    def __init__(self, unit: str) -> None:
        self.name = "unit"
        self._unit = unit

    def look(self) -> Found:
        """Ask systemd. Raises ProbeError when it does not tell."""
        now = systemctl.unit(self._unit)
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
