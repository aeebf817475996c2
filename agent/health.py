"""judge(): from one look to what stands. Pure: no clock, no store, no device."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from probes.probe import Confirm
from probes.reading import NO_TEXT, NOT_OBSERVABLE, NOT_RESPONDING, Actor, Fault, Reading, Severity, State
from probes.text import SafeText

FaultKey = tuple[str, str]
"""A fault's code and part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The debounced verdict on one device and one fault.

    since: UTC epoch seconds of the first look that saw it.
    streak: while suspected, the bad looks in a row; while standing, the good looks in a row.
    """

    fault: Fault
    since: float
    standing: bool
    streak: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one look changed. relook: a stated fault is undecided, look again soon."""

    healths: Mapping[FaultKey, Health]
    began: tuple[Health, ...]
    ended: tuple[Health, ...]
    relook: bool
    state: State

    @property
    def standing(self) -> tuple[Fault, ...]:
        """The faults that stand, the gravest first."""
        return standing_faults(self.healths.values())


def standing_faults(healths: Iterable[Health]) -> tuple[Fault, ...]:
    """The standing faults, the gravest first."""
    return tuple(sorted((h.fault for h in healths if h.standing), key=lambda f: -f.severity.rank))


def judge(  # noqa: PLR0913 - a pure function names all it depends on
    before: Mapping[FaultKey, Health],
    reading: Reading | None,
    confirm: Confirm,
    *,
    now: float,
    previous: State = State.UNKNOWN,
    blind_for_seconds: float = 0.0,
    error: SafeText = NO_TEXT,
) -> Verdict:
    """Debounce one look at one device.

    before: what was known of its faults. reading: what the look found, None when looking was impossible.
    now: UTC epoch seconds. previous: the state shown so far, kept while a look contradicts it unconfirmed.
    blind_for_seconds: how long looking has been impossible; error: why.
    """
    seen = {fault.key: fault for fault in _faults(reading, confirm, blind_for_seconds, error)}
    after: dict[FaultKey, Health] = {}
    began: list[Health] = []
    ended: list[Health] = []
    for key, health in before.items():
        if key in seen:
            continue
        held = _held(health, reading, confirm)
        if held is not None:
            after[key] = held
        elif health.standing:
            ended.append(health)
    for key, fault in seen.items():
        known = before.get(key) or Health(fault=fault, since=now, standing=False, streak=0)
        health = _seen(known, fault, confirm)
        after[key] = health
        if health.standing and not known.standing:
            began.append(health)
    return Verdict(
        healths=after,
        began=tuple(began),
        ended=tuple(ended),
        relook=reading is not None and any(_undecided(health) for health in after.values()),
        state=_state(after, reading, previous),
    )


def _faults(reading: Reading | None, confirm: Confirm, blind_for_seconds: float, error: SafeText) -> tuple[Fault, ...]:
    if reading is not None:
        return reading.faults
    if blind_for_seconds < confirm.blind_seconds:
        return ()
    return (Fault(code=NOT_OBSERVABLE, severity=Severity.NOTICE, actor=Actor.TECHNICIAN, detail=error),)


def _seen(known: Health, fault: Fault, confirm: Confirm) -> Health:
    if known.standing:
        return replace(known, fault=fault, streak=0)
    needed = {NOT_RESPONDING: confirm.misses, NOT_OBSERVABLE: 1}.get(fault.code, confirm.looks)
    needed = 1 if fault.certain else needed
    if known.streak + 1 >= needed:
        return replace(known, fault=fault, standing=True, streak=0)
    return replace(known, fault=fault, streak=known.streak + 1)


def _held(health: Health, reading: Reading | None, confirm: Confirm) -> Health | None:
    """What stays of a fault that this look did not see; None when it is over."""
    if reading is None or not _can_tell(health.fault, reading):
        return health
    if not health.standing or health.streak + 1 >= confirm.good:
        return None
    return replace(health, streak=health.streak + 1)


def _can_tell(fault: Fault, reading: Reading) -> bool:
    """Whether the absence of this fault in this look means anything."""
    if not reading.judged(*fault.key):
        return False
    if fault.code in (NOT_RESPONDING, NOT_OBSERVABLE):
        return True
    return reading.reachable and not reading.asleep


def _undecided(health: Health) -> bool:
    if health.standing:
        return health.streak > 0
    return health.fault.code != NOT_RESPONDING


def _state(healths: Mapping[FaultKey, Health], reading: Reading | None, previous: State) -> State:
    if reading is None:
        return State.UNKNOWN
    standing = standing_faults(healths.values())
    if any(not health.standing and health.fault.severity is not Severity.NOTICE for health in healths.values()):
        # an unconfirmed contradiction: neither believed nor denied
        return previous
    if not reading.reachable:
        return State.UNREACHABLE
    settled = replace(reading, faults=standing)
    return settled.state
