"""What the scripted devices can say."""

from dataclasses import replace
from functools import cache

from probes.reading import ProbeError, Reading, Severity
from tests.fakes.counter import bad, fine
from tests.simulate.office import PORTS

NOTICES = frozenset({"on-battery", "reboot-unclean"})
CERTAIN = frozenset({"reboot-unclean"})


@cache
def answer(device: str, says: str) -> Reading | Exception:
    """fine, asleep, blind, or a fault's code, with its part after a colon."""
    facts = {"port": PORTS[device]} if device in PORTS else {"serial": f"SN-{device}"}
    if says == "fine":
        return fine(**facts)
    if says == "asleep":
        return Reading(reachable=True, asleep=True)
    if says == "blind":
        return ProbeError("busy")
    code, _, part = says.partition(":")
    severity = Severity.NOTICE if code in NOTICES else Severity.BLOCKING
    reading = bad(code, part=part, severity=severity, **facts)
    return replace(reading, faults=tuple(replace(one, certain=one.code in CERTAIN) for one in reading.faults))
