"""A table of a sheet in a PDF: its head comes again on each page, its rows stay whole."""

from collections.abc import Sequence

from alerts.flow import MARGIN, Flow
from alerts.pdftext import SPACING, wrapped
from alerts.sheet import COLOURS, WIDTH, Cell, Table

_PAD, _ABOVE = 1.5, 1.1
_SIZE, _NOTE = 8.5, 7.5


Lines = list[tuple[str, float, bool, str]]
"""Of one cell: text, size in points, bold, colour."""


def draw(flow: Flow, table: Table) -> None:
    """The whole table."""
    whole = sum(column.weight for column in table.columns)
    wide = [WIDTH * column.weight / whole for column in table.columns]
    right = [column.right for column in table.columns]
    titles = [Cell(text=column.title, strong=True) for column in table.columns]
    head = [_lines(cell, size, _NOTE) for cell, size in zip(titles, wide, strict=True)]
    rows = [[_lines(cell, size) for cell, size in zip(row, wide, strict=True)] for row in table.rows]
    flow.y += 1.0
    flow.room(_height(head) + (_height(rows[0]) if rows else 0))
    _row(flow, head, wide, right, filled=True)
    for row in rows:
        page = flow.canvas.pages[-1]
        flow.room(_height(row))
        if flow.canvas.pages[-1] is not page:
            _row(flow, head, wide, right, filled=True)
        _row(flow, row, wide, right, filled=False)
    flow.y += 1.5


def _lines(cell: Cell, wide: float, points: float = _SIZE) -> Lines:
    room = wide - 2 * _PAD
    text: Lines = [(line, points, cell.strong, "text") for line in wrapped(cell.text, room, points, bold=cell.strong)]
    return text + [(line, _NOTE, False, "quiet") for line in wrapped(cell.note, room, _NOTE)]


def _height(row: Sequence[Lines]) -> float:
    return max((sum(size * SPACING * 0.93 for _, size, _, _ in lines) for lines in row), default=0.0) + 2 * _ABOVE


def _row(flow: Flow, row: Sequence[Lines], wide: Sequence[float], right: Sequence[bool], *, filled: bool) -> None:
    high, left = _height(row), MARGIN
    if filled:
        flow.canvas.box(MARGIN, flow.y, WIDTH, high, COLOURS["pale"])
    for lines, size, is_right in zip(row, wide, right, strict=True):
        y = flow.y + _ABOVE
        for text, points, bold, colour in lines:
            y += points * SPACING * 0.93
            x = left + size - _PAD if is_right else left + _PAD
            flow.canvas.text(
                x,
                y - points * SPACING * 0.22,
                text,
                size=points,
                colour=COLOURS[colour],
                bold=bold,
                anchor="end" if is_right else "start",
            )
        left += size
    flow.y += high
    flow.canvas.box(MARGIN, flow.y - 0.15, WIDTH, 0.15, COLOURS["line"])
