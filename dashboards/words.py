"""The boards' words in one language."""

import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any

LANGUAGES = ("id", "en")


class Words:
    """One language. Every look-up raises KeyError where the file lacks the word."""

    def __init__(self, language: str) -> None:
        text = resources.files("dashboards.locales").joinpath(f"{language}.toml").read_text("utf-8")
        self._words: Mapping[str, Any] = tomllib.loads(text)

    def __call__(self, key: str) -> str:
        """One word: "state.ok"."""
        return str(self._found(key))

    def panel(self, key: str) -> tuple[str, str]:
        """A panel's title, and what it means and asks to do."""
        title, about = self._found(f"panel.{key}")
        return str(title), str(about)

    def _found(self, key: str) -> Any:  # noqa: ANN401 - a text or a list of two
        found: Any = self._words
        for part in key.split("."):
            found = found[part]
        return found
