"""Text that flows over the pages of a PDF from top to bottom."""

from alerts.pdf import PAGE_HEIGHT, Canvas
from alerts.pdftext import SMALL, SPACING, wrapped
from alerts.sheet import COLOURS, WIDTH

MARGIN, BOTTOM = 15.0, PAGE_HEIGHT - 18.0


class Flow:
    """Where the next block goes. y: millimetres from the page's top."""

    def __init__(self) -> None:
        self.canvas = Canvas()
        self.new_page()

    def new_page(self) -> None:
        """Go on at the top of a new page."""
        self.canvas.new_page()
        self.y = MARGIN

    def room(self, high: float) -> None:
        """Make sure that so much fits, on a new page if need be."""
        if self.y + high > BOTTOM and self.y > MARGIN:
            self.new_page()

    def lines(  # noqa: PLR0913 - what and how
        self,
        text: str,
        *,
        size: float,
        colour: str = "text",
        bold: bool = False,
        indent: float = 0.0,
        centre: bool = False,
    ) -> None:
        """A paragraph, over pages where it must."""
        step = size * SPACING
        for line in wrapped(text, WIDTH - indent, size, bold=bold):
            self.room(step)
            x = MARGIN + WIDTH / 2 if centre else MARGIN + indent
            self.y += step
            self.canvas.text(
                x,
                self.y - step * 0.27,
                line,
                size=size,
                colour=COLOURS[colour],
                bold=bold,
                anchor="middle" if centre else "start",
            )

    def rule(self, thick: float, colour: str = "text") -> None:
        """A line across the text."""
        self.canvas.box(MARGIN, self.y, WIDTH, thick, COLOURS[colour])
        self.y += thick

    def finish(self, foot: str) -> None:
        """The foot of every page, now that their number is known."""
        count = len(self.canvas.pages)
        drawn = self.canvas.pages
        for index, page in enumerate(drawn):
            own = Canvas(pages=[page])
            place = PAGE_HEIGHT - 10
            own.text(MARGIN, place, foot, size=SMALL, colour=COLOURS["quiet"])
            number = f"{index + 1} / {count}"
            own.text(MARGIN + WIDTH, place, number, size=SMALL, colour=COLOURS["quiet"], anchor="end")
