"""A report in words: the sheet that becomes a page, a PDF or a letter's attachment."""

from collections.abc import Iterator

from alerts import reportlists, reportplots, reporttables
from alerts.advice import Advice, Kind, advice
from alerts.reportnumbers import Numbers
from alerts.reportparts import Report
from alerts.reportsettings import ReportSettings
from alerts.sheet import Block, Heading, Letterhead, Points, Sheet, Signatory, Signatures, Text, Tile, Tiles, Title
from alerts.words import words

_MOST_ADVICE = 20


def sheet(report: Report, settings: ReportSettings, language: str) -> Sheet:
    """The whole report in one language."""
    numbers = Numbers(words(language), report.office)
    title = f"{numbers.say('title')} {numbers.month(report.start)}"
    blocks = (
        *_head(numbers, report, settings),
        *_summary(numbers, report),
        *_availability(numbers, report),
        *_part(numbers, "causes", reporttables.causes(numbers, report)),
        *_part(numbers, "outages", reportlists.outages(numbers, report)),
        *_part(numbers, "work", reportlists.work(numbers, report)),
        *_part(numbers, "supplies", reportlists.supplies(numbers, report)),
        *_advice(numbers, report),
        Heading(text=numbers.say("notes")),
        *_notes(numbers, report),
        _signatures(numbers, report, settings),
    )
    return Sheet(title=title, language=language, foot=_place(report), blocks=blocks)


def _head(numbers: Numbers, report: Report, settings: ReportSettings) -> Iterator[Block]:
    yield Letterhead(lines=settings.letterhead or (_place(report) or "JagaLoket",))
    until = "" if report.whole else numbers.say("until", day=numbers.day(report.end))
    when = " ".join(filter(None, (numbers.say("month", month=numbers.month(report.start)), until)))
    code = numbers.say("code", code=report.office.code) if report.office.code else ""
    yield Title(text=numbers.say("title"), lines=tuple(filter(None, (when, _place(report), code))))


def _place(report: Report) -> str:
    return " · ".join(filter(None, (report.office.name, report.office.counter)))


def _summary(numbers: Numbers, report: Report) -> Iterator[Block]:
    known = [one.figures.availability for one in report.devices if one.figures.availability is not None]
    failures = sum(len(one.figures.failures) for one in report.devices)
    unknown = max(0.0, report.service - report.watched)
    yield Heading(text=numbers.say("summary"))
    yield Tiles(
        tiles=(
            Tile(
                name=numbers.say("tile.availability"),
                value=numbers.percent(sum(known) / len(known) if known else None),
                note=numbers.say("tile.devices", count=len(known), all=len(report.devices)),
            ),
            Tile(name=numbers.say("tile.failures"), value=str(failures), note=numbers.say("tile.failures-note")),
            Tile(
                name=numbers.say("tile.mtta"),
                value=numbers.hours(report.work.mtta),
                note=numbers.say("tile.mtta-note", count=len(report.work.acknowledged)),
            ),
            Tile(
                name=numbers.say("tile.unknown"),
                value=numbers.share(unknown, report.service),
                note=numbers.say("tile.unknown-note"),
            ),
        )
    )
    yield Text(text=_in_words(numbers, report))


def _in_words(numbers: Numbers, report: Report) -> str:
    """What a camat wants to know first."""
    if report.watched <= 0:
        return numbers.say("nothing-known")
    told = [numbers.say("served", hours=numbers.hours(report.service), watched=numbers.hours(report.watched))]
    worst = max(report.devices, key=lambda one: one.figures.down, default=None)
    if worst is None or worst.figures.down <= 0:
        told.append(numbers.say("no-failure"))
    else:
        name = numbers.words.device(worst.known.member.device)
        told.append(numbers.say("worst", device=name, hours=numbers.hours(worst.figures.down)))
    if report.causes and report.causes[0].code:
        told.append(numbers.say("main-cause", cause=reporttables.cause(numbers, report, report.causes[0])))
    return " ".join(told)


def _availability(numbers: Numbers, report: Report) -> Iterator[Block]:
    if report.functions:
        yield Heading(text=numbers.say("functions"))
        yield reporttables.functions(numbers, report)
    yield Heading(text=numbers.say("devices"))
    if report.devices:
        yield from reportplots.shares(numbers, report)
        yield reporttables.devices(numbers, report)
        yield Heading(text=numbers.say("per-day"))
        yield reportplots.days(numbers, report)
    else:
        yield Text(text=numbers.say("none.devices"))


def _part(numbers: Numbers, name: str, blocks: tuple[Block, ...]) -> Iterator[Block]:
    yield Heading(text=numbers.say(name))
    yield from blocks or (Text(text=numbers.say(f"none.{name}")),)


def _advice(numbers: Numbers, report: Report) -> Iterator[Block]:
    yield Heading(text=numbers.say("advice"))
    lines = tuple(_advise(numbers, report, one) for one in advice(report)[:_MOST_ADVICE])
    yield Points(lines=lines) if lines else Text(text=numbers.say("none.advice"))


def _advise(numbers: Numbers, report: Report, one: Advice) -> str:
    device = numbers.words.device(one.device) if one.device is not None else ""
    if one.kind is Kind.BUY and one.supply is not None:
        left = numbers.percent(one.supply.left)
        return numbers.say("advice.buy", supply=one.supply.supply[1], device=device, left=left)
    if one.kind is Kind.RESTOCK and one.stock is not None:
        return numbers.say("advice.restock", item=one.stock.item, left=numbers.amount(one.stock))
    if one.kind is Kind.REPAIR and one.line is not None:
        mine = next(
            (cause for cause in report.causes if one.device is not None and cause.device == one.device.id), None
        )
        why = reporttables.fault(numbers, report, mine) if mine is not None else ""
        count = len(one.line.figures.failures)
        return numbers.say("advice.repair", device=device, count=count, cause=why)
    if one.kind is Kind.CLAIM and one.actor is not None:
        actor = numbers.words.actor(one.actor)
        return numbers.say("advice.claim", actor=actor, hours=numbers.hours(one.seconds))
    if one.kind is Kind.FINISH:
        return numbers.say("advice.finish", count=one.count)
    return numbers.say("advice.observe", hours=numbers.hours(one.seconds))


def _notes(numbers: Numbers, report: Report) -> Iterator[Block]:
    told = ["note.service" if report.office.hours else "note.no-hours", "note.unknown", "note.means"]
    yield Text(text=" ".join(numbers.say(key) for key in told), quiet=True)
    if report.planned > 0:
        yield Text(text=numbers.say("note.planned", hours=numbers.hours(report.planned)), quiet=True)
    if report.untrusted > 0:
        yield Text(text=numbers.say("note.untrusted", hours=numbers.hours(report.untrusted)), quiet=True)
    if not report.whole:
        yield Text(text=numbers.say("note.not-over", day=numbers.day(report.end)), quiet=True)


def _signatures(numbers: Numbers, report: Report, settings: ReportSettings) -> Signatures:
    people = tuple(one.signatory() for one in settings.signer) or (
        Signatory(title=numbers.say("sign.technician")),
        Signatory(title=numbers.say("sign.head")),
    )
    place = settings.place or numbers.say("sign.no-place")
    return Signatures(
        text=numbers.say("sign.text", day=numbers.weekday(report.made)),
        above=f"{place}, {numbers.day(report.made)}",
        people=people,
    )
