"""What is left in stock, in words."""

from alerts.stock import Item, Level, detail, from_detail
from alerts.words import Words


def left(say: Words, text: str) -> str:
    """A shortage's ticket in words: "Sisa 12 lembar, cukup untuk sekitar 3 hari kerja". text: the ticket's detail."""
    known = from_detail(text)
    if known is None:
        return text
    amount, days, delivery, unit = known
    parts = [say.phrase("stock.left", amount=amount, unit=unit).replace(" ,", ",").strip()]
    if days:
        parts.append(say.phrase("stock.days", days=days))
    if delivery != "0":
        parts.append(say.phrase("stock.delivery", days=delivery))
    return ", ".join(" ".join(part.split()) for part in parts)


def told(say: Words, item: Item, known: Level | None) -> str:
    """How an item stands, in words."""
    if known is None or known.amount is None:
        return say.phrase("stock.uncounted")
    return left(say, detail(item, known))
