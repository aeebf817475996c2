"""HTML without a template language: every text is escaped unless its type says that it is HTML already.

Why not jinja2: it costs 4 MiB for as long as somebody keeps the board open, and small counter PCs do.
"""

from html import escape

_VOID = frozenset({"br", "col", "hr", "img", "input", "link", "meta"})


class Html(str):
    """A piece of HTML. Only tag() and join() make it from text; a file of the product may be declared to be it."""

    __slots__ = ()


def tag(name: str, /, *children: str, **attributes: str | None) -> Html:
    """One element. Children that are not Html are escaped; an attribute that is None is left out.

    name: the element. attributes: by name, class_ for class, aria_hidden for aria-hidden.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{join(*children)}</{name}>")


def join(*children: str) -> Html:
    """Pieces one after the other; texts among them are escaped."""
    return Html("".join(child if isinstance(child, Html) else escape(child) for child in children))
