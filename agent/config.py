"""The configuration: strict TOML in, frozen values out; every mistake named by path, line and remedy."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from agent import depends, duties, stocklist
from agent.bridge.settings import BridgeSettings
from agent.devices import watch_devices
from agent.lines import message
from agent.options import Mistakes, Steps, build
from agent.tables import device_is_there, named
from agent.watched import Watched
from agent.web import WebSettings
from alerts.desk import Desk
from alerts.letter import MailSettings
from alerts.office import Office
from alerts.policy import TicketPolicy
from alerts.reportsettings import ReportSettings
from alerts.stock import Item
from alerts.task import Task
from probes import shelf
from probes.text import SafeText, clean

DESKS = "alerts.tickets"
_LIMIT_BYTES = 1 << 20


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
    desks: Mapping[str, Desk] = field(default_factory=lambda: MappingProxyType({}))
    web: WebSettings = field(default_factory=WebSettings)
    tickets: TicketPolicy = field(default_factory=TicketPolicy)
    report: ReportSettings = field(default_factory=ReportSettings)
    tasks: tuple[Task, ...] = ()
    stock: tuple[Item, ...] = ()
    bridge: BridgeSettings | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _FunctionOptions:
    label: SafeText
    needs: tuple[str, ...]


def load(path: Path) -> Config:
    """Read a configuration file. Raises ConfigError with every mistake in it."""
    text = text_of(path, "a configuration", _LIMIT_BYTES)
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"{path}: not valid TOML: {clean(str(error), 300)}"]) from error
    mistakes = Mistakes()
    config = parse(tables, mistakes)
    if mistakes:
        raise ConfigError([message(path, text, problem.path, problem.message) for problem in mistakes])
    return config


def text_of(path: Path, what: str, limit_bytes: int) -> str:
    """A person's file, read once and never beyond its bound, without a spreadsheet's mark at its beginning.

    what: what it should be. Raises ConfigError where it cannot be read, is too large, or is not UTF-8.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(limit_bytes + 1)
    except OSError as error:
        raise ConfigError([f"{path}: cannot read it: {error.strerror}; check the path and its rights"]) from error
    if len(raw) > limit_bytes:
        raise ConfigError([f"{path}: is larger than {limit_bytes >> 20} MiB; this cannot be {what}"])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError([f"{path}: is not UTF-8 (byte {error.start}); save it as UTF-8"]) from error


def parse(tables: Mapping[str, Any], mistakes: Mistakes) -> Config:
    """Make a Config from TOML tables; what is wrong goes into mistakes."""
    known = (
        "office",
        "device",
        "function",
        "mail",
        "desk",
        "web",
        "tickets",
        "maintenance",
        "stock",
        "bridge",
        "report",
    )
    for key in tables.keys() - set(known):
        mistakes.add((key,), f"unknown table; known are: {', '.join(known)}")
    watched = tuple(watch_devices(tables.get("device", {}), mistakes))
    ids = {item.device.id for item in watched} | set(_named(tables.get("device")))
    depends.check({item.device.id: item.depends_on for item in watched}, ids, mistakes)
    office = build(Office, tables.get("office", {}), ("office",), mistakes) or Office()
    _windows(office, ids, mistakes)
    return Config(
        office=office,
        watched=watched,
        functions=tuple(_functions(tables.get("function", {}), ids, mistakes)),
        mail=build(MailSettings, tables["mail"], ("mail",), mistakes) if "mail" in tables else None,
        desks=MappingProxyType(_desks(tables.get("desk", {}), mistakes)),
        web=build(WebSettings, tables.get("web", {}), ("web",), mistakes) or WebSettings(),
        bridge=build(BridgeSettings, tables["bridge"], ("bridge",), mistakes) if "bridge" in tables else None,
        report=build(ReportSettings, tables.get("report", {}), ("report",), mistakes) or ReportSettings(),
        tickets=build(TicketPolicy, tables.get("tickets", {}), ("tickets",), mistakes) or TicketPolicy(),
        tasks=duties.tasks(tables.get("maintenance", {}), ids, mistakes, has_hours=bool(office.hours)),
        stock=stocklist.items(tables.get("stock", {}), ids, mistakes),
    )


def _named(table: Any) -> list[str]:  # noqa: ANN401
    return list(table) if isinstance(table, dict) else []


def _functions(tables: Any, ids: set[str], mistakes: Mistakes) -> list[Function]:  # noqa: ANN401
    made = []
    for name, table in named(tables, "function", "perekaman", mistakes).items():
        path: Steps = ("function", name)
        options = build(_FunctionOptions, table, path, mistakes)
        if options is None:
            continue
        for index, need in enumerate(options.needs):
            device_is_there(need, ids, (*path, "needs", index), mistakes)
        made.append(Function(id=name, label=options.label, needs=options.needs))
    return made


def _windows(office: Office, ids: set[str], mistakes: Mistakes) -> None:
    for index, window in enumerate(office.window):
        for at, name in enumerate(window.devices):
            device_is_there(name, ids, ("office", "window", index, "devices", at), mistakes)


def _desks(tables: Any, mistakes: Mistakes) -> dict[str, Desk]:  # noqa: ANN401
    if not isinstance(tables, dict):
        mistakes.add(("desk",), "must be tables such as [desk.rt]")
        return {}
    made = {}
    for name, table in tables.items():
        try:
            kind = shelf.find(DESKS, name, Desk)
        except LookupError:
            mistakes.add(("desk", name), f"there is no desk {name!r}; there are: {', '.join(shelf.names(DESKS))}")
            continue
        desk = build(kind, table, ("desk", name), mistakes)
        if desk is not None:
            made[name] = desk
    return made
