"""A small PDF writer (ISO 32000-1): pages of text, filled boxes and lines in two fonts that every reader has.

A library for this costs Pillow and font tools, 20 MiB on disk, for what a page of code does. Positions are in
millimetres from the page's upper left corner; text is WinAnsi, what it lacks becomes "?".
"""

import time
import zlib
from dataclasses import dataclass, field

from alerts import pdfmetrics

PAGE_WIDTH, PAGE_HEIGHT = 210.0, 297.0
"""A4."""
_POINT = 72 / 25.4
_CODEC = "cp1252"


def encoded(text: str) -> bytes:
    """Text in WinAnsiEncoding (ISO 32000-1 Annex D)."""
    return text.encode(_CODEC, "replace")


def width(text: str, size: float, *, bold: bool = False) -> float:
    """How wide a text is, in millimetres. size: in points."""
    widths = pdfmetrics.BOLD if bold else pdfmetrics.REGULAR
    first = pdfmetrics.FIRST_CODE
    return sum(widths[code - first] for code in encoded(text) if code >= first) * size / 1000 / _POINT


@dataclass(slots=True)
class Canvas:
    """The pages drawn so far; what is drawn goes onto the last."""

    pages: list[list[bytes]] = field(default_factory=list)

    def new_page(self) -> None:
        """Go on at a new page."""
        self.pages.append([])

    def box(self, x: float, y: float, wide: float, high: float, colour: str) -> None:
        """A filled rectangle. colour: #rrggbb."""
        left, low = x * _POINT, (PAGE_HEIGHT - y - high) * _POINT
        self._draw(f"{_rgb(colour)} rg {left:.2f} {low:.2f} {wide * _POINT:.2f} {high * _POINT:.2f} re f")

    def text(  # noqa: PLR0913 - where, what and how
        self, x: float, y: float, text: str, *, size: float, colour: str, bold: bool = False, anchor: str = "start"
    ) -> None:
        """One line of text. y: its base line. size: in points. anchor: start, middle or end at x."""
        x -= {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor] * width(text, size, bold=bold)
        raw = encoded(text).replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        font, left, base = "F2" if bold else "F1", x * _POINT, (PAGE_HEIGHT - y) * _POINT
        head = f"{_rgb(colour)} rg BT /{font} {size:g} Tf {left:.2f} {base:.2f} Td ("
        self.pages[-1].append(head.encode("ascii") + raw + b") Tj ET")

    def write(self, *, title: str, language: str, made: float) -> bytes:
        """The whole file. made: UTC epoch seconds."""
        fonts = [
            b"<< /Type /Font /Subtype /Type1 /BaseFont /%b /Encoding /WinAnsiEncoding >>" % name
            for name in (b"Helvetica", b"Helvetica-Bold")
        ]
        first = 6
        kids = " ".join(f"{first + 2 * index} 0 R" for index in range(len(self.pages)))
        stamp = time.strftime("D:%Y%m%d%H%M%SZ", time.gmtime(made))
        objects = [
            b"<< /Type /Catalog /Pages 2 0 R /Lang (%b) /ViewerPreferences << /DisplayDocTitle true >> >>"
            % language.encode("ascii", "replace"),
            f"<< /Type /Pages /Kids [{kids}] /Count {len(self.pages)} >>".encode("ascii"),
            *fonts,
            b"<< /Title <%b> /Producer (JagaLoket) /CreationDate (%b) >>"
            % ((b"\xfe\xff" + title.encode("utf-16-be")).hex().encode("ascii"), stamp.encode("ascii")),
        ]
        for index, page in enumerate(self.pages):
            objects.append(_page(first + 2 * index + 1))
            objects.append(_stream(b"\n".join(page)))
        return _file(objects)

    def _draw(self, operators: str) -> None:
        self.pages[-1].append(operators.encode("ascii"))


def _rgb(colour: str) -> str:
    return " ".join(f"{int(colour[at : at + 2], 16) / 255:.3f}" for at in (1, 3, 5))


def _page(content: int) -> bytes:
    size = f"{PAGE_WIDTH * _POINT:.2f} {PAGE_HEIGHT * _POINT:.2f}"
    fonts = "/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >>"
    return f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size}] {fonts} /Contents {content} 0 R >>".encode("ascii")


def _stream(content: bytes) -> bytes:
    packed = zlib.compress(content)
    return b"<< /Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream" % (len(packed), packed)


def _file(objects: list[bytes]) -> bytes:
    """Header, objects, cross-reference table and trailer (ISO 32000-1 7.5); object 5 is the information."""
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 5 0 R >>\n" % (len(objects) + 1)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % table)
