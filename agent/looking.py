"""jagaloket probe: look once now, for a person or a program."""

import threading
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from agent.clock import SystemClock
from agent.config import Config, ConfigError
from agent.devices import watch_device
from agent.lines import dotted
from agent.look import Look, failed, take
from agent.options import Mistakes
from agent.watched import Watched
from probes.reading import Reading, Sample, State

HEALTHY, FAULT, BLIND = 0, 1, 3
Report = dict[str, Any]


def chosen(config: Config, devices: Sequence[str], *, everything: bool) -> list[Watched]:
    """The configured devices that were named, or all. Raises ConfigError for a name that is not there."""
    known = {item.device.id: item for item in config.watched}
    if everything:
        return list(known.values())
    if not devices:
        raise ConfigError([f"name a device or say --all; devices are: {', '.join(known)}"])
    wrong = [name for name in devices if name not in known]
    if wrong:
        raise ConfigError([f"there is no device {name!r}; devices are: {', '.join(known)}" for name in wrong])
    return [known[name] for name in devices]


def unconfigured(kind: str, settings: Iterable[str]) -> Watched:
    """A device from --kind and --set. A value is read as TOML where that fits the option, else as plain text."""
    pairs = [setting.partition("=") for setting in settings]
    for key, sign, _ in pairs:
        if not key or not sign:
            raise ConfigError([f"--set {key}: write it as key=value"])
    mistakes = Mistakes()
    item = watch_device(kind.replace("_", "-"), _table(kind, pairs, toml=True), mistakes)
    if item is None:
        again = Mistakes()
        item = watch_device(kind.replace("_", "-"), _table(kind, pairs, toml=False), again)
    if item is None:
        raise ConfigError([f"--set {dotted(problem.path[2:])}: {problem.message}" for problem in mistakes])
    return item


def _table(kind: str, pairs: Iterable[tuple[str, str, str]], *, toml: bool) -> dict[str, Any]:
    table: dict[str, Any] = {"kind": kind}
    for key, _, text in pairs:
        *path, last = key.split(".")
        inner = table
        for step in path:
            inner = inner.setdefault(step, {})
        inner[last] = _value(text) if toml else text
    return table


def _value(text: str) -> Any:  # noqa: ANN401 - TOML has no narrower type
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def report(item: Watched) -> Report:
    """Look once, within the device's deadline, and say what was found as interface.md lays it down."""
    clock = SystemClock()
    started = datetime.now().astimezone()
    done: list[Look] = []
    worker = threading.Thread(target=lambda: done.append(take(item, clock)), daemon=True)
    worker.start()
    worker.join(item.deadline_seconds)
    look = (
        done[0] if done else failed(f"no answer within {item.deadline_seconds:g} s", item.deadline_seconds, "deadline")
    )
    if done:
        item.probe.close()
    return {
        "device": item.device.id,
        "kind": item.device.kind,
        "label": item.device.label,
        **_found(look.reading),
        "error": look.error or None,
        "started": started.isoformat(timespec="seconds"),
        "seconds": round(look.duration_seconds, 3),
    }


def _found(reading: Reading | None) -> Report:
    if reading is None:
        return {"reachable": None, "state": State.UNKNOWN, "faults": [], "samples": {}, "facts": {}, "capabilities": {}}
    return {
        "reachable": reading.reachable,
        "state": reading.state,
        "faults": [
            {"code": f.code, "severity": f.severity, "part": f.part, "actor": f.actor, "detail": f.detail}
            for f in reading.faults
        ],
        "samples": _samples(reading.samples),
        "facts": dict(reading.facts),
        "capabilities": dict(reading.capabilities),
    }


def _samples(samples: Iterable[Sample]) -> Mapping[str, list[Report]]:
    grouped: dict[str, list[Report]] = {}
    for sample in samples:
        labels = dict(zip(sample.metric.labels, sample.labels, strict=False))
        grouped.setdefault(sample.metric.name, []).append({"labels": labels, "value": sample.value})
    return grouped


def exit_code(reports: Iterable[Report]) -> int:
    """0 healthy, 1 a fault, 3 could not look; of several devices a fault decides."""
    reports = list(reports)
    if any(report["faults"] or report["reachable"] is False for report in reports):
        return FAULT
    return BLIND if any(report["error"] for report in reports) else HEALTHY


def lines(reports: Iterable[Report]) -> list[str]:
    """The same for a technician's eyes."""
    text = []
    for report in reports:
        text.append(
            f"{report['device']} ({report['label']}, {report['kind']}): {report['state']}, {report['seconds']} s"
        )
        if report["error"]:
            text.append(f"  could not look: {report['error']}")
        for fault in report["faults"]:
            part = f" [{fault['part']}]" if fault["part"] else ""
            detail = f": {fault['detail']}" if fault["detail"] else ""
            text.append(f"  {fault['severity']} {fault['code']}{part}, {fault['actor']} acts{detail}")
        text += [f"  {name}: {value}" for name, value in report["facts"].items()]
        cannot = [name for name, able in report["capabilities"].items() if not able]
        if cannot:
            text.append(f"  cannot tell: {', '.join(cannot)}")
    return text
