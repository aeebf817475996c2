"""What SNMP variables are called and hold, read from their BER elements (X.690). Needs no library."""

Oid = tuple[int, ...]
Value = int | bytes | Oid | None
"""What a variable holds: a number, octets, an OID; None where the device has none (noSuchName, endOfMibView, null);
UNREADABLE where the octets are no value of their type."""

UNREADABLE: Oid = ()

_MAX_ARCS = 128  # RFC 2578 section 3.5
_MAX_ARC_BYTES = 5  # a sub-identifier is below 2^32
_MAX_NUMBER_BYTES = 9  # an unsigned 64-bit Counter64
_HEADER_BYTES = 2
_LONG, _INDEFINITE = 0x80, 0x80
_OBJECT_IDENTIFIER = 0x06
_NUMBERS = frozenset({0x02, 0x41, 0x42, 0x43, 0x46})  # INTEGER, Counter32, Gauge32, TimeTicks, Counter64
_OCTETS = frozenset({0x04, 0x40, 0x44})  # OCTET STRING, IpAddress, Opaque
_NOTHING = frozenset({0x05, 0x80, 0x81, 0x82})  # NULL, noSuchObject, noSuchInstance, endOfMibView


def oid(text: str) -> Oid:
    """An OID as people write it: "1.3.6.1" is (1, 3, 6, 1)."""
    return tuple(int(arc) for arc in text.strip(".").split("."))


def name(raw: bytes) -> Oid:
    """The OID in one BER element. Raises ValueError where there is none: a variable without a name is no answer."""
    kind, content = _open(raw)
    if kind != _OBJECT_IDENTIFIER or not (arcs := _arcs(content)):
        msg = "a variable without a name"
        raise ValueError(msg)
    return arcs


def value(raw: bytes) -> Value:
    """The value in one BER element. Never raises.

    Printers send INTEGER, Counter32 and Gauge32 for one another (prtMarkerLifeCount), so a number is a number.
    """
    try:
        kind, content = _open(raw)
    except ValueError:
        return UNREADABLE
    if kind in _NUMBERS and 0 < len(content) <= _MAX_NUMBER_BYTES:
        return int.from_bytes(content, signed=True)
    if kind in _OCTETS:
        return content
    if kind in _NOTHING:
        return None
    return _arcs(content) if kind == _OBJECT_IDENTIFIER else UNREADABLE


def _open(raw: bytes) -> tuple[int, bytes]:
    """The tag and the content of an element that fills raw to its end."""
    if len(raw) < _HEADER_BYTES or raw[1] == _INDEFINITE:
        msg = "an element without a length"
        raise ValueError(msg)
    start, length = _HEADER_BYTES, raw[1]
    if length >= _LONG:
        start += length & 0x7F
        length = int.from_bytes(raw[_HEADER_BYTES:start])
    if start + length != len(raw):
        msg = "an element of another length than it says"
        raise ValueError(msg)
    return raw[0], raw[start:]


def _arcs(content: bytes) -> Oid:
    """An OID's arcs (X.690 section 8.19); none where it is no OID or longer than RFC 2578 allows."""
    arcs: list[int] = []
    arc = size = 0
    for octet in content:
        arc, size = (arc << 7) | (octet & 0x7F), size + 1
        if size > _MAX_ARC_BYTES or len(arcs) >= _MAX_ARCS:
            return UNREADABLE
        if octet < _LONG:
            arcs.append(arc)
            arc = size = 0
    if not arcs or size:
        return UNREADABLE
    first = min(arcs[0] // 40, 2)
    return (first, arcs[0] - 40 * first, *arcs[1:])
