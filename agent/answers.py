"""What a first installation must know, from a conversation or from a file, and the configuration made of it."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from agent import discovery
from agent.config import Config, ConfigError, parse
from agent.lines import dotted
from agent.options import Mistakes
from probes.probe import Candidate
from probes.text import clean

HOURS = {"mon-thu": "07:30-16:00", "fri": "07:30-16:30"}
_KEYS = ("office", "mail", "label", "leave_out", "device", "letter", "start")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """office, mail: as in the configuration, but for the password, which goes into a file of its own.

    letter: send a test letter. start: start the service.
    """

    office: Mapping[str, Any]
    devices: tuple[Candidate, ...]
    mail: Mapping[str, Any] | None = None
    password: str = field(default="", repr=False)
    letter: bool = False
    start: bool = True

    def text(self, password_file: Path) -> str:
        """The configuration's text, with its password in this file."""
        return discovery.written(self.devices, office=self.office, mail=self._mail(password_file))

    def config(self, password_file: Path) -> Config:
        """The configuration. Raises ConfigError with every mistake in it. The password file must be there."""
        mistakes = Mistakes()
        config = parse(tomllib.loads(self.text(password_file)), mistakes)
        if mistakes:
            raise ConfigError([f"{clean(dotted(item.path), 200)}: {item.message}" for item in mistakes])
        return config

    def _mail(self, password_file: Path) -> Mapping[str, Any] | None:
        if self.mail is None or not self.password:
            return self.mail
        told = {key: value for key, value in self.mail.items() if key != "to"}
        return {**told, "password_file": str(password_file), "to": self.mail.get("to", [])}


def named(
    found: Iterable[Candidate], labels: Mapping[str, str], leave_out: Iterable[str] = ()
) -> tuple[Candidate, ...]:
    """The devices with the names that people gave them, without those that need not be watched."""
    out = set(leave_out)
    return tuple(
        replace(one, label=clean(labels[one.id])) if labels.get(one.id) else one for one in found if one.id not in out
    )


def from_file(path: Path, found: Iterable[Candidate], *, counter: str = "") -> Answers:
    """The answers in a TOML file, so that nobody is asked. Raises ConfigError.

    [office] and [mail] as in the configuration, the password as password = "..."; [label] by device id; leave_out;
    more [device.*] tables; letter; start.
    """
    tables = _read(path)
    office = {**_table(path, tables, "office"), **({"counter": counter} if counter else {})}
    mail = dict(_table(path, tables, "mail")) if "mail" in tables else None
    password = mail.pop("password", "") if mail else ""
    found = list(found)
    labels = {str(key): str(value) for key, value in _table(path, tables, "label").items()}
    leave_out = [str(name) for name in tables.get("leave_out", [])]
    if unknown := labels.keys() - {one.id for one in found}:
        there = ", ".join(one.id for one in found)
        raise ConfigError([f"{path}: label.{name}: no such device found; found are: {there}" for name in unknown])
    more = [_candidate(name, table) for name, table in _table(path, tables, "device").items()]
    kept = [one for one in named(found, labels, leave_out) if one.id not in {own.id for own in more}]
    return Answers(
        office=MappingProxyType({"hours": HOURS, **office}),
        devices=(*kept, *more),
        mail=mail,
        password=str(password),
        letter=tables.get("letter", False) is True,
        start=tables.get("start", True) is True,
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError([f"{path}: cannot read it: {error.strerror}"]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError([f"{path}: not valid TOML: {clean(str(error), 300)}"]) from error
    if unknown := tables.keys() - set(_KEYS):
        known = ", ".join(_KEYS)
        raise ConfigError([f"{path}: {clean(key)}: unknown key; known are: {known}" for key in sorted(unknown)])
    return tables


def _table(path: Path, tables: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    table = tables.get(key, {})
    if not isinstance(table, dict):
        raise ConfigError([f"{path}: {key}: must be a table"])
    return table


def _candidate(name: str, table: Any) -> Candidate:  # noqa: ANN401 - TOML gives Any; the configuration checks it
    known = table if isinstance(table, dict) else {}
    options = {key: value for key, value in known.items() if key not in ("kind", "label", "role")}
    label = clean(str(known.get("label", name)))
    role = str(known.get("role", ""))
    return Candidate(id=name, kind=str(known.get("kind", "")), label=label, role=role, options=options)
