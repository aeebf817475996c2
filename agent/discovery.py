"""What is on this PC: asks every kind of probe, makes ids unique, writes a commented configuration."""

import json
import logging
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from agent.config import KINDS, ConfigError
from probes import shelf
from probes.probe import Candidate, Probe
from probes.text import clean

log = logging.getLogger("jagaloket.discovery")
DEVICES_LIMIT = 64


def discover() -> list[Candidate]:
    """Every device that a kind of probe finds on this PC, with unique ids. A kind that fails is logged, not fatal."""
    found: list[Candidate] = []
    for name in shelf.names(KINDS):
        try:
            found.extend(shelf.find(KINDS, name, Probe).discover())
        except Exception as problem:  # noqa: BLE001 - logged; one kind's trouble must not hide the others' devices
            log.warning("discovery of %s failed: %s", name, clean(f"{type(problem).__name__}: {problem}", 200))
    return unique(found)[:DEVICES_LIMIT]


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
    return Candidate(
        id=name,
        kind=candidate.kind,
        label=candidate.label,
        role=candidate.role,
        options=candidate.options,
        note=candidate.note,
    )


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


def written(candidates: Iterable[Candidate]) -> str:
    """The text of a commented configuration that watches these devices."""
    parts = [_HEAD]
    for candidate in candidates:
        note = f"# {candidate.note}\n" if candidate.note else ""
        lines = [f"{_key(key)} = {_value(value)}" for key, value in _table(candidate).items()]
        parts.append(f"{note}[device.{candidate.id}]\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


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
        trial.unlink()
    except FileExistsError as error:
        raise ConfigError([f"{path}: exists already; name another file, or move it away first"]) from error
    except OSError as error:
        raise ConfigError([f"{path}: cannot write it: {error.strerror}; check the folder and its rights"]) from error
