"""What a letter is made of, whatever it is written in."""

from dataclasses import dataclass
from enum import StrEnum

from probes.reading import Severity
from probes.text import SafeText


class Tone(StrEnum):
    """How a letter looks: how grave it is, or that it is good news."""

    STOPPED = "stopped"
    HINDERED = "hindered"
    NOTICE = "notice"
    OVER = "over"


class Look(StrEnum):
    """What a part is for."""

    FACTS = "facts"
    STEP = "step"
    FINE = "fine"
    TECHNICAL = "technical"
    TICKET = "ticket"


TONES = {Severity.BLOCKING: Tone.STOPPED, Severity.DEGRADED: Tone.HINDERED, Severity.NOTICE: Tone.NOTICE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A name and its value. plain_only: left out where the letter's head says it. strong: it stands out."""

    name: str
    value: str
    plain_only: bool = False
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part: a title, running text, facts; each may be empty. tone: of a ticket among several."""

    look: Look
    title: str = ""
    text: str = ""
    facts: tuple[Fact, ...] = ()
    tone: Tone = Tone.NOTICE


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter's content. badge: its kind in two words; place: which counter of which office."""

    subject: SafeText
    language: str
    tone: Tone
    badge: str
    place: str
    headline: str
    intro: str
    parts: tuple[Part, ...]
    footer: str
