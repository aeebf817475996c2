"""The decision table: what a printer's status triple, alerts and parts mean. Pure.

Sources: RFC 3805 section 2.2.13.2.1 (the triple), and recordings of real printers where they do otherwise.
An alert row counts more than an error bit, an error bit more than "needs attention".
"""

import re
from dataclasses import dataclass
from enum import Enum

from probes.mib.alerts import POWER_SAVER, is_critical
from probes.mib.causes import HARD, causes
from probes.mib.model import Bit, DeviceStatus, PrinterMib, PrinterStatus, Status
from probes.reading import Fault
from probes.supply import Supply


class Says(Enum):
    """What a printer says of itself as a whole."""

    OK = "ok"
    ASLEEP = "asleep"
    WARNING = "warning"
    FAILED = "failed"
    HOLD = "hold"  # it is on its way back: what stood stands until it has arrived
    UNKNOWN = "unknown"


class Bits(Enum):
    """The error bits by what they may mean."""

    ABSENT = "absent"
    CLEAR = "clear"
    SOFT = "soft"
    HARD = "hard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of the table: it decides where each of its columns holds. An empty column holds always.

    None among device or printer stands for a printer that does not tell it.
    """

    critical: bool = False
    device: tuple[DeviceStatus | None, ...] = ()
    printer: tuple[PrinterStatus | None, ...] = ()
    bits: tuple[Bits, ...] = ()
    says: Says

    def holds(self, status: Status, *, critical: bool) -> bool:
        """Whether this row fits what a printer says."""
        return (
            critical >= self.critical
            and (not self.device or status.device in self.device)
            and (not self.printer or status.printer in self.printer)
            and (not self.bits or bits_of(status.bits) in self.bits)
        )


_D, _P = DeviceStatus, PrinterStatus
_READY = (_P.IDLE, _P.PRINTING, _P.WARMUP)

RULES: tuple[Rule, ...] = (
    # The first row that holds decides.
    Rule(critical=True, says=Says.FAILED),  # a critical alert stops printing, whatever the rest says
    Rule(device=(_D.DOWN,), printer=(_P.WARMUP,), says=Says.HOLD),  # moving on-line
    Rule(device=(_D.DOWN,), printer=(_P.OTHER, _P.UNKNOWN, None), says=Says.FAILED),  # critical, unavailable, off-line
    Rule(device=(_D.DOWN,), bits=(Bits.HARD,), says=Says.FAILED),
    Rule(device=(_D.DOWN,), says=Says.WARNING),  # it prints, a part of it is down: Brother, its second tray pulled
    Rule(bits=(Bits.HARD, Bits.SOFT), says=Says.WARNING),  # Lexmark X950: no-paper for a tray nobody asks for
    Rule(device=(_D.UNKNOWN, _D.TESTING), says=Says.UNKNOWN),
    Rule(device=(_D.WARNING,), says=Says.WARNING),  # Ricoh, Epson: no bit says why
    Rule(printer=(_P.OTHER,), says=Says.ASLEEP),  # running, or untold: standby
    Rule(device=(_D.RUNNING,), says=Says.OK),
    Rule(printer=_READY, says=Says.OK),
    Rule(printer=(None,), bits=(Bits.CLEAR,), says=Says.OK),  # only the bits are told, and none is set
    Rule(says=Says.UNKNOWN),
)


_SLEEP = re.compile(r"\b(?:sleep|standby|power sav|energy sav|energiespar)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the table came to."""

    says: Says
    asleep: bool = False
    faults: tuple[Fault, ...] = ()


def judge(mib: PrinterMib, supplies: tuple[Supply, ...]) -> Verdict:
    """The verdict on one full look."""
    says = rule(mib).says
    if says in {Says.OK, Says.UNKNOWN} and mib.status.device in {DeviceStatus.RUNNING, None} and _display_sleeps(mib):
        says = Says.ASLEEP
    saver = any(alert.code == POWER_SAVER for alert in mib.alerts)
    resting = mib.status.device is not DeviceStatus.DOWN and mib.status.printer is PrinterStatus.OTHER
    return Verdict(
        says=says,
        asleep=says is Says.ASLEEP or (says is not Says.FAILED and (saver or resting)),
        faults=causes(mib, supplies, stopped=says is Says.FAILED, warns=says is Says.WARNING),
    )


def _display_sleeps(mib: PrinterMib) -> bool:
    """Kyocera's only word for sleep is its display. The one text that is read, and only towards "healthy"."""
    return any(_SLEEP.search(line) for line in mib.console)


def rule(mib: PrinterMib) -> Rule:
    """The row of the table that decides on this printer."""
    critical = any(is_critical(alert, mib) for alert in mib.alerts)
    return next(row for row in RULES if row.holds(mib.status, critical=critical))


def bits_of(bits: Bit | None) -> Bits:
    """Which kind of bits are set."""
    if bits is None:
        return Bits.ABSENT
    bits &= ~Bit.RESERVED
    if not bits:
        return Bits.CLEAR
    return Bits.HARD if bits & HARD else Bits.SOFT
