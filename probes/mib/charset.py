"""Text of a printer in the character set it says it uses (prtLocalizationCharacterSet, IANA's MIBenum numbers)."""

from dataclasses import dataclass

from probes.text import SafeText, clean
from probes.wire.snmp_value import Value

_MAX_BYTES = 1024
_LONGEST_CHARACTER = 4
# IANA character sets registry, MIBenum -> Python's codec. Seen in recordings: 5, 8, 12, 106, 2004.
_CODECS = {
    3: "ascii",
    4: "latin-1",
    5: "iso8859-2",
    8: "iso8859-5",
    9: "iso8859-6",
    10: "iso8859-7",
    11: "iso8859-8",
    12: "iso8859-9",
    17: "shift_jis",
    18: "euc_jp",
    38: "euc_kr",
    106: "utf-8",
    111: "iso8859-15",
    113: "gbk",
    1013: "utf-16-be",
    2004: "hp-roman8",
    2009: "cp850",
    2010: "cp852",
    2013: "cp862",
    2025: "gb2312",
    2026: "big5",
    2250: "cp1250",
    2251: "cp1251",
    2252: "cp1252",
    2259: "tis-620",
}


@dataclass(frozen=True, slots=True)
class Text:
    """Reads octets as UTF-8 where they are that, else in the printer's own character set, else as Latin-1."""

    charset: int | None = None

    def __call__(self, value: Value) -> SafeText:
        """A variable as text; empty for anything that is no octet string. Never raises."""
        if not isinstance(value, bytes):
            return SafeText("")
        raw = value[:_MAX_BYTES]
        for codec in ("utf-8", _CODECS.get(self.charset or 0, "latin-1")):
            try:
                return clean(raw.decode(codec))
            except UnicodeDecodeError as error:
                if error.reason == "unexpected end of data" and len(raw) - error.start < _LONGEST_CHARACTER:
                    return clean(raw[: error.start].decode(codec))  # the printer cut its own text mid-character
        return clean(raw.decode("latin-1"))
