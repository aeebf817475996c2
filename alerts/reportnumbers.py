"""Figures of a report as people write them in one language. What is not known is said to be so."""

from alerts.figures import Figures
from alerts.office import Office
from alerts.reportparts import StockLine
from alerts.words import Words

_NO_BREAK = "\u00a0"


class Numbers:
    """One language and one office's clock."""

    def __init__(self, words: Words, office: Office) -> None:
        self.words, self.office = words, office

    def say(self, key: str, **values: object) -> str:
        """A phrase of the report."""
        return self.words.phrase(f"report.{key}", **values)

    def number(self, value: float, digits: int = 0) -> str:
        """1.234,5 or 1,234.5."""
        text = f"{value:,.{digits}f}"
        return text.replace(",", "\0").replace(".", self.say("decimal")).replace("\0", self.say("thousands"))

    def percent(self, ratio: float | None) -> str:
        """A share; "not enough data" where there is none. All but all is never rounded up to 100 %."""
        if ratio is None:
            return self.say("too-little")
        shown = min(ratio, 0.999) if ratio < 1 else 1.0
        return f"{self.number(shown * 100, 0 if shown in (0.0, 1.0) else 1)}{_NO_BREAK}%"

    def amount(self, line: StockLine) -> str:
        """What is in stock."""
        return f"{self.number(line.left)} {line.unit}".strip()

    def hours(self, seconds: float | None) -> str:
        """A span; "not enough data" where there is none, "-" for nothing."""
        if seconds is None:
            return self.say("too-little")
        if seconds <= 0:
            return "-"
        hours, minutes = divmod(max(1, round(seconds / 60)), 60)
        if not hours:
            return self.say("minutes", minutes=minutes)
        whole = self.say("hours", hours=self.number(hours))
        return f"{whole} {self.say('minutes', minutes=minutes)}" if minutes else whole

    def share(self, part: float, whole: float) -> str:
        """A part of a whole; "-" where there is no whole."""
        return self.percent(part / whole) if whole > 0 else "-"

    def availability(self, figures: Figures) -> str:
        """A device's or a function's."""
        return self.percent(figures.availability) if figures.service > 0 else "-"

    def month(self, epoch: float) -> str:
        """Oktober 2026."""
        return self.words.month(self.office.local(epoch))

    def day(self, epoch: float) -> str:
        """2 November 2026."""
        moment = self.office.local(epoch)
        return f"{moment.day} {self.words.month(moment)}"

    def weekday(self, epoch: float) -> str:
        """Senin, 2 November 2026."""
        return self.words.date(self.office.local(epoch))

    def moment(self, epoch: float | None) -> str:
        """24 Nov 08.15; "still lasts" for None."""
        if epoch is None:
            return self.say("lasts")
        return self.words.short_time(self.office.local(epoch))
