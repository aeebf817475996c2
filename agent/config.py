"""The configuration: strict TOML in, frozen values out; every mistake named by path, line and remedy."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from agent import depends
from agent.options import Mistakes, Steps, build, names
from agent.watched import Watched
from agent.web import WebSettings
from alerts.letter import MailSettings
from alerts.office import Office
from alerts.policy import TicketPolicy
from probes import shelf
from probes.probe import Confirm, Probe
from probes.reading import Device
from probes.text import SafeText, clean

KINDS = "probes.kinds"
DESKS = "alerts.tickets"
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_LIMIT_BYTES = 1024 * 1024


class ConfigError(Exception):
    """The configuration cannot be used. lines: one message per mistake, ready to print."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """What citizens come for, and the devices it needs."""

    id: str
    label: SafeText
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything the agent was told."""

    office: Office = field(default_factory=Office)
    watched: tuple[Watched, ...] = ()
    functions: tuple[Function, ...] = ()
    mail: MailSettings | None = None
    web: WebSettings = field(default_factory=WebSettings)
    tickets: TicketPolicy = field(default_factory=TicketPolicy)


@dataclass(frozen=True, slots=True, kw_only=True)
class _DeviceOptions:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _FunctionOptions:
    label: SafeText
    needs: tuple[str, ...]


def load(path: Path) -> Config:
    """Read a configuration file. Raises ConfigError with every mistake in it."""
    try:
        with path.open("rb") as file:
            raw = file.read(_LIMIT_BYTES + 1)
    except OSError as error:
        raise ConfigError([f"{path}: cannot read it: {error.strerror}; check the path and its rights"]) from error
    if len(raw) > _LIMIT_BYTES:
        raise ConfigError([f"{path}: is larger than 1 MiB; this cannot be a configuration"])
    try:
        text = raw.decode("utf-8")
        tables = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise ConfigError([f"{path}: is not UTF-8 (byte {error.start}); save it as UTF-8"]) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"{path}: not valid TOML: {clean(str(error), 300)}"]) from error
    mistakes = Mistakes()
    config = parse(tables, mistakes)
    if mistakes:
        raise ConfigError([_line(path, text, problem.path, problem.message) for problem in mistakes])
    return config


def parse(tables: Mapping[str, Any], mistakes: Mistakes) -> Config:
    """Make a Config from TOML tables; what is wrong goes into mistakes."""
    known = ("office", "device", "function", "mail", "desk", "web", "tickets")
    for key in tables.keys() - set(known):
        mistakes.add((key,), f"unknown table; known are: {', '.join(known)}")
    watched = tuple(_devices(tables.get("device", {}), mistakes))
    ids = {item.device.id for item in watched} | set(_named(tables.get("device")))
    depends.check({item.device.id: item.depends_on for item in watched}, ids, mistakes)
    _desks(tables.get("desk", {}), mistakes)
    office = build(Office, tables.get("office", {}), ("office",), mistakes) or Office()
    _windows(office, ids, mistakes)
    return Config(
        office=office,
        watched=watched,
        functions=tuple(_functions(tables.get("function", {}), ids, mistakes)),
        mail=build(MailSettings, tables["mail"], ("mail",), mistakes) if "mail" in tables else None,
        web=build(WebSettings, tables.get("web", {}), ("web",), mistakes) or WebSettings(),
        tickets=build(TicketPolicy, tables.get("tickets", {}), ("tickets",), mistakes) or TicketPolicy(),
    )


def watch_device(name: str, table: Any, mistakes: Mistakes) -> Watched | None:  # noqa: ANN401 - TOML gives Any
    """One [device.*] table; None when something in it was wrong."""
    path: Steps = ("device", name)
    if not _ID.fullmatch(name):
        mistakes.add(path, "a device's id is made of a-z, 0-9 and -, at most 63 characters")
        return None
    if not isinstance(table, dict):
        mistakes.add(path, "must be a table")
        return None
    kind = _kind(table.get("kind"), path, mistakes)
    if kind is None:
        return None
    own = names(kind)
    shared = set(names(_DeviceOptions)) - set(own)
    before = len(mistakes)
    for key in table.keys() - shared - set(own):
        known = ", ".join(sorted(shared | set(own)))
        mistakes.add((*path, key), f"unknown key for kind {table['kind']!r}; known are: {known}")
    common = build(_DeviceOptions, {key: table[key] for key in table.keys() & shared}, path, mistakes)
    probe = build(kind, {key: table[key] for key in table.keys() & set(own)}, path, mistakes)
    if common is None or probe is None or len(mistakes) > before:
        return None
    return _watched(name, common, probe, table, mistakes)


def _watched(
    name: str, common: _DeviceOptions, probe: Probe, table: Mapping[str, Any], mistakes: Mistakes
) -> Watched | None:
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


def _named(table: Any) -> list[str]:  # noqa: ANN401
    return list(table) if isinstance(table, dict) else []


def _devices(tables: Any, mistakes: Mistakes) -> list[Watched]:  # noqa: ANN401
    if not isinstance(tables, dict):
        mistakes.add(("device",), "must be tables such as [device.printer-resi]")
        return []
    made = [watch_device(name, table, mistakes) for name, table in tables.items()]
    return [item for item in made if item is not None]


def _functions(tables: Any, ids: set[str], mistakes: Mistakes) -> list[Function]:  # noqa: ANN401
    if not isinstance(tables, dict):
        mistakes.add(("function",), "must be tables such as [function.perekaman]")
        return []
    made = []
    for name, table in tables.items():
        path: Steps = ("function", name)
        if not _ID.fullmatch(name):
            mistakes.add(path, "a function's id is made of a-z, 0-9 and -, at most 63 characters")
            continue
        options = build(_FunctionOptions, table, path, mistakes)
        if options is None:
            continue
        for index, need in enumerate(options.needs):
            if need not in ids:
                mistakes.add(
                    (*path, "needs", index), f"there is no [device.{need}]; devices are: {', '.join(sorted(ids))}"
                )
        made.append(Function(id=name, label=options.label, needs=options.needs))
    return made


def _windows(office: Office, ids: set[str], mistakes: Mistakes) -> None:
    for index, window in enumerate(office.window):
        for at, name in enumerate(window.devices):
            if name not in ids:
                path: Steps = ("office", "window", index, "devices", at)
                mistakes.add(path, f"there is no [device.{name}]; devices are: {', '.join(sorted(ids))}")


def _desks(tables: Any, mistakes: Mistakes) -> None:  # noqa: ANN401
    offered = shelf.names(DESKS)
    for name in _named(tables):
        if name not in offered:
            there = f"there are: {', '.join(offered)}" if offered else "this version keeps the tickets itself"
            mistakes.add(("desk", name), f"there is no desk {name!r}; {there}")


def _line(path: Path, text: str, steps: Steps, message: str) -> str:
    line = line_of(text, steps)
    where = f"{path}:{line}" if line else str(path)
    return f"{where}: {clean(dotted(steps), 200)}: {message}"


def dotted(steps: Steps) -> str:
    """A path as people write it: mail.to[0].address."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")


def line_of(text: str, steps: Steps) -> int | None:
    """The line where a path stands in a TOML text, or of the nearest table above it; None if neither is found.

    tomllib keeps no positions, so this looks for the headers and keys as people write them.
    """
    plain = [str(step) for step in steps if isinstance(step, str)]
    index = next((step for step in steps if isinstance(step, int)), 0)
    best, section, seen = None, [], -1
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[{1,2}([^\]]+)\]", line)
        key = re.match(r"\s*([\w\-\"'.]+)\s*=", line)
        if header and "=" not in line.split("]", maxsplit=1)[0]:
            section = [part.strip(" \"'") for part in header[1].split(".")]
            seen = seen + 1 if section == plain[: len(section)] and "[[" in line else seen
            matches = section == plain[: len(section)] and ("[[" not in line or seen == index)
        elif key:
            full = section + [part.strip(" \"'") for part in key[1].split(".")]
            matches = full == plain[: len(full)] and (seen in (-1, index))
        else:
            continue
        if matches:
            best = number
    return best
