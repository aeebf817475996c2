"""The ladder: layers asked in order, the first that fails is the fault, and what lies behind it is left alone."""

import os
import threading
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar, Generic, NamedTuple, TypeVar

from probes.reading import Fault, Sample
from probes.text import SafeText

T = TypeVar("T")

NEAR_SECONDS = 0.0
"""Targets in the office: every look."""

PUBLIC_SECONDS = 11.0
"""Public targets: every second look of 6 s (less 5 %); with 2 s of waiting, a dead path is confirmed within 20 s."""

SERVICE_SECONDS = 60.0
"""Services that others run for us: never more often, but for one look again at news."""

_UNSURE_LOOKS = 2


class Verdict(NamedTuple):
    """What one layer found.

    up: False stops the ladder, unless stops says that only part of what is above depends on this layer; None is
    "cannot tell", and the ladder goes on.
    doubt: the fault to report in place of a layer above that finds nobody at all (its alone is True).
    kept: taken from an earlier look. news: a failure not yet seen twice, so the layers below are asked again.
    """

    up: bool | None = None
    stops: bool = True
    faults: tuple[Fault, ...] = ()
    doubt: Fault | None = None
    alone: bool = False
    kept: bool = False
    news: bool = True
    samples: tuple[Sample, ...] = ()
    facts: Mapping[str, SafeText] = MappingProxyType({})


class Layer(ABC):
    """One rung: something that must work before what is above it can."""

    name: ClassVar[str]

    @abstractmethod
    def look(self, now: float, *, afresh: bool) -> Verdict:
        """Look once at a monotonic time; afresh: do not answer from an earlier look."""

    def forget(self) -> None:  # noqa: B027 - most layers keep nothing
        """A layer below is down: what was known is void."""


def climb(layers: Sequence[Layer], now: float) -> dict[str, Verdict]:
    """The verdicts up to the first layer that fails; layers behind it are missing.

    Before a layer is blamed for something new, those below it that answered from an earlier look are asked again.
    """
    found = _ask(layers, now, afresh=False)
    stop = _stop(found)
    if stop and found[stop].news and not found[stop].kept and any(v.kept for v in found.values()):
        lower = layers[: len(found) - 1]
        below = _ask(lower, now, afresh=True)
        if not _stop(below):
            changed = any((below[layer.name].up is False) != (found[layer.name].up is False) for layer in lower)
            below |= _ask(layers[len(lower) : len(found)], now, afresh=False) if changed else {stop: found[stop]}
        found = below
    found = _resolve_doubt(found)
    for layer in layers:
        if layer.name not in found:
            layer.forget()
    return found


def _ask(layers: Sequence[Layer], now: float, *, afresh: bool) -> dict[str, Verdict]:
    found = {}
    for layer in layers:
        verdict = found[layer.name] = layer.look(now, afresh=afresh)
        if verdict.up is False and verdict.stops:
            break
    return found


def _stop(found: Mapping[str, Verdict]) -> str | None:
    return next((name for name, verdict in found.items() if verdict.up is False and verdict.stops), None)


def _resolve_doubt(found: dict[str, Verdict]) -> dict[str, Verdict]:
    stop = _stop(found)
    if stop is None or not found[stop].alone:
        return found
    kept: dict[str, Verdict] = {}
    for name, verdict in found.items():
        if verdict.doubt and name != stop:
            return kept | {name: Verdict(up=False, faults=(verdict.doubt,))}
        kept[name] = verdict
    return found


class Keeper(Generic[T]):
    """A target's last result, and when it is due again.

    A good result holds for every_seconds; a bad one is looked at again at once. A gentle target is looked at
    again at once only when its result changed, so that news is confirmed, and from then on by the clock alone;
    offices are spread over the period by a hash of the PC's name and the target.
    """

    def __init__(self, target: str, every_seconds: float, *, gentle: bool = False) -> None:
        self.every_seconds = every_seconds
        self.gentle = gentle
        self.result: T | None = None
        self.bad_looks = 0
        self._good: bool | None = None
        self._news = False
        self._due = 0.0
        self._phase = zlib.crc32(f"{os.uname().nodename} {target}".encode()) / 0xFFFFFFFF

    def due(self, now: float, *, afresh: bool = False, not_before: float = 0.0) -> bool:
        """Whether to look now; not_before: another counter of the office asked, which suffices while nothing is new."""
        if self.result is None:
            return now >= self._due
        if afresh or self._news:
            return True
        return now >= max(self._due, not_before) or (not self._good and not self.gentle)

    def put(self, now: float, result: T, *, good: bool) -> None:
        """Keep what a look found."""
        first = self._good is None
        self._news = good != self._good and not (first and good)
        self._due = now + self.every_seconds * (1 + self._phase if first and self.gentle else 1)
        self.result, self._good = result, good
        self.bad_looks = 0 if good else self.bad_looks + 1

    @property
    def unsure(self) -> bool:
        """A failure that was not yet seen often enough to be believed."""
        return 0 < self.bad_looks <= _UNSURE_LOOKS

    def forget(self) -> None:
        """What was found is void; look again at the next chance, a gentle target at its own pace."""
        self.result, self._good = None, None
        self.bad_looks = 0
        self._due = self._due if self.gentle else 0.0


def together(calls: Sequence[Callable[[], T]]) -> list[T]:
    """Run calls that wait for the network at the same time; each has a deadline of its own and never raises."""
    results: dict[int, T] = {}

    def run(index: int) -> None:
        results[index] = calls[index]()

    threads = [threading.Thread(target=run, args=(i,), daemon=True) for i in range(1, len(calls))]
    for thread in threads:
        thread.start()
    if calls:
        run(0)
    for thread in threads:
        thread.join()
    return [results[i] for i in range(len(calls))]
