"""What really happened: written by the scenario alone, never read back from the agent."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """One true fault. begins, ends: seconds of the month; ends is when the fault was mended.

    devices: on whose ticket it may stand; for a hub it is whichever of its devices was looked at first.
    """

    counter: int
    devices: frozenset[str]
    code: str
    begins: float
    ends: float
    story: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """From this second of the month on a device answers differently. says: a key of tests.simulate.answers."""

    at: float
    counter: int
    device: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """The whole script. off: when the counter's PC does not run, as (counter, from, until), in order."""

    truths: tuple[Truth, ...]
    changes: tuple[Change, ...]
    off: tuple[tuple[int, float, float], ...]
    noise: int
