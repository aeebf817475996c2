"""From upsd's variables to a reading. Decided by the words of ups.status alone; other text is evidence."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from probes.reading import Actor, Fault, Metric, ProbeError, Reading, Sample, Severity
from probes.text import SafeText, clean
from probes.ups.figures import CHARGE, MAINS, RUNTIME, figures

_MOST_WORDS = 32
_FACTS = {
    "vendor": ("device.mfr", "ups.mfr"),
    "model": ("device.model", "ups.model"),
    "serial": ("device.serial", "ups.serial"),
    "firmware": ("ups.firmware",),
}
# Words of ups.status (NUT, docs/new-drivers.txt) that are faults of their own; keywords after RFC 1628's alarms.
_STATED = (
    ("RB", "battery-replace", Actor.TECHNICIAN),
    ("OVER", "output-overload", Actor.COUNTER),
    ("BYPASS", "on-bypass", Actor.TECHNICIAN),
    ("OFF", "output-off", Actor.COUNTER),
)
_TESTING = frozenset({"CAL", "TEST"})
"""It runs on its battery to measure it: no power cut, and no low battery either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Below which charge or runtime a UPS without mains is low on battery, whatever it thinks itself."""

    battery_low_ratio: float
    runtime_low_seconds: float


def judge(said: Mapping[str, SafeText], limits: Limits) -> Reading:
    """What upsd's variables mean. Raises ProbeError while its driver has not heard of the UPS yet."""
    words = frozenset(said.get("ups.status", "").split()[:_MOST_WORDS])
    if not words or "WAIT" in words:
        msg = "upsd does not know how its UPS is yet (ups.status); look at its driver's log if this lasts"
        raise ProbeError(msg)
    known = dict(figures(said))
    samples = [Sample(metric=metric, value=value) for metric, value in known.items()]
    told = bool(words & {"OL", "OB"})
    if told:
        samples.append(Sample(metric=MAINS, value=float(not _on_battery(words))))
    return Reading(
        reachable=True,
        faults=tuple(_faults(words, known, limits, _evidence(said, known))),
        samples=tuple(samples),
        facts={fact: text for fact, names in _FACTS.items() if (text := _first(said, names))},
        capabilities={"status": told, "battery": CHARGE in known, "runtime": RUNTIME in known},
    )


def _first(said: Mapping[str, SafeText], names: tuple[str, ...]) -> SafeText:
    return next((said[name] for name in names if said.get(name)), SafeText(""))


def _on_battery(words: frozenset[str]) -> bool:
    return "OB" in words and not words & _TESTING


def _faults(words: frozenset[str], known: Mapping[Metric, float], limits: Limits, detail: SafeText) -> Iterator[Fault]:
    def fault(code: str, severity: Severity, actor: Actor) -> Fault:
        return Fault(code=code, severity=severity, actor=actor, detail=detail)

    if _on_battery(words):
        yield fault("on-battery", Severity.DEGRADED, Actor.POWER)
    if "FSD" in words or (_on_battery(words) and ("LB" in words or _ends_soon(known, limits))):
        yield fault("battery-low", Severity.BLOCKING, Actor.POWER)
    elif "LB" in words and not words & (_TESTING | {"CHRG"}):
        yield fault("battery-low", Severity.DEGRADED, Actor.TECHNICIAN)
    stated = [fault(code, Severity.DEGRADED, actor) for word, code, actor in _STATED if word in words]
    yield from stated
    if "ALARM" in words and not (stated or words & {"OB", "LB", "FSD"}):
        yield fault("other", Severity.DEGRADED, Actor.TECHNICIAN)


def _ends_soon(known: Mapping[Metric, float], limits: Limits) -> bool:
    charge, runtime = known.get(CHARGE, math.inf), known.get(RUNTIME, math.inf)
    return charge < limits.battery_low_ratio or runtime < limits.runtime_low_seconds


def _evidence(said: Mapping[str, SafeText], known: Mapping[Metric, float]) -> SafeText:
    parts = [said.get("ups.status", ""), said.get("ups.alarm", "")]
    parts += [f"{known[CHARGE]:.0%} left"] if CHARGE in known else []
    parts += [f"{known[RUNTIME]:.0f} s by its own count"] if RUNTIME in known else []
    return clean("; ".join(part for part in parts if part), 200)
