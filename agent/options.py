"""From TOML values to the dataclass fields that are a room's options, with every mistake named by its path."""

import dataclasses
import math
import stat
import types
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from probes.secret import Secret
from probes.text import SafeText, clean

T = TypeVar("T")
Steps = tuple[str | int, ...]
"""Where in the configuration: ("device", "printer-resi", "kind")."""


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where, and what to write instead."""

    path: Steps
    message: str


class Mistakes(list[Problem]):
    """All mistakes found so far."""

    def add(self, path: Steps, message: str) -> None:
        """Note one more."""
        self.append(Problem(path, message))


class _Wrong(Exception):  # noqa: N818 - a signal inside this module, never an error of its own
    """A value could not be converted; the mistake is noted already."""


def build(cls: type[T], table: Any, path: Steps, mistakes: Mistakes) -> T | None:  # noqa: ANN401 - TOML gives Any
    """Make one dataclass from one TOML table; None when something was wrong (then mistakes says what)."""
    try:
        return _dataclass(cls, table, path, mistakes)
    except _Wrong:
        return None


def names(cls: type[Any]) -> list[str]:
    """The options a dataclass offers."""
    return [field.name for field in dataclasses.fields(cls) if field.init]


def _fail(mistakes: Mistakes, path: Steps, message: str) -> _Wrong:
    mistakes.add(path, message)
    return _Wrong()


def _dataclass(cls: type[T], table: Any, path: Steps, mistakes: Mistakes) -> T:  # noqa: ANN401
    if not isinstance(table, dict):
        raise _fail(mistakes, path, f"must be a table, not {shown(table)}")
    fields = {field.name: field for field in dataclasses.fields(cls) if field.init}  # type: ignore[arg-type] # a type that callers name
    hints = _hints(cls, fields)
    values: dict[str, Any] = {}
    wrong = False
    for key in table.keys() - fields.keys():
        mistakes.add((*path, key), f"unknown key; known are: {', '.join(sorted(fields))}")
        wrong = True
    for name, field in fields.items():
        if name in table:
            try:
                values[name] = _convert(hints[name], table[name], (*path, name), mistakes)
            except _Wrong:
                wrong = True
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            mistakes.add((*path, name), "is missing; it has no default")
            wrong = True
    if wrong:
        raise _Wrong
    try:
        return cls(**values)
    except ValueError as error:
        option, _, message = str(error).partition(": ")
        where = (*path, option) if message and option in fields else path
        raise _fail(mistakes, where, message if where != path else str(error)) from error


def _hints(cls: type[Any], fields: Mapping[str, "dataclasses.Field[Any]"]) -> dict[str, Any]:
    """The options' types alone: what a room keeps between looks may be of a type that is loaded late."""
    if any(isinstance(field.type, str) for field in fields.values()):
        return get_type_hints(cls)
    return {name: field.type for name, field in fields.items()}


def _convert(hint: Any, value: Any, path: Steps, mistakes: Mistakes) -> Any:  # noqa: ANN401
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _optional(hint, value, path, mistakes)
    if origin is Literal:
        return _choice(value, get_args(hint), path, mistakes)
    if origin is tuple:
        return _items(get_args(hint)[0], value, path, mistakes)
    if origin in (dict, Mapping):
        return _table(get_args(hint)[1], value, path, mistakes)
    if dataclasses.is_dataclass(hint) and hint is not Secret:
        return _dataclass(hint, value, path, mistakes)  # type: ignore[arg-type] # is_dataclass narrows too little
    return _scalar(hint, value, path, mistakes)


def _optional(hint: Any, value: Any, path: Steps, mistakes: Mistakes) -> Any:  # noqa: ANN401
    choices = [arg for arg in get_args(hint) if arg is not type(None)]
    if len(choices) == 1:
        return _convert(choices[0], value, path, mistakes)
    for choice in choices:
        trial = Mistakes()
        try:
            return _convert(choice, value, path, trial)
        except _Wrong:
            continue
    raise _fail(mistakes, path, f"{value!r} fits none of the forms this option takes")


def _choice(value: Any, choices: tuple[Any, ...], path: Steps, mistakes: Mistakes) -> Any:  # noqa: ANN401
    if value not in choices:
        raise _fail(mistakes, path, f"must be one of {', '.join(map(str, choices))}, not {value!r}")
    return value


def _items(hint: Any, value: Any, path: Steps, mistakes: Mistakes) -> tuple[Any, ...]:  # noqa: ANN401
    if not isinstance(value, list):
        raise _fail(mistakes, path, f"must be a list in [ ], not {shown(value)}")
    made, wrong = [], False
    for index, item in enumerate(value):
        try:
            made.append(_convert(hint, item, (*path, index), mistakes))
        except _Wrong:
            wrong = True
    if wrong:
        raise _Wrong
    return tuple(made)


def _table(hint: Any, value: Any, path: Steps, mistakes: Mistakes) -> dict[str, Any]:  # noqa: ANN401
    if not isinstance(value, dict):
        raise _fail(mistakes, path, f"must be a table, not {shown(value)}")
    return {key: _convert(hint, item, (*path, key), mistakes) for key, item in value.items()}


def _scalar(hint: Any, value: Any, path: Steps, mistakes: Mistakes) -> Any:  # noqa: ANN401, PLR0911
    if hint is Any:
        return value
    if hint is SafeText and isinstance(value, str):
        return clean(value)
    if hint is float and isinstance(value, int | float) and not isinstance(value, bool):
        if not math.isfinite(value):
            raise _fail(mistakes, path, "must be a finite number")
        return float(value)
    if hint is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    if hint in (str, bool) and type(value) is hint:
        return value
    if hint in (Path, Secret) and isinstance(value, str):
        return Path(value) if hint is Path else _secret(Path(value), path, mistakes)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(_choice(value, tuple(item.value for item in hint), path, mistakes))
    raise _fail(mistakes, path, f"must be {_WANTED.get(hint, str(hint))}, not {shown(value)}")


def _secret(file: Path, path: Steps, mistakes: Mistakes) -> Secret:
    """A secret that can be read and that others cannot read."""
    secret = Secret(file)
    try:
        mode = file.stat().st_mode
        secret.reveal()
    except OSError as error:
        raise _fail(
            mistakes,
            path,
            f"cannot read {file}: {error.strerror}; create it, readable for the agent's user (0640, root:jagaloket)",
        ) from error
    except ValueError as error:
        raise _fail(mistakes, path, f"not a usable secret file: {error}") from error
    if mode & stat.S_IROTH:
        raise _fail(mistakes, path, f"{file} may be read by everybody; run: chmod o-rwx {file}")
    return secret


_WANTED = {
    SafeText: "a text in quotes",
    str: "a text in quotes",
    Path: "a path in quotes",
    Secret: "the path of a secret file, in quotes",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
}


def shown(value: Any) -> str:  # noqa: ANN401
    """A wrong value as a message names it."""
    words = {str: "a text", bool: "true/false", int: "a number", float: "a number", list: "a list", dict: "a table"}
    return f"{words.get(type(value), type(value).__name__)} ({clean(repr(value), 60)})"
