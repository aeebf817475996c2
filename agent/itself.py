"""The agent as one of its own devices: what it has to say of itself."""

from probes.reading import Actor, Device, Fault, Severity
from probes.text import clean

SELF = Device(id="jagaloket", kind="agent", label=clean("JagaLoket"), role="agent")


def store_damaged(what_was_done: object) -> Fault:
    """The store was damaged and has been repaired. what_was_done: as the salvage tells it."""
    return Fault(
        code="store-damaged",
        severity=Severity.NOTICE,
        actor=Actor.TECHNICIAN,
        detail=clean(str(what_was_done), 300),
    )
