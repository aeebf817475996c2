"""The one place where a device's bytes become text.

Device text is attacker text: a USB product string, an SNMP DisplayString or an IPP message may hold
control bytes, line breaks, bidirectional marks, lone surrogates or a hundred kilobytes of anything.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NewType

SafeText = NewType("SafeText", str)
"""Text that passed clean(). Labels, pages, letters, tickets and logs accept nothing else."""

DEFAULT_LIMIT_BYTES = 128
_INPUT_LIMIT = 64 * 1024
_SPARE = 64
_MOST_KEPT = 256
_KEPT_LENGTH = 64
"""The same few names and addresses come with every look."""

# Cc, Cf (bidi marks, zero width, BOM), Zl and Zp: what could end a line, move a cursor or turn the reading order.
_HARMFUL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202f\u205f-\u206f"
    r"\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]",
)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_SPACES = re.compile(r" {2,}")


def clean(raw: bytes | str, limit: int = DEFAULT_LIMIT_BYTES) -> SafeText:
    """Turn anything a device, a file or a person sent into one harmless line of text.

    NFC-normalised; white-space control characters become one space, NUL padding and outer spaces go,
    other control, format and line-separating characters become "?", lone surrogates U+FFFD. Bytes are
    read as UTF-8, and as Latin-1 where they are not UTF-8. Never raises.

    raw: the text or the bytes as they came.
    limit: the most bytes of UTF-8 the result may have; a longer text is cut and ends in "…".
    """
    return _kept(raw, limit) if len(raw) <= _KEPT_LENGTH else _clean(raw, limit)


def _clean(raw: bytes | str, limit: int) -> SafeText:
    if isinstance(raw, bytes):
        raw = raw[:_INPUT_LIMIT]
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            text = raw.decode("latin-1")
    else:
        text = raw[:_INPUT_LIMIT]
    text = _SURROGATE.sub("\ufffd", text.strip("\0 \t\r\n"))
    text = _SPACES.sub(" ", re.sub(r"[\t\r\n\v\f]+", " ", text))
    # NFC of nothing but combining marks takes quadratic time: 64 KiB of them would take seconds.
    text = unicodedata.normalize("NFC", text[: 2 * limit + _SPARE])
    text = _SPACES.sub(" ", _HARMFUL.sub("?", text)).strip()
    encoded = text.encode("utf-8")
    if len(encoded) > limit:
        text = encoded[: max(0, limit - 3)].decode("utf-8", "ignore").rstrip() + "…"
    return SafeText(text)


_kept = lru_cache(_MOST_KEPT)(_clean)
