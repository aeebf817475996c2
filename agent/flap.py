"""Flapping: a fault that comes and goes all the time is one unstable device, not many faults. Pure.

The share of changes among the last 21 states, recent ones weighing more, as Nagios and Naemon reckon it
("Detection and Handling of State Flapping"; weights 0.75 to 1.25 and thresholds 20 % and 30 % as in their
sources). They count checks. Here the same reckoning runs twice: over looks, for a loose plug, and over slots of
SLOT_SECONDS, for what changes every half hour; a slot has changed when anything changed in it.
"""

from dataclasses import dataclass, replace

CHANGES = 20
"""Between 21 states."""
HIGH_RATIO, LOW_RATIO = 0.30, 0.20
SLOT_SECONDS = 600.0
STILL_SLOTS = 6
"""After an hour without a change it does not flap, whatever was before."""
_LIGHT, _HEAVY = 0.75, 1.25
_ALL = (1 << CHANGES) - 1
_WEIGHTS = tuple(_HEAVY - (_HEAVY - _LIGHT) * age / (CHANGES - 1) for age in range(CHANGES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Flap:
    """How one fault has behaved.

    looks, slots: one bit for each of the last 20 looks and slots, the newest lowest, set where it changed.
    slot: the number of the newest slot. count: changes since it flaps; 0 when it does not.
    """

    stands: bool = False
    looks: int = 0
    slots: int = 0
    slot: int = 0
    count: int = 0

    @property
    def flapping(self) -> bool:
        """Whether it comes and goes all the time."""
        return self.count > 0

    @property
    def quiet(self) -> bool:
        """Nothing is remembered: it may be forgotten."""
        return not (self.looks or self.slots or self.count)


def seen(before: Flap, *, stands: bool, now: float) -> Flap:
    """One more look, as debounced. now: monotonic seconds."""
    changed = stands is not before.stands
    slot = int(now // SLOT_SECONDS)
    passed = min(max(0, slot - before.slot), CHANGES)
    slots = (before.slots << passed) & _ALL | changed
    looks = (before.looks << 1) & _ALL | changed
    if before.flapping and not slots & ((1 << STILL_SLOTS) - 1):
        return replace(before, stands=stands, looks=0, slots=0, slot=slot, count=0)
    ratio = max(share(looks), share(slots))
    after = replace(before, stands=stands, looks=looks, slots=slots, slot=slot)
    if before.flapping:
        return replace(after, count=before.count + changed if ratio >= LOW_RATIO else 0)
    return replace(after, count=max(looks.bit_count(), slots.bit_count()) if ratio >= HIGH_RATIO else 0)


def share(changes: int) -> float:
    """The weighted share of changes among the last 20, 0 to 1."""
    return sum(weight for age, weight in enumerate(_WEIGHTS) if changes >> age & 1) / CHANGES
