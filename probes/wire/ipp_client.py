"""Asks a printer or CUPS what it knows: requests, and what their refusals mean (RFC 8011)."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypeAlias

from probes.reading import ProbeError
from probes.text import clean
from probes.wire.ipp import END, HEADER, Message, Tag, decode
from probes.wire.ipp_http import Line

_CHARSET, _NATURAL_LANGUAGE = 0x47, 0x48
_VERSION_NOT_SUPPORTED, _FIRST_FAILURE = 0x0503, 0x0100
_REMEDIES = {
    0x0401: "it forbids this question: allow Get-Printer-Attributes to everybody",
    0x0402: "it wants a password: allow Get-Printer-Attributes without one",
    0x0403: "it refuses this computer: allow it in its access list",
    0x0406: "it has no printer of this name or path: 'lpstat -v' lists CUPS's names",
    0x0501: "it does not know this question: is this the path of an IPP printer?",
    0x0502: "its print service is not ready",
    0x0503: "it speaks neither IPP 2.0 nor 1.1",
    0x0507: "it is busy",
}

Attributes: TypeAlias = Sequence[tuple[Tag, str, Sequence[str | int]]]
"""What a request says beside charset and language: value tag, name and values of each attribute."""


class Operation(IntEnum):
    """The operations that a look uses (RFC 8011; CUPS-Get-Printers is CUPS's own)."""

    GET_JOBS = 0x000A
    GET_PRINTER_ATTRIBUTES = 0x000B
    CUPS_GET_PRINTERS = 0x4002


def encode(
    operation: Operation,
    request_id: int,
    attributes: Attributes,
    *,
    version: tuple[int, int] = (2, 0),
) -> bytes:
    """A request with one group of operation attributes; charset and language go first, as RFC 8011 demands."""
    parts = [HEADER.pack(*version, operation, request_id), bytes([Tag.OPERATION_GROUP])]
    parts.append(_attribute(_CHARSET, "attributes-charset", b"utf-8"))
    parts.append(_attribute(_NATURAL_LANGUAGE, "attributes-natural-language", b"en"))
    for tag, name, values in attributes:
        for place, value in enumerate(values):
            raw = struct.pack(">i", value) if isinstance(value, int) else value.encode()
            parts.append(_attribute(tag, "" if place else name, raw))
    parts.append(bytes([END]))
    return b"".join(parts)


def _attribute(tag: int, name: str, raw: bytes) -> bytes:
    label = name.encode()
    return struct.pack(f">BH{len(label)}sH", tag, len(label), label, len(raw)) + raw


@dataclass(kw_only=True)
class Client:
    """Asks one server. Remembers which IPP version it speaks: 2.0, or 1.1 where 2.0 is refused."""

    line: Line
    _version: tuple[int, int] = field(default=(2, 0), init=False)
    _asked: int = field(default=0, init=False)

    def ask(self, operation: Operation, attributes: Attributes, *, until: float) -> Message:
        """One question and its answer, by the deadline until (time.monotonic() seconds).

        Raises ConnectionError when nobody is there; ProbeError when somebody is, but does not answer, not in
        IPP, or refuses; the message says what to do.
        """
        message = self._ask(operation, attributes, until)
        if message.status == _VERSION_NOT_SUPPORTED and self._version != (1, 1):
            self._version = (1, 1)
            message = self._ask(operation, attributes, until)
        if message.status >= _FIRST_FAILURE:
            remedy = _REMEDIES.get(message.status, "look at the printer's or CUPS's own log")
            raise ProbeError(clean(f"{self.line.server} refused with IPP status 0x{message.status:04x}: {remedy}", 256))
        return message

    def close(self) -> None:
        """Close the connection, if one is open."""
        self.line.close()

    def _ask(self, operation: Operation, attributes: Attributes, until: float) -> Message:
        self._asked = self._asked % 0x7FFF_FFFF + 1
        body = encode(operation, self._asked, attributes, version=self._version)
        answer = self.line.post(body, until)
        try:
            return decode(answer)
        except ValueError as error:
            msg = clean(f"{self.line.server} answered with broken IPP: {error}; update the printer's firmware", 256)
            raise ProbeError(msg) from error
