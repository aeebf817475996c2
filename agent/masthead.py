"""The head of every page for people: whose it is, how old, and the way to the other page and languages."""

from collections.abc import Iterable

from agent.looks import symbol
from alerts.markup import Html, tag
from alerts.office import Office
from alerts.words import Words, languages

_PAGES = {"/": ("/month", "board.month"), "/month": ("/", "board.now")}
"""From each page to the other, and what that is called."""
_ENDONYMS = {"id": "Bahasa Indonesia", "en": "English"}


def masthead(say: Words, office: Office, now: float, *, language: str, here: str = "/") -> Html:
    """The head. now: UTC epoch seconds; here: this page's path."""
    updated = say.date_time(office.local(now), office.zone_name(now))
    other, name = _PAGES[here]
    there = tag("a", say.phrase(name), href=f"{other}?lang={language}")
    links = [tag("a", name, href=f"?lang={key}", hreflang=key) for key, name in _others(language)]
    place = " · ".join(filter(None, (office.name, office.counter))) or say.phrase("board.title")
    age = say.phrase("board.updated", time=updated)
    return tag("header", tag("h1", place), tag("div", age, tag("nav", there, *links), class_="soft right"))


def stale(say: Words) -> Html:
    """Shown by the page's script when the agent does not answer."""
    said = say.phrase("board.stale")
    return tag("div", tag("div", symbol("blank"), said, class_="banner blank", id="stale"), role="alert")


def _others(language: str) -> Iterable[tuple[str, str]]:
    return [(key, _ENDONYMS.get(key, key)) for key in languages() if key != language]
