"""The options of [report]."""

from dataclasses import dataclass

from alerts.sheet import Signatory
from probes.reading import NO_TEXT
from probes.text import SafeText

_MOST_LINES, _MOST_PEOPLE = 6, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """One who signs. title: the office ("Camat Medan Timur"); number: the NIP, never a NIK."""

    title: SafeText
    name: SafeText = NO_TEXT
    number: SafeText = NO_TEXT

    def signatory(self) -> Signatory:
        """As the sheet has it."""
        return Signatory(title=self.title, name=self.name, number=self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSettings:
    """How the monthly report looks, and whether it is mailed.

    mail: send it to all of [[mail.to]] on the first working day of the next month. letterhead: the lines of the
    office's head. place: where it is signed. signer: who signs, from left to right.
    """

    mail: bool = False
    letterhead: tuple[SafeText, ...] = ()
    place: SafeText = NO_TEXT
    signer: tuple[Signer, ...] = ()

    def __post_init__(self) -> None:
        if len(self.letterhead) > _MOST_LINES:
            msg = f"letterhead: has more than {_MOST_LINES} lines; leave some out"
            raise ValueError(msg)
        if len(self.signer) > _MOST_PEOPLE:
            msg = f"signer: at most {_MOST_PEOPLE} can sign beside each other; leave some out"
            raise ValueError(msg)
