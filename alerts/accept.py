"""Which language somebody reads, by what the browser says."""

import re

from alerts.words import REFERENCE, languages

_LANGUAGE = re.compile(r"[a-z]{2,3}")


def best_language(accepted: str) -> str:
    """The best language for a browser's Accept-Language header (RFC 9110 section 12.5.4)."""
    ranked: list[tuple[float, str]] = []
    for item in accepted[:500].split(","):
        tag, _, quality = item.partition(";")
        name = tag.strip().lower().partition("-")[0]
        name = REFERENCE if name == "in" else name  # the old code for Indonesian
        if _LANGUAGE.fullmatch(name) and name in languages():
            ranked.append((_quality(quality), name))
    best = max(ranked, key=lambda pair: pair[0], default=(0.0, REFERENCE))
    return best[1] if best[0] > 0 else REFERENCE


def _quality(text: str) -> float:
    name, _, value = text.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
