"""What all pages for people share: the frame, its security policy and the choice of a language."""

import hashlib
import re
from base64 import b64encode
from functools import cache
from importlib import resources
from string import Template

from agent.site import Answer, Request
from alerts.accept import best_language
from alerts.markup import Html, join
from alerts.office import Office
from alerts.words import languages


def answer(language: str, office: Office, body: Html) -> Answer:
    """A whole page around its body."""
    title = " · ".join(filter(None, (office.counter, office.name, "JagaLoket")))
    page = _frame().substitute(language=language, title=join(title), body=body)
    return Answer(body=page.encode(), content_type="text/html; charset=utf-8", policy=_policy())


def language_of(request: Request, office: Office) -> str:
    """The language that ?lang= names, else the one that the browser prefers, else the office's."""
    asked = request.query.get("lang", [""])[0]
    if asked in languages():
        return asked
    return best_language(request.accept_language) if request.accept_language else office.language


@cache
def _frame() -> Template:
    return Template(resources.files("agent").joinpath("pages/board.html").read_text("utf-8"))


@cache
def _policy() -> str:
    """The page's own style and script, by their hashes, and nothing else (Content Security Policy Level 3)."""
    text = _frame().template
    style, script = (_hash(re.findall(rf"<{name}>(.*?)</{name}>", text, re.DOTALL)) for name in ("style", "script"))
    return (
        f"default-src 'none'; style-src {style}; script-src {script}; connect-src 'self'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _hash(texts: list[str]) -> str:
    return " ".join(f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in texts)
