"""Finds the one class that a plug-in file offers; probes and desks stand on shelves of the same make."""

import importlib
import importlib.util
import pkgutil
from inspect import isabstract
from typing import TypeVar

T = TypeVar("T")


def names(package: str) -> list[str]:
    """The plug-in files of a package, sorted: what may stand behind "kind =" in a configuration."""
    spec = importlib.util.find_spec(package)
    paths = spec.submodule_search_locations if spec else None
    return sorted(m.name for m in pkgutil.iter_modules(paths or []) if not m.name.startswith("_"))


def find(package: str, name: str, base: type[T]) -> type[T]:
    """The one concrete subclass of base that package/name.py defines.

    Only that file is imported: who does not use a kind does not pay for it.
    Raises LookupError where there is no such file, with the names there are; TypeError where the file does
    not define exactly one class.
    """
    if name not in names(package):
        msg = f"there is no {name!r} here; there are: {', '.join(names(package))}"
        raise LookupError(msg)
    module = importlib.import_module(f"{package}.{name}")
    offers = [
        item
        for item in vars(module).values()
        if isinstance(item, type)
        and issubclass(item, base)
        and item.__module__ == module.__name__
        and not isabstract(item)
    ]
    if len(offers) != 1:
        msg = f"{package}/{name}.py must define one {base.__name__}, it defines {len(offers)}"
        raise TypeError(msg)
    return offers[0]
