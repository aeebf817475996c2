"""jagaloket report: gathers what was kept of a month, and writes the report in a form."""

import time
from collections.abc import Sequence

from agent.config import Config, ConfigError
from agent.shelves import counts
from alerts.ledger import Ledger
from alerts.outages import Outage
from alerts.past import past
from alerts.report import report
from alerts.reportparts import Report, Source, StockLine
from alerts.roster import Member, Roster, Service
from alerts.servicetime import month, month_before
from alerts.stock import level
from probes.text import clean

FORMS = ("html", "pdf", "csv", "json")
_LONGEST_OUTAGE_SECONDS = 62 * 86_400.0


def span(config: Config, text: str | None, now: float) -> tuple[str, float, float]:
    """The month, its first moment and the next one's. Raises ConfigError for what is no month, or not yet one."""
    name = text or month_before(config.office, now)
    try:
        start, end = month(config.office, name)
    except ValueError:
        raise ConfigError([f"--month: {name!r} is no month; write for example 2026-10"]) from None
    if start > now:
        raise ConfigError([f"--month: {name} has not begun; write this month or an earlier one"])
    return name, start, end


def make(book: Ledger, config: Config, text: str | None, now: float | None = None) -> Report:
    """The report of a month (2026-10; None: the last). Raises ConfigError, and OSError from the store."""
    made = time.time() if now is None else now
    _, start, end = span(config, text, made)
    until = min(end, made)
    office = config.office
    first, last = (office.local(at).toordinal() for at in (start, until - 1))
    return report(
        Source(
            office=office,
            start=start,
            end=end,
            made=made,
            past=past(book.chronicle.between(start, until), start, until),
            present=_present(config),
            levels=book.levels.all(),
            used=book.chronicle.used(first, last),
            incidents=book.archive.incidents(start, until),
            orders=book.archive.orders(start, until),
            outages=_outages(book, start, until),
            stock=_stock(book, config, until),
        )
    )


def _present(config: Config) -> Roster:
    return Roster(
        members=tuple(Member(device=one.device) for one in config.watched),
        services=tuple(Service(id=one.id, label=one.label, needs=one.needs) for one in config.functions),
    )


def _outages(book: Ledger, start: float, end: float) -> Sequence[Outage]:
    """Those that lasted into this time, too."""
    found = book.outages.between(start - _LONGEST_OUTAGE_SECONDS, end)
    return [one for one in found if one.incident.ended is None or one.incident.ended > start]


def _stock(book: Ledger, config: Config, end: float) -> list[StockLine]:
    """What was in stock at the end; what nobody has counted is left out."""
    found = []
    for item in config.stock:
        known = level(item, [one for one in counts(item, book) if one.at < end], config.office, end)
        if known.amount is not None:
            unit = clean("%") if item.device else item.unit
            line = StockLine(
                item=clean(item.name), unit=unit, left=known.amount, days_left=known.days_left, is_low=known.low
            )
            found.append(line)
    return found
