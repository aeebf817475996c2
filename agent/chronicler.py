"""Keeps how it was, for the monthly report: when the agent watched, what it watched, and what counters counted."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from agent.clock import Clock
from agent.config import Config
from agent.view import Panel
from alerts import roster
from alerts.chronicle import Chronicle
from alerts.roster import Member, Roster, Service
from probes.reading import NO_TEXT, State
from probes.text import SafeText, clean
from probes.wire.clock import trusted

log = logging.getLogger("jagaloket.chronicler")

LONGEST_SECONDS = 86_400.0
"""A report reads whole stretches: none is longer than a day."""
GAP_SECONDS = 180.0
"""Called once a minute; after so long a silence nobody watched (the PC was suspended, the disk full)."""
JUMP_SECONDS = 2.0
"""The wall clock was set when it moved by so much against the steady one within a minute."""
COUNTERS = frozenset(
    {
        "jagaloket_printer_pages_total",
        "jagaloket_printer_cuts_total",
        "jagaloket_printer_line_feeds_total",
        "jagaloket_printer_media_meters_total",
        "jagaloket_usb_reconnects_total",
    }
)


class Past(Protocol):
    """The ledger, as far as reports go."""

    @property
    def chronicle(self) -> Chronicle:
        """The past that is kept."""


@dataclass(slots=True)
class _Under:
    """The stretch under way. begun, seen: monotonic seconds; shift: wall minus monotonic clock."""

    roster: str
    trusted: bool
    begun: float
    seen: float
    shift: float


class Chronicler:
    """keep() is called once a minute and before each change of a state, in the watch's thread.

    config: the present one. is_trusted: whether the PC's clock is.
    """

    def __init__(
        self,
        panel: Panel,
        book: Past,
        clock: Clock,
        config: Callable[[], Config],
        is_trusted: Callable[[], bool] = trusted,
    ) -> None:
        self._panel, self._book, self._clock, self._config = panel, book, clock, config
        self._is_trusted = is_trusted
        self._under: _Under | None = None
        self._shown: dict[tuple[str, str], float] = {}

    def keep(self) -> None:
        """Write down that the agent watched until now. What cannot be written is written at the next call, as a gap."""
        try:
            self._go_on()
            self._count()
        except OSError as error:
            log.warning("the past could not be kept, the next minute tries again: %s", clean(str(error), 200))

    def stop(self) -> None:
        """The agent ends: it watched until now, where nothing interrupted it since it last wrote."""
        now, wall = self._clock.monotonic(), self._clock.wall()
        if self._under is None or _is_broken(self._under, now=now, shift=wall - now):
            return
        try:
            self._book.chronicle.extend(wall)
        except OSError as error:
            log.warning("the last minute could not be kept: %s", clean(str(error), 200))

    def before_change(self) -> None:
        """A state is about to be written: into a stretch that holds it. Raises OSError."""
        self._go_on()

    def _go_on(self) -> None:
        now, wall = self._clock.monotonic(), self._clock.wall()
        fresh = _Under(
            roster=roster.write(self._roster()), trusted=self._is_trusted(), begun=now, seen=now, shift=wall - now
        )
        if self._under is None or _differs(self._under, fresh):
            states = {one.device.id: one.state for one in self._panel.views() if one.state is not State.UNKNOWN}
            self._book.chronicle.begin(fresh.roster, states, at=wall, trusted=fresh.trusted)
            self._under = fresh
        else:
            self._book.chronicle.extend(wall)
            self._under.seen, self._under.shift = now, fresh.shift

    def _roster(self) -> Roster:
        config = self._config()
        return Roster(
            members=tuple(Member(device=one.device, serial=self._serial(one.device.id)) for one in config.watched),
            services=tuple(Service(id=one.id, label=one.label, needs=one.needs) for one in config.functions),
        )

    def _serial(self, device: str) -> SafeText:
        """What a device said last, or before it fell silent."""
        view = self._panel.get(device)
        facts = view.reading.facts if view is not None and view.reading is not None else {}
        return facts.get("serial", NO_TEXT)

    def _count(self) -> None:
        grown = {(device, counter): value for device, counter, value in self._counters()}
        changed = {key: value for key, value in grown.items() if self._shown.get(key) != value}
        if changed:
            day = self._config().office.local(self._clock.wall()).toordinal()
            self._book.chronicle.count(((*key, value) for key, value in changed.items()), day)
            self._shown |= changed

    def _counters(self) -> Iterator[tuple[str, str, float]]:
        for view in self._panel.views():
            for sample in view.reading.samples if view.success and view.reading is not None else ():
                if sample.metric.name in COUNTERS and not sample.labels:
                    yield view.device.id, sample.metric.name, sample.value


def _differs(under: _Under, fresh: _Under) -> bool:
    return (
        (fresh.roster, fresh.trusted) != (under.roster, under.trusted)
        or fresh.seen - under.begun >= LONGEST_SECONDS
        or _is_broken(under, now=fresh.seen, shift=fresh.shift)
    )


def _is_broken(under: _Under, *, now: float, shift: float) -> bool:
    """Whether nobody watched for a while, or the wall clock was set."""
    return now - under.seen > GAP_SECONDS or abs(shift - under.shift) > JUMP_SECONDS
