"""From a finished look to the ledger and the panel: judge it, write down what changed, show it."""

import logging
from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from agent import undelivered
from agent.casebook import CaseBook, Judged
from agent.cases import Cases
from agent.clock import Clock
from agent.health import FaultKey, Health, Verdict, judge, standing_faults
from agent.look import Look
from agent.rounds import Rounds
from agent.view import DeviceView, Panel
from alerts.incident import Addressee, Incident
from probes.reading import Fault, State
from probes.text import SafeText, clean

log = logging.getLogger("jagaloket.settle")
LINK = "link"
"""The kind of probe that watches the way to the outside."""


class Book(CaseBook, Protocol):
    """What the watch writes into: the ledger, as far as the watch knows it."""

    def standing(self) -> Sequence[Incident]:
        """The incidents that have not ended."""

    def record_state(self, device: str, state: State, at: float) -> None:
        """A device's state changed."""


class Settler:
    """Judges looks and keeps ledger and panel in step.

    cases: which faults get tickets. told: called after each ledger entry that concerns people (wakes the outbox).
    link_back: called when a fault of a link has ended (what could not be sent may go now).
    before_change: called before a state is written (the past must hold it).
    errors: what went wrong here since the start, by kind; failing: the last write into the ledger failed.
    """

    def __init__(
        self,
        book: Book,
        panel: Panel,
        *,
        clock: Clock,
        addressees: Sequence[Addressee] = (),
        told: Callable[[], None] = lambda: None,
    ) -> None:
        self._book, self._panel, self._clock, self._told = book, panel, clock, told
        self.cases = Cases(book, addressees=addressees, states=self._states)
        self.link_back: Callable[[], None] = lambda: None
        self.before_change: Callable[[], None] = lambda: None
        self.errors: Counter[str] = Counter()
        self.failing = False
        self._untold = False
        self._facts: dict[str, Mapping[str, SafeText]] = {}

    def standing(self, devices: Container[str]) -> Mapping[str, Mapping[FaultKey, Health]]:
        """What stood when the agent last ran, by device; incidents of devices that are gone end here, quietly."""
        found: dict[str, dict[FaultKey, Health]] = {}
        for incident in self._book.standing():
            if incident.device not in devices and incident.code != undelivered.CODE:
                self._book.end(*incident.key, at=self._clock.wall(), addressees=())
        incidents = self._book.standing()
        self.cases.load(incidents)
        for incident in incidents:
            health = Health(fault=_fault(incident), since=incident.started, standing=True, streak=0)
            found.setdefault(incident.device, {})[health.fault.key] = health
        return found

    def introduce(self, rounds: Rounds) -> None:
        """Show a device before its first look."""
        standing = standing_faults(rounds.healths.values())
        self._panel.put(DeviceView(device=rounds.watched.device, since=rounds.since, standing=standing))

    def forget(self, device: str) -> None:
        """Show a device no longer."""
        self._panel.drop(device)
        self.cases.forget(device)
        self._facts.pop(device, None)

    def settle(self, rounds: Rounds, look: Look) -> bool:
        """Judge one look, write down what changed, show it. True when the next look should come soon."""
        now, wall = self._clock.monotonic(), self._clock.wall()
        rounds.outcomes[look.outcome] += 1
        if look.reading is not None or rounds.last_good is None:
            rounds.last_good = now
        if look.reading is not None and look.reading.facts:
            # who a device is stays known while it is silent
            self._facts[rounds.watched.device.id] = look.reading.facts
        verdict = judge(
            rounds.healths,
            look.reading,
            rounds.watched.confirm,
            now=wall,
            previous=rounds.state,
            blind_for_seconds=now - rounds.last_good,
            error=look.error,
        )
        if self._write(rounds, verdict, look, wall):
            rounds.healths = dict(verdict.healths)
            if verdict.state is not rounds.state:
                rounds.state, rounds.since = verdict.state, wall
        if look.reading is not None and look.reading.reachable:
            rounds.last_seen = wall
        self._show(rounds, look)
        return verdict.relook

    def _write(self, rounds: Rounds, verdict: Verdict, look: Look, wall: float) -> bool:
        """Into the ledger; False when it could not be written (then the next look tries again)."""
        device = rounds.watched.device
        judged = Judged(
            watched=rounds.watched,
            verdict=verdict,
            reading=look.reading,
            facts=self._facts.get(device.id, {}),
            now=self._clock.monotonic(),
            wall=wall,
        )
        try:
            concerned = self.cases.record(judged)
            if verdict.state is not rounds.state:
                self.before_change()
                self._book.record_state(device.id, verdict.state, wall)
        except OSError as problem:
            self.errors["ledger"] += 1
            self.failing = self._untold = True
            log.error("the ledger could not be written, the next look tries again: %s", clean(str(problem), 200))  # noqa: TRY400 - the disk's trouble, not the code's
            return False
        if concerned or self._untold:
            self._untold = False
            self._told()
        if verdict.ended and device.kind == LINK:
            self.link_back()
        if verdict.began or verdict.ended or verdict.state is not rounds.state:
            self.failing = False
        return True

    def _states(self) -> Mapping[str, State]:
        return {view.device.id: view.state for view in self._panel.views()}

    def _show(self, rounds: Rounds, look: Look) -> None:
        before = self._panel.get(rounds.watched.device.id)
        kept = before.reading if before is not None else None
        if look.reading is None and kept is not None:
            # identity stays true, measured values do not
            kept = replace(kept, samples=())
        self._panel.put(
            DeviceView(
                device=rounds.watched.device,
                state=rounds.state,
                since=rounds.since,
                last_seen=rounds.last_seen,
                reading=look.reading if look.reading is not None else kept,
                standing=standing_faults(rounds.healths.values()),
                error=look.error,
                success=look.reading is not None,
                duration_seconds=look.duration_seconds,
                outcomes=dict(rounds.outcomes),
            )
        )


def _fault(incident: Incident) -> Fault:
    return Fault(
        code=incident.code,
        severity=incident.severity,
        actor=incident.actor,
        part=incident.part,
        detail=incident.detail,
    )
