"""The [device.*] tables: from TOML to what the watch looks at."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any

from agent.options import Mistakes, Steps, build, names
from agent.tables import fits, named
from agent.watched import Watched
from probes import shelf
from probes.probe import Confirm, Probe
from probes.reading import Device
from probes.text import SafeText

KINDS = "probes.kinds"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    """The options that every device has, whatever its kind."""

    kind: str
    role: str = ""
    label: SafeText | None = None
    responsible: str = ""
    asset: Mapping[str, SafeText] = field(default_factory=lambda: MappingProxyType({}))
    interval_seconds: float | None = None
    deadline_seconds: float | None = None
    confirm: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    depends_on: tuple[str, ...] = ()
    always_on: bool = False

    def __post_init__(self) -> None:
        for name in ("interval_seconds", "deadline_seconds"):
            value = getattr(self, name)
            if value is not None and not 0 < value <= 86_400:  # noqa: PLR2004 - a day
                msg = f"{name}: must be above 0 and at most 86400"
                raise ValueError(msg)


def watch_devices(tables: Any, mistakes: Mistakes) -> list[Watched]:  # noqa: ANN401 - TOML gives Any
    """All [device.*] tables; those in which something was wrong are left out."""
    made = [
        _watch_device(name, table, mistakes)
        for name, table in named(tables, "device", "printer-resi", mistakes).items()
    ]
    return [item for item in made if item is not None]


def watch_device(name: str, table: Any, mistakes: Mistakes) -> Watched | None:  # noqa: ANN401 - TOML gives Any
    """One [device.*] table; None when something in it was wrong."""
    return _watch_device(name, table, mistakes) if fits("device", name, table, mistakes) else None


def _watch_device(name: str, table: Mapping[str, Any], mistakes: Mistakes) -> Watched | None:
    path: Steps = ("device", name)
    kind = _kind(table.get("kind"), path, mistakes)
    if kind is None:
        return None
    own = names(kind)
    shared = set(names(_Options)) - set(own)
    before = len(mistakes)
    for key in table.keys() - shared - set(own):
        known = ", ".join(sorted(shared | set(own)))
        mistakes.add((*path, key), f"unknown key for kind {table['kind']!r}; known are: {known}")
    common = build(_Options, {key: table[key] for key in table.keys() & shared}, path, mistakes)
    probe = build(kind, {key: table[key] for key in table.keys() & set(own)}, path, mistakes)
    if common is None or probe is None or len(mistakes) > before:
        return None
    return _watched(name, common, probe, table, mistakes)


def _watched(name: str, common: _Options, probe: Probe, table: Mapping[str, Any], mistakes: Mistakes) -> Watched | None:
    rhythm = {**asdict(probe.confirm), **common.confirm}
    confirm = build(Confirm, rhythm, ("device", name, "confirm"), mistakes)
    if confirm is None:
        return None
    device = Device(
        id=name,
        kind=common.kind,
        label=common.label or SafeText(name),
        role=common.role,
        responsible=common.responsible,
        asset=common.asset,
    )
    interval = common.interval_seconds or probe.interval_seconds
    deadline = common.deadline_seconds or probe.deadline_seconds
    return Watched(
        device=device,
        probe=probe,
        interval_seconds=interval,
        deadline_seconds=deadline,
        confirm=confirm,
        depends_on=common.depends_on,
        always_on=common.always_on,
        source=MappingProxyType(dict(table)),
    )


def _kind(name: Any, path: Steps, mistakes: Mistakes) -> type[Probe] | None:  # noqa: ANN401
    if not isinstance(name, str):
        mistakes.add((*path, "kind"), f"is missing; one of {', '.join(shelf.names(KINDS))}")
        return None
    try:
        return shelf.find(KINDS, name, Probe)
    except LookupError:
        mistakes.add((*path, "kind"), f"there is no kind {name!r}; there are: {', '.join(shelf.names(KINDS))}")
        return None
