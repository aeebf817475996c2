"""The PC's clock, by what the kernel knows of it and by whether somebody set it. It asks nobody over the network."""

import time

from probes.host.part import Found, gauge
from probes.reading import Actor, Fault, Metric, MetricType, Severity
from probes.text import clean
from probes.wire import clock

SYNCHRONISED = gauge("clock_synchronised", "Whether a time service keeps the kernel's clock.")
OFFSET = gauge("clock_offset_seconds", "What the kernel still has to slew, while it is synchronised.")
JUMPS = Metric(
    name="jagaloket_host_clock_jumps_total",
    type=MetricType.COUNTER,
    help="How often the clock was set by more than two seconds while the agent ran.",
)
TRUSTED = Metric(
    name="jagaloket_clock_trusted",
    type=MetricType.GAUGE,
    help="Whether verdicts that hang on the date may be believed.",
)
METRICS = (SYNCHRONISED, OFFSET, JUMPS, TRUSTED)

_JUMP_SECONDS = 2.0
_GRACE_SECONDS = 3600.0


class PcClock:
    """It is wrong before this program was written, before the last time known, and (if asked for) kept by nobody."""

    def __init__(self, *, require_synchronised: bool) -> None:
        self._require = require_synchronised
        self._skew: float | None = None
        self._jumps = 0

    def look(self, found: Found) -> None:
        """Add what the clock says."""
        kernel = clock.kernel_clock()
        synchronised = kernel is not None and kernel.synchronised
        self._count_jumps()
        found.told["clock"] = kernel is not None
        if kernel is not None:
            found.sample(SYNCHRONISED, float(synchronised))
        if kernel is not None and synchronised:
            found.sample(OFFSET, kernel.offset_seconds)
        found.sample(JUMPS, self._jumps)
        found.sample(TRUSTED, float(clock.trusted()))
        if why := self._wrong(told=kernel is not None, synchronised=synchronised):
            fault = Fault(code="clock-wrong", severity=Severity.DEGRADED, actor=Actor.TECHNICIAN, detail=clean(why))
            found.faults.append(fault)

    def _count_jumps(self) -> None:
        skew = clock.skew_seconds()
        if self._skew is not None and abs(skew - self._skew) > _JUMP_SECONDS:
            self._jumps += 1
        self._skew = skew

    def _wrong(self, *, told: bool, synchronised: bool) -> str:
        if not clock.trusted():
            says, known = (time.strftime("%Y-%m-%d", time.gmtime(at)) for at in (time.time(), clock.FLOOR.seconds))
            return f"the clock says {says}, but it was {known} before; the CMOS battery may be empty"
        up_seconds = time.clock_gettime(time.CLOCK_BOOTTIME)
        if self._require and told and not synchronised and up_seconds > _GRACE_SECONDS:
            return "no time service keeps the clock (timedatectl set-ntp true)"
        return ""
