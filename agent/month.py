"""The board's second page, /month: thirty days of each device and service, maintenance, stock. It stores nothing."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence

from agent import shelves
from agent.config import Config
from agent.dues import Line, lines_of
from agent.looks import symbol
from agent.masthead import masthead, stale
from agent.site import Answer, Request
from agent.skeleton import answer, language_of
from agent.timeline import DAYS, axis, days, hatched, strip
from alerts.figures import Figures, figures
from alerts.incident import Job
from alerts.intervals import subtraction, total, union
from alerts.ledger import Ledger
from alerts.markup import Html, join, tag
from alerts.past import Life, Past, past
from alerts.shortage import told
from alerts.stock import Level
from alerts.words import Words, words

log = logging.getLogger(__name__)

KEPT_SECONDS = 60.0
"""A page is made anew at most so often: it reads a month."""
AHEAD_SECONDS = 30 * 86_400.0
LINES_SHOWN = 30
MINUTE_SECONDS, HOUR_SECONDS = 60.0, 3_600.0


class MonthPage:
    """Makes the page. config: the present one. ledger: the calling thread's."""

    def __init__(
        self,
        *,
        config: Callable[[], Config],
        ledger: Callable[[], Ledger],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._config, self._ledger, self._clock = config, ledger, clock
        self._kept: dict[str, tuple[float, Answer]] = {}

    def page(self, request: Request) -> Answer:
        """The whole page, in the language the browser prefers or ?lang= names."""
        config, now = self._config(), self._clock()
        language = language_of(request, config.office)
        made = self._kept.get(language)
        if made is None or not 0 <= now - made[0] < KEPT_SECONDS:
            made = self._kept[language] = (now, self._make(config, language, now))
        return made[1]

    def _make(self, config: Config, language: str, now: float) -> Answer:
        say = words(language)
        sections = (
            lambda: _past(say, config, self._ledger(), now),
            lambda: _upkeep(say, config, self._ledger(), now),
            lambda: _stock(say, config, self._ledger(), now),
        )
        main = tag("main", tag("h2", say.phrase("board.month")), *(self._section(say, make) for make in sections))
        head = masthead(say, config.office, now, language=language, here="/month")
        return answer(language, config.office, join(head, stale(say), main))

    def _section(self, say: Words, make: Callable[[], Html]) -> Html:
        try:
            return make()
        except OSError as error:
            log.warning("month: the store cannot be read: %s", error)
            return tag("p", say.phrase("month.unreadable"), class_="none soft")


def _past(say: Words, config: Config, book: Ledger, now: float) -> Html:
    month = days(config.office, now)
    start = now - DAYS * 86_400.0
    known = past(book.chronicle.between(start, now), start, now)
    if not config.watched:
        return tag("p", say.phrase("board.no-devices"), class_="none soft")
    service = union(*(day.service for day in month))
    blind = total(subtraction(service, known.watched))
    rows = [
        _row(name, strip(say, month, life), _summary(say, figures(life, service), blind))
        for name, life in _lives(say, config, known)
    ]
    head = tag("div", tag("span", ""), axis(say, month), tag("span", ""), class_="month")
    fine = [say.phrase("month.hours" if config.office.hours else "month.all-day")]
    if blind >= HOUR_SECONDS:
        fine.append(say.phrase("month.blind", time=say.duration(blind, days=False)))
    return join(_legend(say), tag("div", head, *rows, class_="sheet months"), tag("p", " ".join(fine), class_="soft"))


def _lives(say: Words, config: Config, known: Past) -> Iterator[tuple[str, Life]]:
    """What citizens come for first, then every device."""
    for function in config.functions:
        yield function.label, known.functions.get(function.id, Life())
    for item in config.watched:
        yield say.device(item.device), known.devices.get(item.device.id, Life())


def _row(name: str, drawn: Html, summary: Sequence[str]) -> Html:
    said = [tag("div", one) for one in summary]
    return tag("div", tag("b", name), drawn, tag("div", *said, class_="soft"), class_="month")


def _summary(say: Words, known: Figures, blind: float) -> list[str]:
    """What the row comes to, in words. blind: so long nobody watched anything, which is said once for all rows."""
    if not known.is_known:
        return [say.phrase("month.too-little")]
    down, hindered = (say.duration(part, days=False) for part in (known.down, known.hindered))
    count = len(known.failures)
    said = [say.phrase("month.failures", count=count, time=down) if count else say.phrase("month.no-failures")]
    if known.hindered >= MINUTE_SECONDS:
        said.append(f"{say.phrase('month.hindered')} {hindered}")
    if known.unknown - blind >= HOUR_SECONDS:
        said.append(f"{say.phrase('month.unknown')} {say.duration(known.unknown, days=False)}")
    return said


def _legend(say: Words) -> Html:
    keys = (("good", "month.fine"), ("warn", "month.hindered"), ("bad", "month.down"), ("unknown", "month.unknown-why"))
    items = [tag("li", _swatch(tone), say.phrase(key)) for tone, key in (*keys, ("shut", "month.closed"))]
    return tag("ul", *items, class_="legend")


def _swatch(tone: str) -> Html:
    y, height = ("11", "3") if tone == "shut" else ("0", "14")
    return tag(
        "svg",
        tag("rect", class_=tone, fill=hatched(tone), x="0", y=y, width="14", height=height),
        viewBox="0 0 14 14",
        aria_hidden="true",
    )


def _upkeep(say: Words, config: Config, book: Ledger, now: float) -> Html:
    title = tag("h2", say.phrase("board.maintenance"))
    found = [line for line in lines_of(config, book, now) if line.at is not None and line.at < now + AHEAD_SECONDS]
    if not found:
        said = say.phrase("month.no-maintenance" if config.tasks else "maintenance.off")
        return join(title, tag("div", tag("p", said, class_="none soft"), class_="sheet"))
    names = [say.phrase(key) for key in ("month.when", "letter.device", "letter.work", "month.who", "letter.ticket")]
    rows = [_cells(names, _duty(say, config, line)) for line in found[:LINES_SHOWN]]
    return join(title, _table(names, rows))


def _duty(say: Words, config: Config, line: Line) -> tuple[str, ...]:
    duty = line.duty
    title, _ = say.job(Job(task=duty.task.id, title=duty.task.title))
    overdue = tag("span", symbol("warn"), say.phrase("month.due"), class_="state warn")
    due = overdue if line.overdue else _day(say, config, line.at or 0.0)
    device = say.device(duty.device) if duty.device is not None else say.phrase("month.office")
    return due, device, title, say.actor(duty.task.actor), line.record.ticket if line.record is not None else ""


def _day(say: Words, config: Config, moment: float) -> str:
    day = config.office.local(moment).date()
    return f"{say.weekday(day)}, {day.day} {say.month_short(day)}"


def _stock(say: Words, config: Config, book: Ledger, now: float) -> Html:
    title = tag("h2", say.phrase("letter.item"))
    if not config.stock:
        return Html()
    names = [say.phrase(key) for key in ("letter.item", "month.left", "month.counted", "board.status")]
    rows = []
    for item, known in shelves.lines_of(config, book, now):
        counted = "" if known.counted is None else _day(say, config, known.counted)
        rows.append(_cells(names, (item.name, told(say, item, known), counted, _enough(say, known))))
    return join(title, _table(names, rows))


def _enough(say: Words, known: Level) -> Html:
    if known.amount is None:
        tone, key = "blank", "stock.uncounted"
    else:
        tone, key = ("warn", "month.order") if known.low else ("good", "month.enough")
    return tag("span", symbol(tone), say.phrase(key), class_=f"state {tone}")


def _table(names: Sequence[str], rows: Sequence[Html]) -> Html:
    head = tag("thead", tag("tr", *(tag("th", name, scope="col") for name in names)))
    return tag("div", tag("table", head, tag("tbody", *rows), class_="month-list"), class_="sheet")


def _cells(names: Sequence[str], cells: Sequence[str]) -> Html:
    return tag("tr", *(tag("td", cell, data_name=name) for name, cell in zip(names, cells, strict=True)))
