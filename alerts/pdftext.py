"""Breaking text into lines of a given width."""

from alerts.pdf import width

SPACING = 25.4 / 72 * 1.4
"""Millimetres from line to line for each point of the font's size."""
SMALL = 8.0


def wrapped(text: str, wide: float, size: float, *, bold: bool = False) -> list[str]:
    """The lines of a text that is at most so wide (millimetres); a word that is wider is broken."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if width(longer, size, bold=bold) <= wide:
            line = longer
            continue
        if line:
            lines.append(line)
        *parts, line = _broken(word, wide, size, bold=bold)
        lines += parts
    return [*lines, line] if line else lines


def _broken(word: str, wide: float, size: float, *, bold: bool) -> list[str]:
    parts = [""]
    for letter in word:
        if parts[-1] and width(parts[-1] + letter, size, bold=bold) > wide:
            parts.append("")
        parts[-1] += letter
    return parts
