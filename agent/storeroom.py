"""jagaloket stock: what is in stock, on the command line."""

import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from agent import workorders
from agent.agenda import check_clock
from agent.config import Config, ConfigError
from alerts.office import Office
from alerts.shortage import told as in_words
from alerts.stock import Item, Level
from alerts.words import Words, words

Change = Literal["set", "use", "add"]


def plain(item: Item, known: Level) -> dict[str, Any]:
    """An item for JSON; times are ISO 8601 in UTC."""
    return {
        "item": item.id,
        "label": item.name,
        "unit": "%" if item.device else item.unit,
        "amount": known.amount,
        "days_left": None if known.days_left is None else round(known.days_left, 1),
        "low": known.low,
        "threshold": item.low,
        "delivery_days": item.delivery_days,
        "counted": workorders.iso(known.counted),
    }


def told(found: Sequence[tuple[Item, Level]], office: Office) -> list[str]:
    """A line an item."""
    say = words(office.language)
    if not found:
        return [say.phrase("stock.none")]
    return [_told(say, item, known) for item, known in found]


def _told(say: Words, item: Item, known: Level) -> str:
    late = say.phrase("stock.low") if known.low else ""
    return "  ".join(filter(None, (f"{item.id:20}", f"{item.name}: {in_words(say, item, known)}", late)))


def change(config: Config, state: Path, what: Change, name: str, number: float, said: tuple[str, str]) -> str:  # noqa: PLR0913, PLR0917 - what, how many and who
    """Note how much there is, was taken or came in; says what is left. said: who, and why. Raises ConfigError."""
    item = next((one for one in config.stock if one.id == name), None)
    if item is None:
        there = ", ".join(one.id for one in config.stock) or "none; write [stock.blangko] into the configuration"
        raise ConfigError([f"there is no {name!r} in stock; there are: {there}"])
    if item.device:
        raise ConfigError([f"{name} is read from {item.device}; it is not counted by hand"])
    if not math.isfinite(number) or number < 0:
        raise ConfigError([f"NUMBER: {number} cannot be counted; write 0 or more"])
    book, now = workorders.ledger(state), time.time()
    check_clock(book, now)
    try:
        if what == "set":
            left = book.stock.put(name, number, *said, at=now)
        else:
            left = book.stock.change(name, number if what == "add" else -number, *said, at=now)
    except (LookupError, ValueError, OSError) as error:
        raise ConfigError([str(error.args[0])]) from error
    return " ".join(f"{item.name}: {left:g} {item.unit}".split())
