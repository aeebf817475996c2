"""Dumps of the kernel's tables over rtnetlink (RFC 3549, rtnetlink(7)): messages, their attributes, their numbers."""

import os
import socket
import struct
import sys
from collections.abc import Iterator

_REQUEST_DUMP = 0x301
_ERROR, _DONE = 2, 3
_BUFFER = 32768
_MOST_MESSAGES = 4096
_TIMEOUT_SECONDS = 2.0
_HEADER = struct.Struct("=IHHII")
_ATTRIBUTE = struct.Struct("=HH")


def messages(kind: int) -> Iterator[bytes]:
    """The payload of every message of one dump, all families. Raises OSError where the kernel refuses."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, 0) as wire:
        wire.settimeout(_TIMEOUT_SECONDS)
        wire.bind((0, 0))
        wire.send(_HEADER.pack(32, kind, _REQUEST_DUMP, 1, 0) + bytes(16))
        for _ in range(_MOST_MESSAGES):
            data, sender = wire.recvfrom(_BUFFER)
            if sender[0] != 0:
                continue
            offset = 0
            while offset + _HEADER.size <= len(data):
                length, type_, *_ = _HEADER.unpack_from(data, offset)
                if type_ == _DONE or length < _HEADER.size:
                    return
                if type_ == _ERROR:
                    code = -struct.unpack_from("=i", data, offset + _HEADER.size)[0]
                    raise OSError(code, os.strerror(code))
                yield data[offset + _HEADER.size : offset + length]
                offset += length + 3 & ~3


def attributes(data: bytes, offset: int) -> dict[int, bytes]:
    """The attributes of a message from an offset on, by their type; what is cut off ends them."""
    found = {}
    while offset + _ATTRIBUTE.size <= len(data):
        length, type_ = _ATTRIBUTE.unpack_from(data, offset)
        if length < _ATTRIBUTE.size:
            break
        found[type_] = data[offset + _ATTRIBUTE.size : offset + length]
        offset += length + 3 & ~3
    return found


def number(raw: bytes | None) -> int:
    """An attribute's value in the machine's byte order; 0 where it is missing."""
    return int.from_bytes(raw or b"", sys.byteorder)
