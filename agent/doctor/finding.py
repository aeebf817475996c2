"""What one check found, and what every check may look at."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from agent.config import Config
from probes.reading import NO_TEXT
from probes.text import SafeText, clean
from probes.wire.sysfs import Tree

_TEXT_BYTES = 400


class Verdict(StrEnum):
    """How a check came out. Only MEND makes the doctor's exit status 1."""

    WELL = "well"
    NOTE = "note"
    MEND = "mend"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """verdict, what was found, and what to do about it ("" where there is nothing to do)."""

    verdict: Verdict
    text: SafeText
    remedy: SafeText = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Who is examined. config: None when it cannot be used. errors: why not. path: None for discovery."""

    path: Path | None
    config: Config | None
    errors: tuple[str, ...]
    state: Path
    running: bool
    usb: Tree = field(default_factory=Tree)

    @property
    def is_bridge(self) -> bool:
        """Whether the bridge from Alertmanager is examined: a server that looks at no equipment."""
        return self.config is not None and self.config.bridge is not None


def well(text: str) -> Finding:
    """As it should be."""
    return Finding(Verdict.WELL, clean(text, _TEXT_BYTES))


def note(text: str, remedy: str = "") -> Finding:
    """Worth knowing; the agent works as it is."""
    return Finding(Verdict.NOTE, clean(text, _TEXT_BYTES), clean(remedy, _TEXT_BYTES))


def mend(text: str, remedy: str) -> Finding:
    """Something does not work until a person acts."""
    return Finding(Verdict.MEND, clean(text, _TEXT_BYTES), clean(remedy, _TEXT_BYTES))


def skipped(text: str) -> Finding:
    """This PC does not need it."""
    return Finding(Verdict.SKIPPED, clean(text, _TEXT_BYTES))
