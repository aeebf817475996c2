"""[stock.ID] in the configuration."""

from typing import Any

from agent.options import Mistakes, Steps, build
from agent.tables import device_is_there, named
from alerts.stock import Item


def items(tables: Any, ids: set[str], mistakes: Mistakes) -> tuple[Item, ...]:  # noqa: ANN401 - TOML gives Any
    """The items in stock. ids: the devices there are."""
    made = [
        build(Item, {**table, "id": name}, ("stock", name), mistakes)
        for name, table in named(tables, "stock", "blangko", mistakes).items()
    ]
    found = tuple(item for item in made if item is not None)
    for item in found:
        wanted: dict[Steps, str] = {("stock", item.id, "takes", name): name for name in item.takes}
        if item.device:
            wanted["stock", item.id, "device"] = item.device
        for path, name in wanted.items():
            device_is_there(name, ids, path, mistakes)
    return found
