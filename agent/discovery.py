"""What is on this PC: asks every kind of probe, makes ids unique, writes a commented configuration."""

import json
import logging
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from agent.config import ConfigError
from agent.devices import KINDS
from agent.merge import merge
from probes import shelf
from probes.probe import Candidate, Probe
from probes.text import clean

log = logging.getLogger("jagaloket.discovery")
DEVICES_LIMIT = 64


def discover(more: Iterable[Candidate] = ()) -> list[Candidate]:
    """Every device that a kind of probe finds on this PC, and more, each once and with an id of its own.

    A kind that fails is logged, not fatal. more: what was found elsewhere (network()).
    """
    found: list[Candidate] = []
    for name in shelf.names(KINDS):
        try:
            found.extend(shelf.find(KINDS, name, Probe).discover())
        except Exception as problem:  # noqa: BLE001 - logged; one kind's trouble must not hide the others' devices
            log.warning("discovery of %s failed: %s", name, clean(f"{type(problem).__name__}: {problem}", 200))
    return unique(merge([*found, *more]))[:DEVICES_LIMIT]


def network(text: str, progress: Callable[[int, int], None]) -> list[Candidate]:
    """The printers of a network such as 192.168.1.0/24; progress is told how many of how many were asked.

    Raises ConfigError when this is no network, or one too large to be asked gently.
    """
    from probes.mib.scan import scan  # noqa: PLC0415 - who does not scan does not pay for SNMP

    try:
        return list(scan(text, progress=progress))
    except ValueError as error:
        raise ConfigError([f"--{error}"]) from error


def unique(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The same candidates with a number behind each id that came before."""
    taken: set[str] = set()
    result = []
    for candidate in candidates:
        name, number = candidate.id, 2
        while name in taken:
            name, number = f"{candidate.id}-{number}", number + 1
        taken.add(name)
        result.append(_renamed(candidate, name))
    return result


def _renamed(candidate: Candidate, name: str) -> Candidate:
    if candidate.id == name:
        return candidate
    return replace(candidate, id=name)


def tables(candidates: Iterable[Candidate]) -> dict[str, Any]:
    """The candidates as a configuration's tables."""
    return {"device": {candidate.id: _table(candidate) for candidate in candidates}}


def _table(candidate: Candidate) -> dict[str, Any]:
    table: dict[str, Any] = {"kind": candidate.kind, "label": str(candidate.label)}
    if candidate.role:
        table["role"] = candidate.role
    return {**table, **candidate.options}


_HEAD = """\
# JagaLoket's configuration. Check it with:  jagaloket check-config FILE
# Every key is explained in docs/configuration.md; unknown keys are errors.

[office]
name = "Kantor Camat"            # as it stands on letters
counter = "Loket 1"
timezone = "Asia/Jakarta"        # Asia/Makassar for WITA, Asia/Jayapura for WIT
language = "id"                  # or "en"
hours = { mon-thu = "07:30-16:00", fri = "07:30-16:30" }

# [mail]                         # who is told when a device fails
# server = "smtp.example.go.id"
# security = "starttls"          # none, starttls, tls
# username = "jagaloket"
# password_file = "/etc/jagaloket/smtp.password"
# sender = "jagaloket@example.go.id"
#
# [[mail.to]]
# address = "camat@example.go.id"
# role = "office"                # plain words; technician: full detail
"""


def written(
    candidates: Iterable[Candidate],
    *,
    office: Mapping[str, Any] | None = None,
    mail: Mapping[str, Any] | None = None,
) -> str:
    """The text of a commented configuration that watches these devices.

    office, mail: what to write into these tables; where nothing is known yet, an example stands there.
    """
    parts = [_HEAD if office is None else _told(office, mail)]
    for candidate in candidates:
        note = f"# {candidate.note}\n" if candidate.note else ""
        parts.append(f"{note}[device.{candidate.id}]\n" + _lines(_table(candidate)))
    return "\n".join(parts)


def _told(office: Mapping[str, Any], mail: Mapping[str, Any] | None) -> str:
    """The head of a configuration whose office, and perhaps mail, is known."""
    intro, _, example = _HEAD.partition("[office]\n")
    if mail is None:
        return f"{intro}[office]\n{_lines(office)}{example[example.index(chr(10) * 2) + 1 :]}"
    settings = {key: value for key, value in mail.items() if key != "to"}
    people = "".join(f"\n[[mail.to]]\n{_lines(person)}" for person in mail.get("to", ()))
    return f"{intro}[office]\n{_lines(office)}\n[mail]\n{_lines(settings)}{people}"


def _lines(table: Mapping[str, Any]) -> str:
    return "".join(f"{_key(key)} = {_value(value)}\n" for key, value in table.items())


def _value(value: Any) -> str:  # noqa: ANN401 - TOML has no narrower type
    writers: Mapping[type, Callable[[Any], str]] = {
        bool: lambda flag: "true" if flag else "false",
        list: lambda items: "[" + ", ".join(map(_value, items)) + "]",
        tuple: lambda items: "[" + ", ".join(map(_value, items)) + "]",
        dict: lambda table: "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in table.items()) + " }",
    }
    # JSON's strings and numbers are TOML's: both escape \\", \\\\ and control characters alike
    return writers.get(type(value), lambda plain: json.dumps(plain, ensure_ascii=False).replace("\x7f", "\\u007F"))(
        value
    )


def _key(key: str) -> str:
    return key if key.replace("-", "").replace("_", "").isalnum() and key.isascii() else json.dumps(key)


def plain(candidate: Candidate) -> dict[str, Any]:
    """A candidate for JSON."""
    return {"id": candidate.id, **_table(candidate)}


def write(path: Path, candidates: Iterable[Candidate]) -> None:
    """Write a configuration, readable for owner and group only; never over an existing file, never half.

    Raises ConfigError when it cannot be written.
    """
    trial = path.with_name(f".{path.name}.new")
    try:
        trial.unlink(missing_ok=True)
        descriptor = os.open(trial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(written(candidates))
            file.flush()
            os.fsync(file.fileno())
        os.link(trial, path)
    except FileExistsError as error:
        raise ConfigError([f"{path}: exists already; name another file, or move it away first"]) from error
    except OSError as error:
        raise ConfigError([f"{path}: cannot write it: {error.strerror}; check the folder and its rights"]) from error
    finally:
        with suppress(OSError):
            trial.unlink(missing_ok=True)
