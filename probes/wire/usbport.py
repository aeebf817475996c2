"""Switches one USB port off and on, where the kernel offers it: the one gentle repair, and off by default.

Linux 6.0 and later have a file "disable" beside each port (Documentation/ABI/testing/sysfs-bus-usb); it takes the
device away and enumerates it anew, as a hand on the plug would. A reset of the device is never tried: it has no
time-out and can hold a process in the kernel for minutes. Writing may wait for the hub, so it is done in a child.
"""

import os
import time
from pathlib import Path

from probes.reading import ProbeError
from probes.usb.device import PORT
from probes.wire import child
from probes.wire.child import Json
from probes.wire.sysfs import ROOT

DEADLINE_SECONDS = 4.0
OFF_SECONDS = 1.0


def switch(port: str, root: Path = ROOT) -> Path:
    """The file that switches a port: "1-2" hangs on root hub usb1, "1-2.3" on the hub on port 1-2."""
    hub, _, number = port.rpartition("." if "." in port else "-")
    if "-" in hub:
        return root / f"{hub}:1.0" / f"{hub}-port{number}" / "disable"
    return root / f"{hub}-0:1.0" / f"usb{hub}-port{number}" / "disable"


def cycle(port: str) -> str:
    """Switch the port off and on in a child; what happened, for the ticket. Never raises."""
    try:
        child.run("probes.wire.usbport:cycle_here", port, deadline_seconds=DEADLINE_SECONDS)
    except ProbeError as error:
        return f"port {port} could not be switched off and on: {error}"
    return f"port {port} was switched off and on once"


def cycle_here(port: Json, root: Path = ROOT) -> Json:
    """In the child. Raises ProbeError where the kernel does not offer it or this process may not."""
    if not isinstance(port, str) or not PORT.fullmatch(port):
        msg = f"{port!r} is no USB port"
        raise ProbeError(msg)
    file = switch(port, root)
    try:
        _write(file, "1")
        time.sleep(OFF_SECONDS)
        _write(file, "0")
    except OSError as error:
        msg = f"{file}: {error.strerror}; this needs Linux 6.0 and write permission on that file"
        raise ProbeError(msg) from error
    return None


def _write(file: Path, text: str) -> None:
    # No O_CREAT: where the kernel offers no such file there is none to make.
    handle = os.open(file, os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC)
    try:
        os.write(handle, text.encode())
    finally:
        os.close(handle)
