"""JSON of a desk, which may hold anything anywhere: what is not of the wanted kind counts as absent."""

from typing import Any

from probes.text import SafeText, clean

_DIGITS = 18
_TEXT_BYTES = 4_000


def number(value: Any) -> str:  # noqa: ANN401 - JSON
    """An id as desks give it: a positive whole number, or a text of digits; "" for anything else."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    plain = text.isascii() and text.isdecimal() and len(text) <= _DIGITS
    return text if plain and text[0] != "0" else ""


def table(value: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """A JSON object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON
    """The objects of a JSON list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def words(value: Any, limit: int = _TEXT_BYTES) -> SafeText:  # noqa: ANN401 - JSON
    """A text, or a number as text."""
    return clean(str(value), limit) if isinstance(value, str | int) and not isinstance(value, bool) else SafeText("")
