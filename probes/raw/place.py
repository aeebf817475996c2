"""Where a printer is that is asked over a raw stream: the options that say so, and their mistakes."""

import re

from probes.wire.address import endpoint

JETDIRECT_PORT = 9100
BAUDS = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)
_MOST_PORT = 65535
_DEVICE = re.compile(r"/dev/[\w./:-]{1,200}", re.ASCII)
_QUEUE = re.compile(r"[^\x00-\x20/#?\x7f]{1,127}")


def check(host: str, port: int, device: str, baud: int, queue: str) -> None:
    """Raise ValueError("option: what is wrong; what to write instead") for the first mistake."""
    if bool(host) == bool(device):
        msg = 'host: write host = "192.0.2.7", or device = "/dev/usb/lp0"; one of the two'
        raise ValueError(msg)
    if host:
        _check_host(host, port)
    elif not _DEVICE.fullmatch(device) or ".." in device:
        msg = 'device: must be a device node such as "/dev/usb/lp0" or "/dev/ttyUSB0"'
        raise ValueError(msg)
    if baud not in BAUDS:
        msg = f"baud: must be one of {', '.join(map(str, BAUDS))}, as set on the printer"
        raise ValueError(msg)
    if queue and not _QUEUE.fullmatch(queue):
        msg = "queue: must be the name of a CUPS queue, as lpstat -e lists it"
        raise ValueError(msg)


def _check_host(host: str, port: int) -> None:
    if not 0 < port <= _MOST_PORT:
        msg = f"port: must be from 1 to {_MOST_PORT}, usually {JETDIRECT_PORT}"
        raise ValueError(msg)
    try:
        parsed = endpoint(host, port)
    except ValueError as error:
        msg = f"host: {error}"
        raise ValueError(msg) from error
    if parsed.host != host:
        msg = "host: must be an address or a name alone; write the port as port = 9100"
        raise ValueError(msg)
