"""An interpreter as on Windows, as far as modules go: what only Unix has is hidden from our own code.

Run as a program with test files it runs these; without, it imports every module of the product and prints, as JSON,
which could not be imported and why. What a library does inside is its own business: those have Windows releases.
"""

import builtins
import importlib
import json
import os
import pkgutil
import signal
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from types import ModuleType

ROOMS = ("agent", "alerts", "probes")
MODULES = frozenset({"fcntl", "grp", "pwd", "pty", "resource", "syslog", "termios", "tty"})
NAMES: dict[ModuleType, tuple[str, ...]] = {
    os: (
        "eventfd",
        "EFD_CLOEXEC",
        "getuid",
        "geteuid",
        "setresuid",
        "setresgid",
        "getgrouplist",
        "statvfs",
        "O_CLOEXEC",
    ),
    signal: ("SIGHUP", "SIGALRM", "SIGKILL", "alarm"),
    socket: ("AF_NETLINK", "NETLINK_KOBJECT_UEVENT", "SOCK_CLOEXEC", "IP_RECVERR"),
    time: ("CLOCK_BOOTTIME",),
}


def hide() -> None:
    """Take away what Windows has not."""
    real = builtins.__import__

    def without(
        name: str,
        globals: Mapping[str, object] | None = None,  # noqa: A002 - the builtin's own names
        locals: Mapping[str, object] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        importer = str((globals or {}).get("__name__", ""))
        if name in MODULES and importer.partition(".")[0] in ROOMS:
            msg = f"No module named {name!r}"
            raise ModuleNotFoundError(msg, name=name)
        return real(name, globals, locals, fromlist, level)

    builtins.__import__ = without
    for module, names in NAMES.items():
        for name in names:
            if hasattr(module, name):
                delattr(module, name)


def broken() -> dict[str, str]:
    """Each module that cannot be imported, and why."""
    found = {}
    for room in ROOMS:
        package = importlib.import_module(room)
        for item in pkgutil.walk_packages(package.__path__, f"{room}.", onerror=lambda _name: None):
            try:
                importlib.import_module(item.name)
            except (ImportError, AttributeError) as error:
                found[item.name] = str(error)
    return found


if __name__ == "__main__":
    if len(sys.argv) > 1:
        import pytest

        # These two belong to pytest's own terminal and to its temporary folders.
        keep = {name: getattr(os, name) for name in ("getuid", "geteuid")}
        hide()
        for name, value in keep.items():
            setattr(os, name, value)
        sys.exit(pytest.main(["-p", "no:cacheprovider", "-p", "no:faulthandler", *sys.argv[1:]]))
    hide()
    print(json.dumps(broken()))  # noqa: T201 - this is its answer
