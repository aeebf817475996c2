"""A printed page's content, whatever it is written in: the same sheet becomes HTML and PDF, so both say the same."""

from dataclasses import dataclass

WIDTH = 180.0
"""Of the text on A4 with 15 mm at each side; pictures are drawn in these millimetres."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell. note: a second, small line."""

    text: str
    note: str = ""
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A table's column. weight: its share of the width. right: figures stand at the right."""

    title: str
    weight: float
    right: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under columns."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """The office's head: the last line but one is large when there are several."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """What this is, and of when and where."""

    text: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """The heading of a part."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A paragraph. quiet: small print."""

    text: str
    quiet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """A numbered list."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One figure that must be seen first."""

    name: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiles:
    """Figures beside each other."""

    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A filled rectangle, in millimetres from the picture's upper left corner."""

    x: float
    y: float
    width: float
    height: float
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A text in a picture. y: its base line. anchor: start, middle or end. size: in millimetres."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    size: float = 2.9
    colour: str = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A plot, WIDTH wide. about: what it shows, for those who cannot see it."""

    height: float
    shapes: tuple[Box | Label, ...]
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """Who signs. number: the person's NIP; empty places stay free for the pen."""

    title: str
    name: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatures:
    """The block at the end. above: the place and the day."""

    text: str
    above: str
    people: tuple[Signatory, ...]


Block = Letterhead | Title | Heading | Text | Points | Tiles | Table | Picture | Signatures

COLOURS = {
    "text": "#1f2937",
    "quiet": "#5b6472",
    "line": "#c9ced6",
    "pale": "#f2f4f7",
    "fine": "#2e7d5b",
    "hindered": "#d99a1c",
    "down": "#b42318",
    "unknown": "#b8bfc9",
    "white": "#ffffff",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The whole. foot: at the bottom of each page."""

    title: str
    language: str
    foot: str
    blocks: tuple[Block, ...]
