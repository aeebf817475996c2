"""A letter as HTML for mail readers: tables and inline styles, for Outlook knows little else; nothing from outside."""

from alerts.letterparts import Fact, Letter, Look, Part, Tone
from alerts.markup import Html, join, tag

_COLOURS = {
    Tone.STOPPED: ("#b42318", "#fef3f2"),
    Tone.HINDERED: ("#b54708", "#fffaeb"),
    Tone.NOTICE: ("#175cd3", "#eff8ff"),
    Tone.OVER: ("#067647", "#ecfdf3"),
}
"""A strong and a pale colour; white on the strong one and text on the pale one have a contrast above 5."""
_FONT = "font-family:'Segoe UI',Roboto,Helvetica,Arial,sans-serif;"
_TEXT, _QUIET, _LINE = "#1f2937", "#5b6472", "#e4e7ec"
_DOCTYPE = Html("<!DOCTYPE html>\n")


def render(letter: Letter) -> str:
    """The whole page."""
    strong, _ = _COLOURS[letter.tone]
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light"),
        tag("title", letter.subject),
    )
    sheet = _table(
        _row("", f"background:{strong};height:6px;line-height:6px;font-size:0;"),
        _row(_head(letter), "padding:22px 28px 6px 28px;"),
        *(_row(_part(part, letter.tone), "padding:10px 28px;") for part in letter.parts),
        _row(_foot(letter), f"padding:14px 28px 20px 28px;border-top:1px solid {_LINE};"),
        style=f"max-width:600px;background:#ffffff;border:1px solid {_LINE};border-collapse:separate;",
    )
    page = _table(tag("tr", tag("td", sheet, align="center", style="padding:20px 8px;")), style="background:#f2f4f7;")
    body = tag("body", page, style=f"margin:0;padding:0;background:#f2f4f7;{_FONT}")
    return str(join(_DOCTYPE, tag("html", head, body, lang=letter.language)))


def _head(letter: Letter) -> Html:
    strong, pale = _COLOURS[letter.tone]
    badge = f"background:{pale};color:{strong};font-size:13px;font-weight:600;padding:3px 10px;border-radius:10px;"
    return join(
        tag("div", letter.place, style=f"font-size:13px;color:{_QUIET};padding-bottom:10px;"),
        tag("span", letter.badge, style=badge),
        tag("h1", letter.headline, style=f"font-size:22px;line-height:28px;margin:12px 0 6px 0;color:{_TEXT};"),
        tag("p", letter.intro, style=f"font-size:15px;line-height:22px;margin:0;color:{_QUIET};"),
    )


def _part(part: Part, tone: Tone) -> Html:
    if part.look is Look.STEP:
        return _box(part, tone)
    if part.look is Look.FINE:
        return tag("p", part.text, style=f"font-size:13px;line-height:19px;margin:0;color:{_QUIET};")
    if part.look is Look.TICKET:
        strong, _ = _COLOURS[part.tone]
        edge = f"border-left:4px solid {strong};padding:2px 0 2px 14px;"
        return tag("div", _title(part.title, 17), _facts(part.facts), style=edge)
    title = _title(part.title, 14) if part.title else Html("")
    return join(title, _facts(part.facts))


def _box(part: Part, tone: Tone) -> Html:
    """What to do first: the eye must find it."""
    strong, pale = _COLOURS[tone]
    text = tag("div", part.text, style=f"font-size:16px;line-height:24px;color:{_TEXT};")
    heading = tag("div", part.title, style=f"font-size:14px;font-weight:700;color:{strong};padding-bottom:4px;")
    return tag("div", heading, text, style=f"background:{pale};padding:14px 16px;border-radius:6px;")


def _facts(facts: tuple[Fact, ...]) -> Html:
    shown = [fact for fact in facts if not fact.plain_only]
    rows = [_fact(fact, f"border-top:1px solid {_LINE};" if index else "") for index, fact in enumerate(shown)]
    return _table(*rows, style="border-collapse:collapse;") if rows else Html("")


def _fact(fact: Fact, edge: str) -> Html:
    cell = f"vertical-align:top;padding:5px 0;font-size:14px;line-height:20px;{edge}"
    return tag(
        "tr",
        tag("td", fact.name, width="36%", style=f"{cell}color:{_QUIET};padding-right:12px;"),
        tag("td", fact.value, style=f"{cell}color:{_TEXT};{'font-weight:600;' if fact.strong else ''}"),
    )


def _foot(letter: Letter) -> Html:
    return tag("div", letter.footer, style=f"font-size:12px;line-height:18px;color:{_QUIET};")


def _title(text: str, pixels: int) -> Html:
    style = f"font-size:{pixels}px;line-height:{pixels + 7}px;font-weight:600;margin:0 0 4px 0;color:{_TEXT};"
    return tag("h2", text, style=style)


def _row(content: str, style: str) -> Html:
    return tag("tr", tag("td", content, style=style))


def _table(*rows: str, style: str) -> Html:
    return tag(
        "table",
        *rows,
        role="presentation",
        width="100%",
        cellpadding="0",
        cellspacing="0",
        border="0",
        style=style,
    )
