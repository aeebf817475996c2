"""A sheet as one HTML file that needs nothing from outside and prints on A4."""

from alerts.markup import Html, join, tag
from alerts.sheet import (
    COLOURS,
    WIDTH,
    Block,
    Box,
    Cell,
    Heading,
    Label,
    Letterhead,
    Picture,
    Points,
    Sheet,
    Signatory,
    Signatures,
    Table,
    Text,
    Tile,
    Tiles,
    Title,
)

_STYLE = f"""
@page {{ size: A4; margin: 15mm 15mm 18mm; @bottom-right {{ content: counter(page) " / " counter(pages);
  font: 8pt Arial, Helvetica, sans-serif; color: {COLOURS["quiet"]}; }} }}
* {{ box-sizing: border-box; }}
body {{ margin: 0; background: {COLOURS["pale"]}; color: {COLOURS["text"]};
  font: 9.5pt/1.4 Arial, "Liberation Sans", Helvetica, sans-serif; }}
main {{ background: #fff; width: 210mm; max-width: 100%; margin: 8mm auto; padding: 15mm; }}
header {{ text-align: center; border-bottom: 2.4pt solid; padding-bottom: 2.5mm; margin-bottom: 1mm; }}
header + hr {{ border: 0; border-top: 0.6pt solid; margin: 0 0 7mm; }}
header p {{ margin: 0; font-size: 10pt; }}
header .large {{ font-size: 14pt; font-weight: 700; text-transform: uppercase; }}
h1 {{ font-size: 13.5pt; text-align: center; text-transform: uppercase; margin: 0 0 1mm; }}
.when {{ text-align: center; margin: 0; }}
h2 {{ font-size: 10.5pt; margin: 6mm 0 2mm; padding-bottom: 0.8mm; border-bottom: 0.6pt solid {COLOURS["line"]};
  break-after: avoid; }}
p {{ margin: 1.5mm 0; }}
.quiet, .note {{ font-size: 8pt; color: {COLOURS["quiet"]}; }}
ol {{ margin: 1mm 0; padding-left: 6mm; }}
li {{ margin: 1mm 0; break-inside: avoid; }}
.tiles {{ display: grid; grid-template-columns: repeat(4, 1fr); gap: 3mm; margin: 2mm 0 3mm; }}
.tile {{ background: {COLOURS["pale"]}; padding: 2.5mm 3mm; break-inside: avoid; }}
.tile b {{ display: block; font-size: 14pt; line-height: 1.25; }}
.tile span {{ display: block; font-size: 8pt; color: {COLOURS["quiet"]}; }}
table {{ width: 100%; border-collapse: collapse; table-layout: fixed; margin: 1.5mm 0 2mm; font-size: 8.5pt; }}
th {{ background: {COLOURS["pale"]}; text-align: left; font-weight: 700; vertical-align: bottom;
  font-size: 7.5pt; overflow-wrap: normal; }}
th, td {{ padding: 1.1mm 1.5mm; border-bottom: 0.5pt solid {COLOURS["line"]}; overflow-wrap: break-word; }}
td {{ vertical-align: top; }}
tr {{ break-inside: avoid; }}
thead {{ display: table-header-group; }}
.right {{ text-align: right; }}
.strong {{ font-weight: 700; }}
.note {{ display: block; font-weight: 400; line-height: 1.25; }}
svg {{ display: block; width: 100%; margin: 2mm 0; break-inside: avoid; }}
.sign {{ break-inside: avoid; margin-top: 7mm; }}
.people {{ display: flex; justify-content: space-between; gap: 10mm; margin-top: 3mm; }}
.people div {{ flex: 1; max-width: 75mm; text-align: center; }}
.people .room {{ height: 19mm; }}
.people .name {{ border-bottom: 0.6pt solid; min-height: 5mm; font-weight: 700; }}
.above {{ text-align: right; }}
@media print {{ body {{ background: #fff; print-color-adjust: exact; -webkit-print-color-adjust: exact; }}
  main {{ width: auto; margin: 0; padding: 0; }} }}
"""


def render(sheet: Sheet) -> str:
    """The whole file."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", " · ".join(filter(None, (sheet.title, sheet.foot)))),
        tag("style", Html(_STYLE)),
    )
    main = tag("main", *map(_block, sheet.blocks))
    return str(join(Html("<!DOCTYPE html>\n"), tag("html", head, tag("body", main), lang=sheet.language), Html("\n")))


def _block(block: Block) -> Html:  # noqa: PLR0911 - one for each kind of block
    match block:
        case Letterhead():
            return _letterhead(block)
        case Title():
            return join(tag("h1", block.text), *(tag("p", line, class_="when") for line in block.lines))
        case Heading():
            return tag("h2", block.text)
        case Text():
            return tag("p", block.text, class_="quiet" if block.quiet else None)
        case Points():
            return tag("ol", *(tag("li", line) for line in block.lines))
        case Tiles():
            return tag("div", *map(_tile, block.tiles), class_="tiles")
        case Table():
            return _table(block)
        case Picture():
            return _picture(block)
        case Signatures():
            return _signatures(block)


def _letterhead(block: Letterhead) -> Html:
    large = block.lines[large_line(block.lines)]
    lines = (tag("p", line, class_="large" if line is large else None) for line in block.lines)
    return join(tag("header", *lines), tag("hr"))


def large_line(lines: tuple[str, ...]) -> int:
    """Which line of a letterhead is the office's own name: the second of several."""
    return min(1, len(lines) - 1)


def _tile(tile: Tile) -> Html:
    return tag("div", tag("span", tile.name), tag("b", tile.value), tag("span", tile.note), class_="tile")


def _table(table: Table) -> Html:
    whole = sum(column.weight for column in table.columns)
    sizes = tag(
        "colgroup", *(tag("col", style=f"width:{100 * column.weight / whole:.2f}%") for column in table.columns)
    )
    head = tag("tr", *(tag("th", one.title, scope="col", class_=_side(right=one.right)) for one in table.columns))
    rows = (
        tag("tr", *(_cell(cell, right=column.right) for cell, column in zip(row, table.columns, strict=True)))
        for row in table.rows
    )
    return tag("table", sizes, tag("thead", head), tag("tbody", *rows))


def _cell(cell: Cell, *, right: bool) -> Html:
    names = " ".join(filter(None, (_side(right=right), "strong" if cell.strong else "")))
    note = (tag("span", cell.note, class_="note"),) if cell.note else ()
    return tag("td", cell.text, *note, class_=names or None)


def _side(*, right: bool) -> str | None:
    return "right" if right else None


def _picture(picture: Picture) -> Html:
    return tag(
        "svg",
        *map(_shape, picture.shapes),
        viewBox=f"0 0 {WIDTH:g} {picture.height:g}",
        role="img",
        aria_label=picture.about,
        xmlns="http://www.w3.org/2000/svg",
    )


def _shape(shape: Box | Label) -> Html:
    if isinstance(shape, Box):
        return tag(
            "rect",
            x=f"{shape.x:.2f}",
            y=f"{shape.y:.2f}",
            width=f"{shape.width:.2f}",
            height=f"{shape.height:.2f}",
            fill=COLOURS[shape.colour],
        )
    return tag(
        "text",
        shape.text,
        x=f"{shape.x:.2f}",
        y=f"{shape.y:.2f}",
        font_size=f"{shape.size:g}",
        text_anchor=shape.anchor,
        fill=COLOURS[shape.colour],
    )


def _signatures(block: Signatures) -> Html:
    return tag(
        "div",
        tag("p", block.text),
        tag("p", block.above, class_="above"),
        tag("div", *map(_person, block.people), class_="people"),
        class_="sign",
    )


def _person(one: Signatory) -> Html:
    return tag(
        "div",
        tag("div", one.title),
        tag("div", class_="room"),
        tag("div", one.name, class_="name"),
        tag("div", f"NIP {one.number}" if one.number else "NIP"),
    )
