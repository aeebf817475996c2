"""The boards' words in one language."""

import re
import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any

LANGUAGES = ("id", "en")
TICKETS = {"fault": "title", "role": "name", "task": "title"}
"""What boards call as tickets do: "fault.toner-low" is the title of that fault in the tickets' language file."""


def codes(kind: str) -> tuple[str, ...]:
    """The codes of one kind of TICKETS that have a name of their own."""
    found = _read("alerts", LANGUAGES[0])[kind]
    return tuple(code for code, texts in found.items() if not _FILLED.search(texts[TICKETS[kind]].replace(_DEVICE, "")))


class Words:
    """One language. Every look-up raises KeyError where the file lacks the word."""

    def __init__(self, language: str) -> None:
        self._words = _read("dashboards", language)
        self._tickets = _read("alerts", language)

    def __call__(self, key: str) -> str:
        """One word: "state.ok", or of a kind of TICKETS: "fault.toner-low"."""
        kind, _, code = key.partition(".")
        return self._of_ticket(kind, code) if kind in TICKETS else str(self._found(key))

    def panel(self, key: str) -> tuple[str, str]:
        """A panel's title, and what it means and asks to do."""
        title, about = self._found(f"panel.{key}")
        return str(title), str(about)

    def _of_ticket(self, kind: str, code: str) -> str:
        """A name in which no device can be named, for it stands for those of all devices."""
        name = str(self._tickets[kind][code][TICKETS[kind]]).replace(_DEVICE, self("word.any_device"))
        return name[:1].upper() + name[1:]

    def _found(self, key: str) -> Any:  # noqa: ANN401 - a text or a list of two
        found: Any = self._words
        for part in key.split("."):
            found = found[part]
        return found


_DEVICE = "{device}"
_FILLED = re.compile(r"\{|^$")
"""What only a ticket can say: a text that holds something else, or nothing but the device."""


def _read(room: str, language: str) -> Mapping[str, Any]:
    return tomllib.loads(resources.files(f"{room}.locales").joinpath(f"{language}.toml").read_text("utf-8"))
