"""A USB printer's status byte between looks: when to ask for it, and when to believe it.

Many printers answer the same byte for ever. 0x00 for ever is no error, and 0x18 for ever is no health: that the
byte tells anything is known only once it has changed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from probes.printer import fault
from probes.raw.rest import Rest
from probes.reading import Actor, Fault, Severity
from probes.text import clean
from probes.usb.device import Interface, UsbDevice
from probes.wire import lpnode, usblp
from probes.wire.ieee1284 import Identity, parse
from probes.wire.stream import Outcome
from probes.wire.sysfs import ROOT
from probes.wire.usblp import Answer, PortStatus

STATED = frozenset({"media-empty", "offline", "other"})
"""The faults that the byte can state."""

_MASK = 0x38
_MEANT = 0x28
"""Paper empty and no error at once: from a printer that never said anything else, that is no statement."""

_ASK_SECONDS = 4.0

Ask = Callable[[UsbDevice, Interface], Answer]


def ask(device: UsbDevice, interface: Interface) -> Answer:
    """The answer of the printer behind an interface. Raises ProbeError when its driver hangs.

    usblp's node where usblp is bound; USB itself where nothing is; otherwise somebody prints, or ipp-usb has it.
    """
    if interface.driver == "":
        return usblp.ask_unbound(device.bus, device.number, interface.number, deadline_seconds=_ASK_SECONDS)
    node = lpnode.node_of(device.port, interface.number) if interface.driver == "usblp" else ""
    if not node:
        return Answer(outcome=Outcome.BUSY, detail=clean(f"{interface.driver} has the printer"))
    return usblp.ask_bound(node, deadline_seconds=_ASK_SECONDS)


@dataclass(slots=True, kw_only=True)
class StatusByte:
    """Asks for the byte after somebody printed, and at every look while it states a fault. clock: monotonic seconds."""

    clock: Callable[[], float]
    ask: Ask = ask
    identity: Identity = field(default_factory=Identity)
    _seen: set[int] = field(default_factory=set)
    rest: Rest = field(default_factory=Rest)
    root: Path = ROOT
    _asked_of: tuple[int, int, str] | None = None
    _answer: Answer | None = None

    @property
    def tells(self) -> bool:
        """Whether the byte has changed once."""
        return len(self._seen) > 1

    def look(self, device: UsbDevice, interface: Interface) -> tuple[tuple[Fault, ...], bool]:
        """The faults, and whether they could be judged. Raises ProbeError when the driver hangs."""
        answer = self._fresh(device, interface)
        self._identify(interface, answer)
        if answer.outcome is Outcome.DENIED:
            return (_no_permission(answer),), False
        if answer.status is None:
            return (), False
        self._seen.add(answer.status.byte & _MASK)
        if not self._believes(answer.status):
            return (), False
        return tuple(_faults(answer.status)), True

    def _fresh(self, device: UsbDevice, interface: Interface) -> Answer:
        asked_of = (*device.address, interface.driver)
        last = self._answer if self._asked_of == asked_of else None
        if last is not None and self._is_calm(last) and self.rest.lasts(self.clock()):
            return last
        self._answer, self._asked_of = self.ask(device, interface), asked_of
        self.rest.begin(f"{self.root}/{device.port}", self.clock())
        return self._answer

    def _is_calm(self, answer: Answer) -> bool:
        """Neither printing nor stating a fault."""
        if answer.outcome is Outcome.BUSY:
            return False
        return answer.status is None or answer.status.healthy or not self._believes(answer.status)

    def _believes(self, status: PortStatus) -> bool:
        if status.healthy or self.tells:
            return True
        return status.paper_empty and status.byte & _MEANT != _MEANT

    def _identify(self, interface: Interface, answer: Answer) -> None:
        """What the kernel cached when usblp was bound, else what the printer answered over USB."""
        raw: bytes | str = interface.ieee1284 or answer.device_id
        if raw:
            self.identity = parse(raw)


def _faults(status: PortStatus) -> tuple[Fault, ...]:
    """One cause: what is empty or off-line raises the error bit as well."""
    evidence = clean(str(status))
    if status.paper_empty:
        return (fault("media-empty", detail=evidence),)
    if not status.selected:
        return (fault("offline", detail=evidence),)
    return (fault("other", detail=evidence, stops=True, actor=Actor.COUNTER),) if status.error else ()


def _no_permission(answer: Answer) -> Fault:
    return Fault(code="no-permission", severity=Severity.NOTICE, actor=Actor.TECHNICIAN, detail=answer.detail)
