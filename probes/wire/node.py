"""Opens a printer's device node (/dev/usb/lp*, /dev/ttyUSB*, /dev/ttyACM*, /dev/ttyS*) and asks over it.

Opening, writing and closing a node can wait in its driver for ever, so all of it runs in a child process
that is killed at the deadline (probes.wire.child).
"""

import contextlib
import errno
import fcntl
import os
import termios
import time
from collections.abc import Mapping, Sequence
from typing import Any, cast

from probes.reading import ProbeError
from probes.text import SafeText, clean
from probes.wire import child
from probes.wire.stream import Exchange, Outcome, Question, converse

_OUTCOMES = {
    errno.ENOENT: (Outcome.ABSENT, "there is no such device"),
    errno.ENODEV: (Outcome.ABSENT, "the device is gone"),
    errno.ENXIO: (Outcome.ABSENT, "no device behind this node"),
    errno.EBUSY: (Outcome.BUSY, "another program has it open"),
    errno.EAGAIN: (Outcome.BUSY, "another program has locked it"),
    errno.EACCES: (Outcome.DENIED, "not allowed: the agent's user must be in the node's group (lp or dialout)"),
    errno.EPERM: (Outcome.DENIED, "not allowed: check DeviceAllow= in the service's unit"),
}


def ask_node(path: str, questions: Sequence[Question], *, baud: int, deadline_seconds: float) -> Exchange:
    """Ask over a device node, in a child process. baud: for serial ports only.

    Raises ProbeError when the node's driver hangs or fails in a way that says nothing about the printer.
    """
    argument: child.Json = {
        "path": path,
        "baud": baud,
        "seconds": deadline_seconds,
        "questions": [(q.send.decode("latin-1"), q.until.decode("latin-1"), q.optional) for q in questions],
    }
    answer = child.run(f"{__name__}:talk", argument, deadline_seconds=deadline_seconds + 1)
    told = cast("Mapping[str, Any]", answer)
    return Exchange(
        outcome=Outcome(told["outcome"]),
        replies=tuple(reply.encode("latin-1") for reply in told["replies"]),
        received_bytes=told["received"],
        closed=told["closed"],
        detail=clean(told["detail"]),
    )


def talk(argument: child.Json) -> child.Json:
    """In the child: open the node and ask. Raises ProbeError on an error that has no Outcome."""
    asked = cast("Mapping[str, Any]", argument)
    path = str(asked["path"])
    deadline = time.monotonic() + float(asked["seconds"])
    questions = [
        Question(send=send.encode("latin-1"), until=until.encode("latin-1"), optional=optional)
        for send, until, optional in asked["questions"]
    ]
    try:
        file = open_node(path, int(asked["baud"]))
    except OSError as error:
        outcome, why = refusal(error, path)
        exchange = Exchange(outcome=outcome, detail=why)
    else:
        with contextlib.closing(os.fdopen(file, "rb", buffering=0)):
            exchange = converse(file, questions, deadline=deadline)
    return {
        "outcome": exchange.outcome,
        "replies": [reply.decode("latin-1") for reply in exchange.replies],
        "received": exchange.received_bytes,
        "closed": exchange.closed,
        "detail": exchange.detail,
    }


def refusal(error: OSError, path: str) -> tuple[Outcome, SafeText]:
    """What an error on opening a node means. Raises ProbeError when it says nothing about the device."""
    if error.errno not in _OUTCOMES:
        msg = f"{path}: cannot open it ({error.strerror}); unplug and plug the printer, then look at the kernel log"
        raise ProbeError(msg) from error
    outcome, why = _OUTCOMES[error.errno]
    return outcome, clean(f"{path}: {why}")


def open_node(path: str, baud: int) -> int:
    """Open a node without waiting for a modem line. Raises OSError; EBUSY when a serial port is in exclusive use."""
    file = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if os.isatty(file):
            _raw(file, baud)
    except BaseException:
        os.close(file)
        raise
    return file


def _raw(file: int, baud: int) -> None:
    """8N1 without echo or translation (termios(3) cfmakeraw), and no hang-up on close: that resets some printers."""
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    settings = termios.tcgetattr(file)
    speed = getattr(termios, f"B{baud}")
    settings[0] = 0
    settings[1] = 0
    settings[2] = termios.CS8 | termios.CREAD | termios.CLOCAL
    settings[3] = 0
    settings[4] = settings[5] = speed
    settings[6][termios.VMIN] = 1
    settings[6][termios.VTIME] = 0
    termios.tcsetattr(file, termios.TCSANOW, settings)
    termios.tcflush(file, termios.TCIFLUSH)
