"""Card readers as pcscd sees them, asked over its own socket (pcsc-lite, winscard_msg.h, protocol 4).

One question, the state of all readers. No context is opened, no card is connected to or powered and no APDU is
sent, so whoever works with the card notices nothing.
"""

import socket
import struct
from pathlib import Path
from typing import NamedTuple

from probes.reading import ProbeError
from probes.text import SafeText, clean

FOLDER = Path("/run/pcscd")
TIMEOUT_SECONDS = 1.0

_VERSION, _GET_READERS_STATE = 0x11, 0x12
_HEAD = struct.Struct("=II")  # size of the body, command
_PROTOCOL = struct.Struct("=iiI")  # major, minor, result
_READER = struct.Struct("=128sIIi33s3xII")  # name, events, state, sharing, ATR, its length, protocol
_READERS = 16
_PRESENT, _SWALLOWED = 0x04, 0x08
"""Bits of the state (pcsclite.h). Swallowed: a card is there and did not answer when it was powered."""


class CardReader(NamedTuple):
    """One reader. card: a card is in it; mute: the card does not answer; in_use: a program works with it."""

    name: SafeText
    card: bool
    mute: bool
    in_use: bool


def running(folder: Path = FOLDER) -> bool:
    """Whether pcscd runs. Its socket alone does not tell: where systemd holds it, asking would start the daemon."""
    return (folder / "pcscd.pid").exists()


def readers(folder: Path = FOLDER) -> list[CardReader]:
    """All readers that pcscd knows. Raises ProbeError."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC) as daemon:
            daemon.settimeout(TIMEOUT_SECONDS)
            daemon.connect(str(folder / "pcscd.comm"))
            daemon.sendall(_HEAD.pack(_PROTOCOL.size, _VERSION) + _PROTOCOL.pack(4, 4, 0))
            major, _, _ = _PROTOCOL.unpack(_receive(daemon, _PROTOCOL.size))
            if major != 4:  # noqa: PLR2004 -- the protocol's major version
                msg = f"pcscd speaks protocol {major}, which this agent does not know; update the agent"
                raise ProbeError(msg)
            daemon.sendall(_HEAD.pack(0, _GET_READERS_STATE))
            answer = _receive(daemon, _READER.size * _READERS)
    except OSError as error:
        msg = f"pcscd does not answer ({error.strerror or error}); restart it: systemctl restart pcscd"
        raise ProbeError(msg) from error
    return [_reader(*fields) for fields in _READER.iter_unpack(answer) if fields[0].strip(b"\0")]


def _reader(
    name: bytes, _events: int, state: int, sharing: int, _atr: bytes, _atr_length: int, _protocol: int
) -> CardReader:
    return CardReader(
        name=clean(name.partition(b"\0")[0]),
        card=bool(state & _PRESENT),
        mute=bool(state & _SWALLOWED),
        in_use=sharing != 0,
    )


def _receive(daemon: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        part = daemon.recv(size - len(data))
        if not part:
            msg = "it closed the connection"
            raise ConnectionError(msg)
        data += part
    return bytes(data)
