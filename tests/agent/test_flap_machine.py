"""Fifty devices, of which some come and go in any rhythm for a day: few tickets, few letters, the last state right."""

from collections import Counter as Count
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from agent.place import Place
from alerts.incident import Action, Status
from tests.fakes.counter import Counter, bad, fine

NAMES = [f"alat-{number}" for number in range(50)]
MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0
SETTLE_SECONDS = 100 * MINUTE
"""After so long without a change everything must be told: an hour of stillness, and the letters' distance."""


class Flapping(RuleBasedStateMachine):
    """The day. flapping: the period of what comes and goes; at: when each changes next; gone: what is away now."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.counter = Counter(Path(self.folder.name), {name: Place(kind="usb") for name in NAMES}, interval=120.0)
        self.counter.run(3 * MINUTE)
        self.began = self.counter.clock.now
        self.flapping: dict[str, float] = {}
        self.at: dict[str, float] = {}
        self.gone: set[str] = set()

    @rule(name=st.sampled_from(NAMES), period=st.floats(1.0, 30 * MINUTE))
    def start(self, name: str, period: float) -> None:
        """A device's plug works loose."""
        if len(self.flapping) < 4:
            self.flapping[name], self.at[name] = period, self.counter.clock.now

    @rule(name=st.sampled_from(NAMES))
    def stop(self, name: str) -> None:
        """It stays as it is."""
        self.flapping.pop(name, None)

    @rule(name=st.sampled_from(NAMES))
    def toggle(self, name: str) -> None:
        """Somebody unplugs it, or plugs it in."""
        self._toggle(name)

    @rule(minutes=st.integers(1, 90))
    def wait(self, minutes: int) -> None:
        """Time passes, within the day."""
        end = min(self.counter.clock.now + minutes * MINUTE, self.began + DAY)
        self._pass(end)

    @rule()
    def restart(self) -> None:
        """The agent ends and starts again."""
        self.counter.book.shut()
        self.counter.start()
        self.counter.run(0.1)

    @invariant()
    def no_device_has_more_than_three_tickets(self) -> None:
        tickets = Count(one.device.id for one in self.counter.book.tickets(limit=10_000))
        assert max(tickets.values(), default=0) <= 3

    @invariant()
    def no_device_has_two_letters_in_a_quarter_of_an_hour(self) -> None:
        devices = {one.number: one.device.id for one in self.counter.book.tickets(limit=10_000)}
        times: dict[str, list[float]] = {}
        for letter in self.counter.letters():
            times.setdefault(devices[letter.ticket], []).append(letter.created)
        for told in times.values():
            assert all(after - before >= 15 * MINUTE - 0.001 for before, after in pairwise(told))

    def teardown(self) -> None:
        """When it is still, tickets and letters say how every device is."""
        self.flapping.clear()
        self._pass(self.counter.clock.now + SETTLE_SECONDS)
        standing = {one.device for one in self.counter.book.standing()}
        try:
            assert standing == self.gone
            for ticket in self.counter.tickets():
                told = [one.action for one in self.counter.book.notices.of_ticket(ticket.number)]
                states = [action for action in told if action is not Action.ESCALATED]
                away = ticket.device.id in self.gone
                assert (ticket.status is Status.RECOVERED) is not away
                assert states[-1] is (Action.OPENED if away else Action.RECOVERED)
        finally:
            self.counter.book.shut()
            self.folder.cleanup()

    def _pass(self, end: float) -> None:
        clock = self.counter.clock
        while clock.now < end - 1e-6:
            clock.limit = min([end, *(self.at[name] for name in self.flapping)])
            self.counter.watch.step()
            for name, period in self.flapping.items():
                if self.at[name] <= clock.now:
                    self._toggle(name)
                    self.at[name] = clock.now + period / 2
        clock.limit = None

    def _toggle(self, name: str) -> None:
        self.gone ^= {name}
        self.counter.say(name, bad("not-connected") if name in self.gone else fine(), wake=True)


TestFlapping = pytest.mark.slow(Flapping.TestCase)
TestFlapping.settings = settings(
    max_examples=6, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
