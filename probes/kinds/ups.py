"""A UPS, through NUT's upsd on this PC or on another of the office."""

import errno
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from probes.probe import Candidate, Confirm, Probe
from probes.reading import NOT_RESPONDING, Actor, Fault, Metric, ProbeError, Reading, Severity
from probes.secret import Secret
from probes.text import clean
from probes.ups.figures import METRICS
from probes.ups.verdict import Limits, judge
from probes.wire import nut
from probes.wire.address import endpoint, is_loopback

_ASK_SECONDS = 4.0
_DISCOVER_SECONDS = 1.0
_MOST_UPSES = 4
_NOBODY = (errno.EHOSTUNREACH, errno.EHOSTDOWN, errno.ECONNRESET)


@dataclass(kw_only=True)
class Ups(Probe):
    """A UPS.

    host, port: where upsd is. ups: its name there; without one the only one. user, password_file: only where upsd
    wants to know who reads. battery_low_ratio, runtime_low_seconds: below these it is low on battery, whatever the
    UPS thinks of it.
    """

    host: str = "127.0.0.1"
    port: int = nut.PORT
    ups: str = ""
    user: str = ""
    password_file: Secret | None = None
    battery_low_ratio: float = 0.2
    runtime_low_seconds: float = 120.0
    _limits: Limits = field(init=False, repr=False)

    interval_seconds: ClassVar[float] = 5.0  # what falls with the power is to be found on the power's ticket
    confirm: ClassVar[Confirm] = Confirm(relook_seconds=0.5)
    tells_power: ClassVar[bool] = True
    metrics: ClassVar[tuple[Metric, ...]] = METRICS

    def __post_init__(self) -> None:
        """Refuse what cannot be asked."""
        try:
            endpoint(f"[{self.host}]" if ":" in self.host else self.host, self.port)
        except ValueError as error:
            msg = f"host: {error}"
            raise ValueError(msg) from error
        if self.ups and not nut.is_name(self.ups):
            msg = f"ups: {self.ups!r} is no name of a UPS; write it as upsc -l shows it"
            raise ValueError(msg)
        if bool(self.user) != bool(self.password_file) or not (self.user.isprintable() and self.user.isascii()):
            msg = "user: give it, in plain letters, and password_file together, or neither"
            raise ValueError(msg)
        if not 0 <= self.battery_low_ratio < 1 or self.runtime_low_seconds < 0:
            msg = "battery_low_ratio: must be from 0 to less than 1, and runtime_low_seconds 0 or more"
            raise ValueError(msg)
        self._limits = Limits(battery_low_ratio=self.battery_low_ratio, runtime_low_seconds=self.runtime_low_seconds)

    def read(self) -> Reading:
        """Ask upsd. Raises ProbeError where it does not know how its UPS is: unknown is no fault."""
        who = self._login()
        try:
            with nut.session(self.host, self.port, _ASK_SECONDS) as asked:
                if who is not None:
                    asked.login(who)
                said = nut.variables(asked, self.ups or _only(asked))
        except OSError as error:
            return self._silent(error)
        return judge(said, self._limits)

    def _login(self) -> nut.Login | None:
        if self.password_file is None:
            return None
        try:
            return nut.Login(user=self.user, password=self.password_file.reveal())
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            msg = clean(f"{self.password_file.path}: {why}; write upsd's password on its first line", 256)
            raise ProbeError(msg) from error

    def _silent(self, error: OSError) -> Reading:
        """Another PC that is gone is silence, as any device's; an upsd that is not running is not the UPS's fault."""
        why = "no answer in time" if isinstance(error, TimeoutError) else error.strerror
        here = is_loopback(self.host) or self.host == "localhost"
        if not here and (isinstance(error, TimeoutError) or error.errno in _NOBODY):
            detail = clean(f"{self.host}:{self.port}: {why}")
            silent = Fault(code=NOT_RESPONDING, severity=Severity.DEGRADED, actor=Actor.TECHNICIAN, detail=detail)
            return Reading(reachable=False, faults=(silent,))
        msg = clean(f"cannot ask upsd at {self.host}:{self.port}: {why}; is nut-server running there?", 256)
        raise ProbeError(msg) from error

    @classmethod
    def discover(cls) -> Iterator[Candidate]:
        """What upsd on this PC knows, if it runs."""
        try:
            with nut.session("127.0.0.1", nut.PORT, _DISCOVER_SECONDS) as asked:
                known = list(nut.upses(asked).items())[:_MOST_UPSES]
        except (OSError, ProbeError):
            return
        for name, said in known:
            label = f"UPS ({said})" if said and "unavailable" not in said.lower() else f"UPS ({name})"
            options = {"ups": name} if len(known) > 1 else {}
            yield Candidate(id="ups", kind="ups", label=clean(label, 64), role="ups", options=options)


def _only(asked: nut.Session) -> str:
    known = sorted(nut.upses(asked))
    if len(known) != 1:
        msg = clean(f'upsd knows {len(known)} UPSes ({", ".join(known)}): name one with ups = "..."', 200)
        raise ProbeError(msg)
    return known[0]
