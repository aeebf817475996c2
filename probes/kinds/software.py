"""A program that the counter's work needs: its process, its unit, its port, what it writes; or its port elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from probes.probe import Confirm, Probe
from probes.reading import NOT_RESPONDING, Actor, Metric, Reading, Sample
from probes.software.output import NEWEST, OutputCheck
from probes.software.part import UP, Check, Found, wrong
from probes.software.port import NOT_OURS, PortCheck, RemoteCheck
from probes.software.process import STARTED, ProcessCheck
from probes.software.unit import UnitCheck
from probes.text import SafeText
from probes.wire import systemctl
from probes.wire.address import endpoint, family, is_near

_MOST_TEXT = 200
_ANY_PORT = 1


@dataclass(kw_only=True)
class Software(Probe):
    """One program.

    process: its name. command: a piece of its command line, * stands for anything. user: whose it is. unit: of
    systemd. port: on which it listens (TCP). path, stale_minutes: a file it writes, or a folder it writes files into,
    and how old the newest may be. host: the program runs on that PC of the office, and only its port is seen.
    """

    process: str = ""
    command: str = ""
    user: str = ""
    unit: str = ""
    port: int = 0
    path: Path | None = None
    stale_minutes: float = 30.0
    host: str = ""
    _checks: tuple[Check, ...] = field(init=False, repr=False)

    interval_seconds: ClassVar[float] = 30.0
    confirm: ClassVar[Confirm] = Confirm(relook_seconds=20.0)  # who starts it again is faster than that
    metrics: ClassVar[tuple[Metric, ...]] = (UP, STARTED, NEWEST)

    def __post_init__(self) -> None:
        """Refuse what says nothing, or too much."""
        if self.user and not (self.process or self.command):
            msg = "user: belongs to process or command; write one of them, too"
            raise ValueError(msg)
        if not 0 < self.stale_minutes <= 60 * 24 * 31:
            msg = "stale_minutes: must be above 0 and at most a month"
            raise ValueError(msg)
        if self.path is not None and not self.path.is_absolute():
            msg = f"path: {str(self.path)!r} is not an absolute path; write one that starts with /"
            raise ValueError(msg)
        for option in ("process", "command", "user"):
            if len(getattr(self, option)) > _MOST_TEXT:
                msg = f"{option}: is longer than {_MOST_TEXT} signs; a piece of it is enough"
                raise ValueError(msg)
        self._checks = tuple(self._remote() if self.host else self._local())
        if not self._checks:
            msg = "process: is missing; say how to see the program: process, command, unit, port or path"
            raise ValueError(msg)

    def _remote(self) -> Iterator[Check]:
        if self.process or self.command or self.unit or self.path or not self.port:
            msg = "host: of a program on another PC only the port is seen; write host and port, and nothing else"
            raise ValueError(msg)
        try:
            endpoint(f"[{self.host}]" if ":" in self.host else self.host, self.port)
        except ValueError as error:
            msg = f"host: {error}"
            raise ValueError(msg) from error
        if family(self.host) is not None and not is_near(self.host):
            msg = f"host: {self.host} {NOT_OURS}"
            raise ValueError(msg)
        yield RemoteCheck(self.host, self.port)

    def _local(self) -> Iterator[Check]:
        process = ProcessCheck(self.process, self.command, self.user) if self.process or self.command else None
        if self.unit:
            try:
                yield UnitCheck(systemctl.full_name(self.unit))
            except ValueError as error:
                msg = f"unit: {error}"
                raise ValueError(msg) from error
        if process is not None:
            yield process
        if self.port:
            if not _ANY_PORT <= self.port <= 65535:  # noqa: PLR2004 - the highest port
                msg = f"port: {self.port} is no port; write 1 to 65535"
                raise ValueError(msg)
            yield PortCheck(self.port)
        if self.path is not None:
            yield OutputCheck(self.path, self.stale_minutes, lambda: process.started if process else None)

    def read(self) -> Reading:
        """Look at one side after the other, up to the first that fails. Raises ProbeError where one cannot be seen."""
        found: dict[str, Found] = {}
        for check in self._checks:
            try:
                found[check.name] = check.look()
            except ConnectionError as error:
                found[check.name] = wrong(NOT_RESPONDING, Actor.TECHNICIAN, str(error))
            if found[check.name].fault is not None:
                break
        faults = tuple(one.fault for one in found.values() if one.fault is not None)
        open_codes = {code for check in self._checks if not _judged(found.get(check.name)) for code in check.codes}
        samples = [
            Sample(metric=UP, value=float(one.up), labels=(SafeText(name),))
            for name, one in found.items()
            if one.up is not None
        ]
        return Reading(
            reachable=all(fault.code != NOT_RESPONDING for fault in faults),
            faults=faults,
            samples=(*samples, *(sample for one in found.values() for sample in one.samples)),
            capabilities={check.name: _judged(found.get(check.name)) for check in self._checks},
            skipped=frozenset(open_codes - {fault.code for fault in faults}),
        )


def _judged(found: Found | None) -> bool:
    return found is not None and found.up is not None
