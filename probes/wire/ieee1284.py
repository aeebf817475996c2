"""A printer's own identification: KEY:VALUE;KEY:VALUE; (IEEE 1284-2000 section 7.6, USB printer class 1.1, 4.2.1)."""

from typing import NamedTuple

from probes.reading import NO_TEXT
from probes.text import SafeText, clean

LENGTH_BYTES = 2
"""On the wire a big-endian length, itself included, precedes the text; sysfs shows the text alone."""

_LIMIT_BYTES = 2048
_MOST_KEYS = 32
_MOST_LANGUAGES = 16
_VALUE_LIMIT = 96

# The standard's long names and the short ones that printers use, by what they mean.
_KEYS = {
    "MFG": "vendor",
    "MANUFACTURER": "vendor",
    "MDL": "model",
    "MODEL": "model",
    "SN": "serial",
    "SER": "serial",
    "SERN": "serial",
    "SERIALNUMBER": "serial",
    "CMD": "languages",
    "COMMAND SET": "languages",
    "DES": "description",
    "DESCRIPTION": "description",
    "CLS": "kind",
    "CLASS": "kind",
}


class Identity(NamedTuple):
    """What a printer says that it is. languages: its command sets in capitals ("ESC/POS", "ZPL", "PJL")."""

    vendor: SafeText = NO_TEXT
    model: SafeText = NO_TEXT
    serial: SafeText = NO_TEXT
    description: SafeText = NO_TEXT
    kind: SafeText = NO_TEXT
    languages: tuple[SafeText, ...] = ()

    @property
    def name(self) -> SafeText:
        """Vendor and model as one label, the vendor once."""
        model = self.model or self.description
        if not self.vendor or model.lower().startswith(self.vendor.lower()):
            return model
        return clean(f"{self.vendor} {model}")

    def speaks(self, *words: str) -> bool:
        """Whether one of its languages contains one of the words."""
        return any(word in language for language in self.languages for word in words)


def parse(raw: bytes | str) -> Identity:
    """Read an identification, with or without the length in front. What cannot be read is left out; never raises."""
    text = raw[:_LIMIT_BYTES] if isinstance(raw, str) else _without_length(raw)[:_LIMIT_BYTES].decode("latin-1")
    values: dict[str, str] = {}
    for part in text.split(";")[:_MOST_KEYS]:
        key, colon, value = part.partition(":")
        meaning = _KEYS.get(key.strip().upper())
        if colon and meaning:
            values.setdefault(meaning, value.strip())
    spoken = values.pop("languages", "").split(",")[:_MOST_LANGUAGES]
    languages = tuple(word for word in (clean(item.upper(), 32) for item in spoken) if word)
    return Identity(languages=languages, **{key: clean(value, _VALUE_LIMIT) for key, value in values.items()})


def _without_length(raw: bytes) -> bytes:
    """Some firmware counts the two bytes in its length, some not, and one sends it little-endian: skip, not trust."""
    head = raw[:LENGTH_BYTES]
    return raw[LENGTH_BYTES:] if head and not head.isalnum() and b":" not in head else raw
