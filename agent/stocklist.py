"""[stock.ID] in the configuration."""

from typing import Any

from agent.devices import ID
from agent.options import Mistakes, Steps, build
from alerts.stock import Item


def items(tables: Any, ids: set[str], mistakes: Mistakes) -> tuple[Item, ...]:  # noqa: ANN401 - TOML gives Any
    """The items in stock. ids: the devices there are."""
    if not isinstance(tables, dict):
        mistakes.add(("stock",), "must be tables such as [stock.blangko]")
        return ()
    made = [_item(name, table, mistakes) for name, table in tables.items()]
    found = tuple(item for item in made if item is not None)
    for item in found:
        named: dict[Steps, str] = {("stock", item.id, "takes", name): name for name in item.takes}
        if item.device:
            named["stock", item.id, "device"] = item.device
        for path, name in named.items():
            if name not in ids:
                there = ", ".join(sorted(ids)) or "none"
                mistakes.add(path, f"there is no [device.{name}]; devices are: {there}")
    return found


def _item(name: str, table: Any, mistakes: Mistakes) -> Item | None:  # noqa: ANN401
    path: Steps = ("stock", name)
    if not ID.fullmatch(name):
        mistakes.add(path, "an item's id is made of a-z, 0-9 and -, at most 63 characters")
        return None
    if not isinstance(table, dict):
        mistakes.add(path, "must be a table")
        return None
    if "id" in table:
        mistakes.add((*path, "id"), "stands in the table's name; leave it out")
        return None
    return build(Item, {**table, "id": name}, path, mistakes)
