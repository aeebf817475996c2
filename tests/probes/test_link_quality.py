"""Loss, delay, jitter and flapping: figures from bursts, and faults that do not flutter."""

import threading
from collections.abc import Callable, Iterable, Sequence

import pytest

from probes.link import quality
from probes.link.ladder import Verdict
from probes.link.lan import Line
from probes.link.quality import Figures, Flapping, QualityLayer, figures
from probes.reading import Actor
from probes.wire import icmp
from probes.wire.icmp import Burst


def burst(*milliseconds: float, sent: int = 10) -> Burst:
    return Burst(sent=sent, rtts=tuple(ms / 1000 for ms in milliseconds))


def test_figures_of_an_even_burst() -> None:
    found = figures([burst(10, 12, 10, 12, sent=4)])
    assert found.loss == 0
    assert found.median_seconds == pytest.approx(0.011)
    assert found.jitter_seconds == pytest.approx(0.002)


def test_the_95th_percentile_is_the_nearest_rank() -> None:
    assert figures([burst(*range(1, 21), sent=20)]).p95_seconds == pytest.approx(0.019)
    assert figures([burst(7, sent=1)]).p95_seconds == pytest.approx(0.007)


def test_jitter_is_not_taken_between_bursts() -> None:
    assert figures([burst(1, 1), burst(100, 100)]).jitter_seconds == 0


def test_nothing_but_loss_is_told_where_no_echo_came_back() -> None:
    assert figures([burst()]) == Figures(loss=1.0)
    assert figures([burst(5)]).jitter_seconds is None


def join_bursts(known: Iterable[threading.Thread] = ()) -> None:
    """known: those that worked; since Python 3.13 a thread leaves the list a moment before it is over."""
    for thread in (*threading.enumerate(), *known):
        if thread.name == "link-burst":
            thread.join(10)


class Rig:
    """A layer whose bursts are what the test says, each over before the next look."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, beyond: list[Burst], gateway: list[Burst]) -> None:
        self.now = 0.0
        join_bursts()  # another test's may still be under way
        self._threads: set[threading.Thread] = set()
        self._lists = {"198.51.100.1": list(beyond), "192.168.1.1": list(gateway)}
        monkeypatch.setattr(icmp, "bursts", self._bursts)
        line = Line(gateway="192.168.1.1")
        targets = ["2001:db8::1", "198.51.100.1"]
        self.layer = QualityLayer(line, targets, loss_limit=0.1, latency_limit_seconds=0.5)

    def _bursts(self, addresses: Sequence[str], count: int, timeout: float, *, spacing_seconds: float) -> list[Burst]:
        del count, timeout, spacing_seconds
        self._threads.add(threading.current_thread())
        lists = [self._lists[address] for address in addresses]
        return [bursts.pop(0) if len(bursts) > 1 else bursts[0] for bursts in lists]

    def minutes(self, count: int) -> Verdict:
        """As many bursts, and what the layer says after them."""
        for _ in range(count):
            self.layer.look(self.now, afresh=False)
            join_bursts(self._threads)
            self.now += 60
        return self.layer.look(self.now - 1, afresh=False)


@pytest.fixture
def rig(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Rig]:
    good = burst(*[5] * 10)
    return lambda beyond=(good,), gateway=(good,): Rig(monkeypatch, list(beyond), list(gateway))


LOSSY, GOOD, FAR = burst(*[5] * 8), burst(*[5] * 10), burst(*[600] * 10)


def test_a_good_way_is_measured_and_not_blamed(rig: Callable[..., Rig]) -> None:
    verdict = rig().minutes(3)
    assert (verdict.up, verdict.faults, verdict.stops) == (True, (), False)
    assert {(s.metric.name.removeprefix("jagaloket_link_"), s.labels[0]) for s in verdict.samples} == {
        (name, target)
        for name in ("loss_ratio", "rtt_median_seconds", "rtt_p95_seconds", "jitter_seconds")
        for target in ("gateway", "198.51.100.1")
    }


def test_loss_is_a_fault_once_several_bursts_show_it(rig: Callable[..., Rig]) -> None:
    lossy = rig(beyond=[LOSSY])
    assert lossy.minutes(2).faults == ()
    fault = lossy.minutes(1).faults[0]
    assert (fault.code, fault.part, fault.actor, fault.detail) == (
        "high-loss",
        "198.51.100.1",
        Actor.PROVIDER,
        "20% of the echoes are lost",
    )


def test_a_long_way_is_a_fault(rig: Callable[..., Rig]) -> None:
    fault = rig(beyond=[FAR]).minutes(3).faults[0]
    assert (fault.code, fault.detail) == ("high-latency", "600 ms median")


def test_what_is_wrong_on_the_way_to_the_gateway_is_not_blamed_on_the_provider(rig: Callable[..., Rig]) -> None:
    faults = rig(beyond=[LOSSY], gateway=[LOSSY]).minutes(3).faults
    assert [(f.code, f.part, f.actor) for f in faults] == [("high-loss", "gateway", Actor.TECHNICIAN)]


def test_a_fault_ends_only_well_below_its_limit(rig: Callable[..., Rig]) -> None:
    slightly = burst(*[5] * 9)
    fading = rig(beyond=[LOSSY, LOSSY, LOSSY, slightly, slightly, slightly, GOOD])
    assert fading.minutes(6).faults != ()
    assert fading.minutes(3).faults == ()


def test_who_never_echoed_is_not_lossy(rig: Callable[..., Rig]) -> None:
    verdict = rig(beyond=[burst()]).minutes(3)
    assert verdict.faults == ()
    assert {s.labels[0] for s in verdict.samples} == {"gateway"}


def test_who_echoed_and_stopped_is_lossy_but_has_no_delay(rig: Callable[..., Rig]) -> None:
    verdict = rig(beyond=[GOOD, burst()]).minutes(4)
    assert [f.code for f in verdict.faults] == ["high-loss"]
    names = [s.metric.name for s in verdict.samples if s.labels[0] != "gateway"]
    assert names == ["jagaloket_link_loss_ratio"]


def test_a_pc_that_may_not_ping_cannot_tell(rig: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch) -> None:
    forbidden = rig()
    monkeypatch.setattr(icmp, "bursts", lambda addresses, *_, **__: [None] * len(addresses))
    verdict = forbidden.minutes(3)
    assert (verdict.up, verdict.samples) == (None, ())


def test_bursts_around_a_fall_do_not_count(rig: Callable[..., Rig]) -> None:
    lossy = rig(beyond=[LOSSY])
    lossy.minutes(3)
    lossy.layer.forget()
    assert lossy.layer.look(lossy.now, afresh=False) == Verdict(stops=False)


def test_a_link_that_comes_and_goes_is_told_until_it_holds() -> None:
    flapping = Flapping()
    told = [flapping.look(minute * 60.0, down=minute % 2 == 1) for minute in range(6)]
    assert told == [0, 0, 0, 0, 4, 5]
    assert flapping.look(13 * 60.0, down=True) > 0
    assert flapping.look(30 * 60.0, down=True) == 0


def test_one_long_outage_is_no_flapping() -> None:
    flapping = Flapping()
    assert [flapping.look(t, down=down) for t, down in ((0, False), (3, True), (600, True), (700, False))] == [0] * 4


def test_the_changes_kept_are_bounded() -> None:
    flapping = Flapping()
    for second in range(800):
        flapping.look(second, down=second % 2 == 0)
    assert flapping.look(800, down=True) <= 64
    assert quality.GATEWAY == "gateway"
