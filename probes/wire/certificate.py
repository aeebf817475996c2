"""Who a certificate is for and who signed it, read from DER without verifying anything (RFC 5280, section 4.1).

ssl tells this of certificates that it accepted only; of one that it refused these two lines are the evidence.
"""

from collections.abc import Iterator
from typing import NamedTuple

from probes.reading import NO_TEXT
from probes.text import SafeText, clean

_MOST_BYTES = 64 * 1024
_SEQUENCE, _SET, _VERSION, _BMP_STRING = 0x30, 0x31, 0xA0, 0x1E
_LONG_FORM, _MOST_LENGTH_BYTES = 0x80, 4
_LABELS = {b"\x55\x04\x03": "CN", b"\x55\x04\x0a": "O"}
"""commonName 2.5.4.3 and organizationName 2.5.4.10 (X.520)."""
_MOST_ATTRIBUTES = 16


class Names(NamedTuple):
    """subject, issuer: "CN=siak.example, O=Somebody"; empty where the certificate does not say or cannot be read."""

    subject: SafeText = NO_TEXT
    issuer: SafeText = NO_TEXT


def names(der: bytes) -> Names:
    """The two names of a certificate; never raises."""
    try:
        outer = _value(der[:_MOST_BYTES], _SEQUENCE)
        fields = [field for field in _items(_value(outer, _SEQUENCE)) if field[0] != _VERSION]
        _, _, (_, issuer), _, (_, subject) = fields[:5]
        return Names(subject=_text(subject), issuer=_text(issuer))
    except ValueError:
        return Names()


def _text(name: bytes) -> SafeText:
    """A distinguished name: a sequence of sets of pairs of an object identifier and a string."""
    found: dict[str, str] = {}
    for number, (kind, pairs) in enumerate(_items(name)):
        if kind != _SET or number >= _MOST_ATTRIBUTES:
            break
        (_, oid), (string, raw), *_ = _items(_value(pairs, _SEQUENCE))
        if label := _LABELS.get(oid):
            found.setdefault(label, clean(raw.decode("utf-16-be", "replace") if string == _BMP_STRING else raw, 60))
    return clean(", ".join(f"{label}={found[label]}" for label in _LABELS.values() if label in found))


def _value(raw: bytes, tag: int) -> bytes:
    """The content of the first item. Raises ValueError where it is another one."""
    found = next(_items(raw), None)
    if found is None or found[0] != tag:
        msg = f"tag {tag:#x} expected"
        raise ValueError(msg)
    return found[1]


def _items(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Tags and contents one after the other. Raises ValueError where one is cut off."""
    at = 0
    while at < len(raw):
        if at + 2 > len(raw):
            msg = "cut off"
            raise ValueError(msg)
        tag, length, at = raw[at], raw[at + 1], at + 2
        if length & _LONG_FORM:
            count = length & ~_LONG_FORM
            if not 0 < count <= _MOST_LENGTH_BYTES:
                msg = "a length that no certificate has"
                raise ValueError(msg)
            length, at = int.from_bytes(raw[at : at + count]), at + count
        if at + length > len(raw):
            msg = "cut off"
            raise ValueError(msg)
        yield tag, raw[at : at + length]
        at += length
