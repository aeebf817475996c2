"""Looks at one printer by SNMP: the pulse each time, the whole of it only when there is reason to."""

import time
from collections.abc import Callable, Iterable

from probes.mib import oids
from probes.mib.model import PrinterStatus
from probes.mib.parse import parse
from probes.mib.reading import reading
from probes.printer import silent
from probes.reading import ProbeError, Reading, Severity
from probes.supply_quirks import quirk
from probes.text import clean
from probes.wire.knock import knock
from probes.wire.snmp import Oid, Rows, SilenceError, Talk, Value

FULL_SECONDS = 600.0
FULL_SECONDS_WHILE_BLOCKED = 60.0
"""A blocked printer is looked at whole more often: a few models mend without a sign in the pulse."""
FULL_SECONDS_ASLEEP = 3600.0
"""A sleeping printer uses nothing up, and is left alone but for its pulse."""
OTHER_PORTS = (9100, 631, 80)
"""Where a printer that is silent on SNMP may still answer: raw printing, IPP, its web page."""
_KNOCK_SECONDS = 1.0
_AT_WORK = frozenset({PrinterStatus.IDLE, PrinterStatus.PRINTING, PrinterStatus.WARMUP})

Pulse = tuple[Value, ...]


class Look:
    """One printer, and what was seen of it last. clock: monotonic seconds."""

    def __init__(
        self,
        talk: Talk,
        quirks: Iterable[str] = (),
        *,
        other_ports: tuple[int, ...] = OTHER_PORTS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._talk = talk
        self._quirks = tuple(quirks)
        self._other_ports = other_ports
        self._clock = clock
        self._pulse_oids: tuple[Oid, ...] = ()
        self._pulse: Pulse | None = None
        self._last: Reading | None = None
        self._full_due = 0.0

    def read(self) -> Reading:
        """One look. Raises ProbeError when the printer cannot be asked or answers nonsense."""
        try:
            with self._talk.look():
                return self._same() or self._whole()
        except SilenceError as silence:
            self._pulse = None
            return self._silent(silence)
        except ProbeError:
            self._pulse = None
            raise

    def close(self) -> None:
        """Give the socket back."""
        self._talk.line.end()

    def _same(self) -> Reading | None:
        """The last reading, if one request shows that nothing has changed since."""
        if self._pulse is None or self._last is None or self._clock() >= self._full_due:
            return None
        return self._last if _pulse(self._talk.get(self._pulse_oids), self._pulse_oids) == self._pulse else None

    def _whole(self) -> Reading:
        self._talk.forget()
        rows = dict(self._talk.get(oids.SCALARS))
        for group in oids.GROUPS:
            rows.update(self._talk.walk(group))
        mib = parse(rows)
        chosen = quirk(mib.enterprise, self._quirks)
        found = reading(mib, chosen, self._talk.walk(chosen.real_levels) if chosen.real_levels else {})
        self._pulse_oids = oids.pulse(mib.index)
        # A fault that has just come or gone is looked at whole once more, to confirm it.
        settled = _keys(found) == _keys(self._last)
        self._pulse = _pulse(rows, self._pulse_oids) if settled else None
        self._full_due = self._clock() + _rest(found)
        self._last = found
        return found

    def _silent(self, silence: SilenceError) -> Reading:
        """Nobody answered SNMP: switched off, or there but not willing (RFC 3805 agents, wrong community)."""
        host = self._talk.line.endpoint.host
        door = knock(host, self._other_ports, _KNOCK_SECONDS)
        if door.port is not None:
            msg = clean(
                f"{host} answers the network (TCP port {door.port}) but not our SNMP questions: switch SNMP on in "
                f"the printer's settings, and check version, community or keys",
                limit=256,
            )
            raise ProbeError(msg) from silence
        self._last = None
        refused = silence.refused or door.refused
        tried = "refused" if refused else "no answer"
        ports = ", ".join(str(port) for port in self._other_ports)
        return silent(clean(f"{silence}; TCP ports {ports}: {tried}", limit=256))


def _rest(found: Reading) -> float:
    """Seconds until the next full look, if the pulse does not ask for one before."""
    if any(fault.severity is Severity.BLOCKING for fault in found.faults):
        return FULL_SECONDS_WHILE_BLOCKED
    return FULL_SECONDS_ASLEEP if found.asleep else FULL_SECONDS


def _keys(found: Reading | None) -> frozenset[tuple[str, str]]:
    return frozenset(fault.key for fault in found.faults) if found else frozenset()


def _pulse(rows: Rows, names: tuple[Oid, ...]) -> Pulse:
    """The variables whose change means a full look; printing is no change, and the up-time changes always."""
    values = [rows.get(name) for name in names if name != oids.SYS_UP_TIME]
    at_work = oids.PRINTER["status"]
    return tuple(
        b"at work" if name[: len(at_work)] == at_work and value in _AT_WORK else value
        for name, value in zip(names, values, strict=False)
    )
