"""A USB printer's status byte between looks: when to ask for it, and when to believe it.

Many printers answer the same byte for ever. 0x00 for ever is no error, and 0x18 for ever is no health: that the
byte tells anything is known only once it has changed.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from probes.printer import fault
from probes.raw.place import REST_SECONDS
from probes.reading import Actor, Fault, Severity
from probes.text import clean
from probes.usb.device import Interface, UsbDevice
from probes.wire import lpnode, usblp
from probes.wire.ieee1284 import Identity, parse
from probes.wire.stream import Outcome
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
    """Asks for the byte once a minute, and at every look while it states a fault. clock: monotonic seconds."""

    clock: Callable[[], float]
    ask: Ask = ask
    identity: Identity = field(default_factory=Identity)
    _seen: set[int] = field(default_factory=set)
    _asked_of: tuple[int, int, str] | None = None
    _asked_at: float = -math.inf
    _answer: Answer | None = None

    @property
    def tells(self) -> bool:
        """Whether the byte has changed once."""
        return len(self._seen) > 1

    def look(self, device: UsbDevice, interface: Interface) -> tuple[tuple[Fault, ...], bool]:
        """The faults, and whether they could be judged. Raises ProbeError when the driver hangs."""
        self._identify(device, interface)
        answer = self._fresh(device, interface)
        if answer.outcome is Outcome.DENIED:
            return (_no_permission(answer),), False
        if answer.status is None:
            return (), False
        self._seen.add(answer.status.byte & _MASK)
        if not self._believes(answer.status):
            return (), False
        return tuple(_faults(answer.status)), True

    def _fresh(self, device: UsbDevice, interface: Interface) -> Answer:
        now, last = self.clock(), self._answer
        healthy = last is not None and (last.status is None or last.status.healthy or not self._believes(last.status))
        busy = last is not None and last.outcome is Outcome.BUSY
        asked_of = (*device.address, interface.driver)
        rests = healthy and not busy and self._asked_of == asked_of and now - self._asked_at < REST_SECONDS
        if last is not None and rests:
            return last
        self._answer = self.ask(device, interface)
        self._asked_at, self._asked_of = now, asked_of
        return self._answer

    def _believes(self, status: PortStatus) -> bool:
        if status.healthy or self.tells:
            return True
        return status.paper_empty and status.byte & _MEANT != _MEANT

    def _identify(self, device: UsbDevice, interface: Interface) -> None:
        raw: bytes | str = interface.ieee1284
        if not raw and self._answer is not None and self._asked_of == (*device.address, interface.driver):
            raw = self._answer.device_id
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
