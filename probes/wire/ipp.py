"""IPP answers: from bytes to attributes (RFC 8010). What is asked, and how, is in probes.wire.ipp_client.

Every byte of an answer is a stranger's: decode() never reads past its end, stores no more than its limits
allow, and raises nothing but ValueError. Collections are passed over: nothing that a probe asks for is one.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from probes.text import SafeText, clean

MAX_ANSWER_BYTES = 1024 * 1024
MAX_GROUPS = 500
MAX_ATTRIBUTES = 2_000
MAX_VALUES = 20_000
MAX_DEPTH = 8

HEADER = struct.Struct(">BBHI")
_BEGIN_COLLECTION, _END_COLLECTION, _MEMBER_NAME = 0x34, 0x37, 0x4A
END = 0x03
_FIRST_VALUE_TAG = 0x10
_TEXT_WITH_LANGUAGE, _NAME_WITH_LANGUAGE = 0x35, 0x36
_NO_TEXT_TAGS = (0x31, 0x32, 0x33)  # dateTime, resolution, rangeOfInteger
_INTEGER_OCTETS = 4


class Tag(IntEnum):
    """The delimiter and value tags that a probe reads or writes (RFC 8010 section 3.5)."""

    OPERATION_GROUP = 0x01
    JOB_GROUP = 0x02
    PRINTER_GROUP = 0x04
    INTEGER = 0x21
    BOOLEAN = 0x22
    ENUM = 0x23
    OCTETS = 0x30
    TEXT = 0x41
    NAME = 0x42
    KEYWORD = 0x44
    URI = 0x45


_INTEGERS = (Tag.INTEGER, Tag.ENUM)


class Value(NamedTuple):
    """One value: its tag, and its bytes without length and language."""

    tag: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class Group:
    """One group of attributes. An attribute that is missing, of another type or out-of-band has no values.

    tag: Tag.PRINTER_GROUP, Tag.JOB_GROUP, ... or a stranger's number.
    """

    tag: int
    attributes: dict[str, list[Value]] = field(default_factory=dict)

    def integers(self, name: str) -> list[int]:
        """The attribute's integers and enums."""
        values = self.attributes.get(name, ())
        return [
            int.from_bytes(v.raw, "big", signed=True)
            for v in values
            if v.tag in _INTEGERS and len(v.raw) == _INTEGER_OCTETS
        ]

    def integer(self, name: str) -> int | None:
        """The attribute's first integer or enum."""
        return next(iter(self.integers(name)), None)

    def boolean(self, name: str) -> bool | None:
        """The attribute's first boolean."""
        values = self.attributes.get(name, ())
        return next((v.raw != b"\0" for v in values if v.tag == Tag.BOOLEAN and len(v.raw) == 1), None)

    def octets(self, name: str) -> list[bytes]:
        """The attribute's texts and octet strings as they came; never use them as text."""
        values = self.attributes.get(name, ())
        return [v.raw for v in values if v.tag >= Tag.OCTETS and v.tag not in _NO_TEXT_TAGS]

    def texts(self, name: str, limit: int = 128) -> list[SafeText]:
        """The attribute's texts, names, keywords and URIs, cleaned, at most limit bytes each."""
        return [clean(raw, limit=limit) for raw in self.octets(name)]

    def text(self, name: str, limit: int = 128) -> SafeText:
        """The attribute's first text, cleaned, or ""."""
        return next((clean(raw, limit=limit) for raw in self.octets(name)), SafeText(""))


class Message(NamedTuple):
    """One answer. status: RFC 8011 section 4.1.6; below 0x0100 is success."""

    version: tuple[int, int]
    status: int
    request_id: int
    groups: Sequence[Group]

    def all(self, tag: Tag) -> list[Group]:
        """The groups of one kind, in order."""
        return [group for group in self.groups if group.tag == tag]


def decode(data: bytes) -> Message:
    """An answer. Raises ValueError with what is wrong with it; text in it is still as it came."""
    if len(data) > MAX_ANSWER_BYTES:
        msg = f"it is longer than {MAX_ANSWER_BYTES} bytes"
        raise ValueError(msg)
    if len(data) < HEADER.size:
        msg = f"it ends after {len(data)} bytes, before its header does"
        raise ValueError(msg)
    major, minor, status, request_id = HEADER.unpack_from(data)
    if major not in (1, 2):
        msg = f"it says to be of IPP version {major}.{minor}"
        raise ValueError(msg)
    return Message(version=(major, minor), status=status, request_id=request_id, groups=_groups(data))


def _groups(data: bytes) -> list[Group]:
    groups: list[Group] = []
    values: list[Value] | None = None
    attributes = 0
    for tag, name, raw in _outside_collections(_tokens(data)):
        if tag < _FIRST_VALUE_TAG:
            if len(groups) == MAX_GROUPS:
                msg = f"it has more than {MAX_GROUPS} groups"
                raise ValueError(msg)
            groups.append(Group(tag))
            values = None
            continue
        if name:
            attributes += 1
            if not groups or attributes > MAX_ATTRIBUTES:
                msg = (
                    f"it has more than {MAX_ATTRIBUTES} attributes"
                    if groups
                    else "an attribute stands before any group"
                )
                raise ValueError(msg)
            values = groups[-1].attributes.setdefault(name.decode("ascii", "replace"), [])
        if values is None:
            msg = "a value in it belongs to no attribute"
            raise ValueError(msg)
        values.append(_value(tag, raw))
    return groups


def _outside_collections(tokens: Iterable[tuple[int, bytes, bytes]]) -> Iterator[tuple[int, bytes, bytes]]:
    """The tokens without what is inside collections, whose nesting is limited, not followed."""
    depth = 0
    for tag, name, raw in tokens:
        if tag == _END_COLLECTION:
            depth -= 1
        elif depth == 0:
            yield tag, name, raw
        if tag == _BEGIN_COLLECTION:
            depth += 1
        if not 0 <= depth <= MAX_DEPTH or (depth and tag < _FIRST_VALUE_TAG):
            break
    if depth:
        msg = f"its collections are nested deeper than {MAX_DEPTH}, or do not end"
        raise ValueError(msg)


def _tokens(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Tag, name and value, one after the other; a group's mark has neither name nor value."""
    position = HEADER.size
    for _ in range(MAX_VALUES):
        if position >= len(data):
            msg = f"it ends after {len(data)} bytes without an end mark"
            raise ValueError(msg)
        tag = data[position]
        position += 1
        if tag == END:
            return
        if tag < _FIRST_VALUE_TAG:
            yield tag, b"", b""
            continue
        name, position = _counted(data, position)
        raw, position = _counted(data, position)
        yield tag, name, raw
    msg = f"it has more than {MAX_VALUES} values"
    raise ValueError(msg)


def _counted(data: bytes, position: int) -> tuple[bytes, int]:
    """The bytes behind a two-byte length, and where they end."""
    start = position + 2
    end = start + int.from_bytes(data[position:start], "big")
    if end > len(data):
        msg = f"it is cut off after {len(data)} bytes"
        raise ValueError(msg)
    return data[start:end], end


def _value(tag: int, raw: bytes) -> Value:
    """The value without the language that RFC 8010 may put before a text: length, language, length, text."""
    if tag in (_TEXT_WITH_LANGUAGE, _NAME_WITH_LANGUAGE):
        _, position = _counted(raw, 0)
        raw, _ = _counted(raw, position)
    return Value(tag, raw)
