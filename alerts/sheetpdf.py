"""A sheet as a PDF: the same blocks as the HTML, laid out by hand on A4 pages."""

from alerts.flow import BOTTOM, MARGIN, Flow
from alerts.pdftext import SMALL, SPACING, wrapped
from alerts.sheet import (
    COLOURS,
    WIDTH,
    Block,
    Box,
    Heading,
    Letterhead,
    Picture,
    Points,
    Sheet,
    Signatures,
    Table,
    Text,
    Tiles,
    Title,
)
from alerts.sheethtml import large_line
from alerts.sheettable import draw

BODY, LARGE, TITLE, HEADING, VALUE = 9.5, 14.0, 13.5, 10.5, 14.0
_POINT_MM = 25.4 / 72


def render(sheet: Sheet, *, made: float) -> bytes:
    """The whole file. made: UTC epoch seconds."""
    flow = Flow()
    for index, block in enumerate(sheet.blocks):
        _block(flow, block, after=sheet.blocks[index + 1] if index + 1 < len(sheet.blocks) else None)
    flow.finish(sheet.foot)
    return flow.canvas.write(title=sheet.title, language=sheet.language, made=made)


def _block(flow: Flow, block: Block, after: Block | None) -> None:
    match block:
        case Letterhead():
            _letterhead(flow, block)
        case Title():
            flow.lines(block.text.upper(), size=TITLE, bold=True, centre=True)
            for line in block.lines:
                flow.lines(line, size=BODY, centre=True)
        case Heading():
            _heading(flow, block, after)
        case Text():
            flow.y += 1.0
            size, colour = (SMALL, "quiet") if block.quiet else (BODY, "text")
            flow.lines(block.text, size=size, colour=colour)
        case _:
            _figure(flow, block)


def _figure(flow: Flow, block: Block) -> None:
    match block:
        case Points():
            _points(flow, block)
        case Tiles():
            _tiles(flow, block)
        case Table():
            draw(flow, block)
        case Picture():
            _picture(flow, block)
        case Signatures():
            _signatures(flow, block)
        case _:
            pass


def _letterhead(flow: Flow, block: Letterhead) -> None:
    for index, line in enumerate(block.lines):
        if index == large_line(block.lines):
            flow.lines(line.upper(), size=LARGE, bold=True, centre=True)
        else:
            flow.lines(line, size=10, centre=True)
    flow.y += 2.0
    flow.rule(0.8)
    flow.y += 0.6
    flow.rule(0.2)
    flow.y += 6.0


def _heading(flow: Flow, block: Heading, after: Block | None) -> None:
    """A heading stays with the first part of what follows."""
    follows = after.height if isinstance(after, Picture) else 24.0
    flow.room(11 + follows)
    flow.y += 4.5
    flow.lines(block.text, size=HEADING, bold=True)
    flow.rule(0.2, "line")
    flow.y += 1.2


def _points(flow: Flow, block: Points) -> None:
    for number, line in enumerate(block.lines, 1):
        flow.room(BODY * SPACING)
        flow.y += 0.8
        base = flow.y + BODY * SPACING * 0.73
        flow.canvas.text(MARGIN + 1, base, f"{number}.", size=BODY, colour=COLOURS["text"])
        flow.lines(line, size=BODY, indent=7.0)


def _tiles(flow: Flow, block: Tiles) -> None:
    gap, high = 3.0, 21.0
    wide = (WIDTH - gap * (len(block.tiles) - 1)) / max(1, len(block.tiles))
    flow.room(high + 2)
    flow.y += 1.0
    for index, tile in enumerate(block.tiles):
        left = MARGIN + index * (wide + gap)
        flow.canvas.box(left, flow.y, wide, high, COLOURS["pale"])
        flow.canvas.text(left + 3, flow.y + 5.4, tile.name, size=SMALL, colour=COLOURS["quiet"])
        value = VALUE
        while value > SMALL and len(wrapped(tile.value, wide - 6, value, bold=True)) > 1:
            value -= 0.5
        flow.canvas.text(left + 3, flow.y + 11.8, tile.value, size=value, colour=COLOURS["text"], bold=True)
        for row, line in enumerate(wrapped(tile.note, wide - 6, SMALL)[:2]):
            base = flow.y + 15.8 + row * 3.2
            flow.canvas.text(left + 3, base, line, size=SMALL, colour=COLOURS["quiet"])
    flow.y += high + 1.5


def _picture(flow: Flow, block: Picture) -> None:
    flow.room(min(block.height + 3, BOTTOM - MARGIN))
    flow.y += 1.5
    for shape in block.shapes:
        x, y, colour = MARGIN + shape.x, flow.y + shape.y, COLOURS[shape.colour]
        if isinstance(shape, Box):
            flow.canvas.box(x, y, shape.width, shape.height, colour)
        else:
            flow.canvas.text(x, y, shape.text, size=shape.size / _POINT_MM, colour=colour, anchor=shape.anchor)
    flow.y += block.height + 1.5


def _signatures(flow: Flow, block: Signatures) -> None:
    flow.room(58)
    flow.y += 5.0
    flow.lines(block.text, size=BODY)
    flow.y += 6.0
    flow.canvas.text(MARGIN + WIDTH, flow.y, block.above, size=BODY, colour=COLOURS["text"], anchor="end")
    flow.y += 7.0
    gap = 10.0
    wide = min(75.0, (WIDTH - gap * (len(block.people) - 1)) / max(1, len(block.people)))
    step = (WIDTH - wide) / max(1, len(block.people) - 1)
    for index, one in enumerate(block.people):
        left = MARGIN + index * step
        text = [(flow.y, one.title, False), (flow.y + 24, one.name, True)]
        text.append((flow.y + 29.5, f"NIP {one.number}" if one.number else "NIP", False))
        for y, line, bold in text:
            flow.canvas.text(left + wide / 2, y, line, size=BODY, colour=COLOURS["text"], bold=bold, anchor="middle")
        flow.canvas.box(left, flow.y + 25.2, wide, 0.2, COLOURS["text"])
    flow.y += 32.0
