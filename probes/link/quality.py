"""How good the way is: loss, delay and jitter by bursts of echoes, and how often it comes and goes.

A burst takes two seconds, so it runs beside the looks and is read at a later one.
"""

import threading
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from probes.link.ladder import Layer, Verdict
from probes.link.lan import Line
from probes.link.metrics import JITTER, LOSS, RTT_MEDIAN, RTT_P95
from probes.reading import Actor, Fault, Sample, Severity
from probes.text import SafeText, clean
from probes.wire import icmp
from probes.wire.address import family
from probes.wire.icmp import Burst

GATEWAY = SafeText("gateway")
_PAUSE_SECONDS = 60.0
_BURSTS = 3
_ECHOES = 10
_SPACING_SECONDS = 0.2
_PATIENCE_SECONDS = 1.5
_RELIEF = 0.5
_FLAP_WINDOW_SECONDS = 900.0
_FLAPS = 4


class Figures(NamedTuple):
    """What several bursts to one target say; None where no echo came back."""

    loss: float
    median_seconds: float | None = None
    p95_seconds: float | None = None
    jitter_seconds: float | None = None


def figures(bursts: Sequence[Burst]) -> Figures:
    """Sum bursts up. Jitter is taken within bursts only, between echoes that follow each other."""
    rtts = sorted(rtt for burst in bursts for rtt in burst.rtts)
    loss = 1 - len(rtts) / (sum(burst.sent for burst in bursts) or 1)
    if not rtts:
        return Figures(loss=loss)
    steps = [abs(b - a) for burst in bursts for a, b in zip(burst.rtts, burst.rtts[1:], strict=False)]
    middle = len(rtts) // 2
    return Figures(
        loss=loss,
        median_seconds=rtts[middle] if len(rtts) % 2 else (rtts[middle - 1] + rtts[middle]) / 2,
        p95_seconds=rtts[-(-len(rtts) * 95 // 100) - 1],
        jitter_seconds=sum(steps) / len(steps) if steps else None,
    )


class QualityLayer(Layer):
    """Bursts to the gateway and to one address beyond it. Never stops the ladder.

    Who never echoed is not lossy, it filters. Limits are left again only at half of what raised the fault.
    """

    name = "quality"

    def __init__(self, line: Line, targets: Sequence[str], *, loss_limit: float, latency_limit_seconds: float) -> None:
        self._line = line
        self._targets = tuple(targets)
        self._limits = {"high-loss": loss_limit, "high-latency": latency_limit_seconds}
        self._bursts: dict[SafeText, deque[Burst]] = {}
        self._standing: set[tuple[str, SafeText]] = set()
        self._thread: threading.Thread | None = None
        self._came: list[tuple[SafeText, Burst]] = []
        self._due = 0.0
        self._found = Verdict(stops=False)

    def look(self, now: float, *, afresh: bool) -> Verdict:
        """Read the burst that is over, start the one that is due."""
        del afresh
        if self._thread is not None and not self._thread.is_alive():
            self._thread = None
            self._take()
        if self._thread is None and now >= self._due:
            self._due = now + _PAUSE_SECONDS
            self._thread = threading.Thread(target=self._run, args=(self._aims(),), daemon=True, name="link-burst")
            self._thread.start()
        return self._found

    def forget(self) -> None:
        """A fallen link is no lossy link: bursts around the fall do not count."""
        self._bursts.clear()
        self._standing.clear()
        self._due = 0.0
        self._found = Verdict(stops=False)

    def _aims(self) -> list[tuple[SafeText, str]]:
        ours = family(self._line.gateway)
        beyond = next((t for t in self._targets if family(t) == ours), "")
        return [(name, to) for name, to in ((GATEWAY, self._line.gateway), (clean(beyond), beyond)) if to]

    def _run(self, aims: Sequence[tuple[SafeText, str]]) -> None:
        names, addresses = [name for name, _ in aims], [address for _, address in aims]
        found = icmp.bursts(addresses, _ECHOES, _PATIENCE_SECONDS, spacing_seconds=_SPACING_SECONDS)
        self._came += [(name, burst) for name, burst in zip(names, found, strict=True) if burst]

    def _take(self) -> None:
        for name, burst in self._came:
            if burst.rtts or name in self._bursts:
                self._bursts.setdefault(name, deque(maxlen=_BURSTS)).append(burst)
        self._came.clear()
        known = {target: figures(bursts) for target, bursts in self._bursts.items()}
        faults = self._judge(known)
        samples = tuple(sample for target, found in known.items() for sample in _samples(target, found))
        self._found = Verdict(up=not faults if known else None, stops=False, faults=faults, samples=samples)

    def _judge(self, known: dict[SafeText, Figures]) -> tuple[Fault, ...]:
        """The gateway first: what is wrong on the way to it is not blamed on what lies behind."""
        for target in sorted(known, key=lambda name: name != GATEWAY):
            if len(self._bursts[target]) < _BURSTS:
                continue
            found = known[target]
            values = {"high-loss": found.loss, "high-latency": found.median_seconds or 0.0}
            faults = tuple(
                self._fault(code, target, value) for code, value in values.items() if self._over(code, target, value)
            )
            if faults:
                return faults
        return ()

    def _over(self, code: str, target: SafeText, value: float) -> bool:
        key = (code, target)
        limit = self._limits[code] * (_RELIEF if key in self._standing else 1)
        if value >= limit:
            self._standing.add(key)
        else:
            self._standing.discard(key)
        return key in self._standing

    def _fault(self, code: str, target: SafeText, value: float) -> Fault:
        words = f"{value:.0%} of the echoes are lost" if code == "high-loss" else f"{value * 1000:.0f} ms median"
        actor = Actor.TECHNICIAN if target == GATEWAY else Actor.PROVIDER
        return Fault(code=code, severity=Severity.DEGRADED, actor=actor, part=target, detail=clean(words))


def _samples(target: SafeText, found: Figures) -> list[Sample]:
    values = (
        (LOSS, found.loss),
        (RTT_MEDIAN, found.median_seconds),
        (RTT_P95, found.p95_seconds),
        (JITTER, found.jitter_seconds),
    )
    return [Sample(metric=metric, value=value, labels=(target,)) for metric, value in values if value is not None]


class Flapping:
    """Whether the link comes and goes: four changes in a quarter of an hour, until fewer than two remain in it."""

    def __init__(self) -> None:
        self._was_down: bool | None = None
        self._changes: deque[float] = deque(maxlen=64)
        self._standing = False

    def look(self, now: float, *, down: bool) -> int:
        """How many changes, while the link is flapping; else 0."""
        if self._was_down is not None and down != self._was_down:
            self._changes.append(now)
        self._was_down = down
        while self._changes and now - self._changes[0] > _FLAP_WINDOW_SECONDS:
            self._changes.popleft()
        self._standing = len(self._changes) >= (2 if self._standing else _FLAPS)
        return len(self._changes) if self._standing else 0
