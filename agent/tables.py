"""The [kind.ID] tables of a configuration: their names, their form, and the devices that they name."""

import re
from collections.abc import Collection
from typing import Any

from agent.options import Mistakes, Steps, shown

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def named(tables: Any, kind: str, example: str, mistakes: Mistakes) -> dict[str, dict[str, Any]]:  # noqa: ANN401 - TOML gives Any
    """The tables of one kind by their ids, without those whose name or form is wrong. example: an id."""
    if not isinstance(tables, dict):
        mistakes.add((kind,), f"must be tables such as [{kind}.{example}], not {shown(tables)}")
        return {}
    return {name: table for name, table in tables.items() if fits(kind, name, table, mistakes)}


def fits(kind: str, name: str, table: Any, mistakes: Mistakes) -> bool:  # noqa: ANN401 - TOML gives Any
    """Whether this is a table with a usable id for its name; else mistakes says why not."""
    path = (kind, name)
    if not _ID.fullmatch(name):
        mistakes.add(path, "an id is made of a-z, 0-9 and -, at most 63 characters")
    elif not isinstance(table, dict):
        mistakes.add(path, f"must be a table, not {shown(table)}")
    elif "id" in table:
        mistakes.add((*path, "id"), "stands in the table's name; leave it out")
    else:
        return True
    return False


def device_is_there(name: str, ids: Collection[str], path: Steps, mistakes: Mistakes) -> None:
    """Note a device that is named at path and that nobody configured. ids: those there are."""
    if name not in ids:
        there = ", ".join(sorted(ids)) or "none"
        mistakes.add(path, f"there is no [device.{name}]; devices are: {there}")
