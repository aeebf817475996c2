"""Functions that the child tests run in another process, each with one way to behave."""

import os
import signal
import time

from probes.reading import ProbeError
from probes.wire.child import Json


def echo(argument: Json) -> Json:
    return argument


def chatter(argument: Json) -> Json:
    os.write(1, b"libusb: debug: noise on standard output\n")
    return argument


def refuse(argument: Json) -> Json:
    msg = f"the reader {argument} is locked; close the other program"
    raise ProbeError(msg)


def stumble(argument: Json) -> Json:
    msg = f"odd \u202e text\x07 {argument}"
    raise KeyError(msg)


def hang(argument: Json) -> Json:
    time.sleep(60)
    return argument


def die(argument: Json) -> Json:
    os.kill(os.getpid(), signal.SIGSEGV)
    return argument


def flood(argument: Json) -> Json:
    return "x" * (2 * 1024 * 1024) + str(argument)


def fork_and_hang(argument: Json) -> Json:
    if os.fork() == 0:
        time.sleep(60)
    time.sleep(60)
    return argument


def working_directory_is_importable(argument: Json) -> Json:
    import sys  # noqa: PLC0415 -- asked in the child

    return "" in sys.path or str(argument) in sys.path
