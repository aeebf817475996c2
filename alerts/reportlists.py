"""The lists of a report, in one language: outages of the link, work, supplies."""

from alerts.incident import Ticket
from alerts.reportnumbers import Numbers
from alerts.reportparts import Report
from alerts.reporttables import MOST_ROWS, columns, named
from alerts.sheet import Block, Cell, Table, Text
from alerts.spent import Spent


def outages(numbers: Numbers, report: Report) -> tuple[Block, ...]:
    """When there was no way out, with the evidence: for the talk with the provider."""
    heads = columns(numbers, ("from", 1.3), ("to", 1.3), ("lasted", 1.2), ("cause-evidence", 4.4), ("ticket", 1.4))
    rows = tuple(
        (
            Cell(text=numbers.moment(one.incident.started)),
            Cell(text=numbers.moment(one.incident.ended)),
            Cell(text=numbers.hours(one.seconds)),
            Cell(text=numbers.words.fault(one.incident.code, "link").title, note=one.incident.detail),
            Cell(text=one.incident.ticket),
        )
        for one in report.outages[:MOST_ROWS]
    )
    return _bounded(numbers, Table(columns=heads, rows=rows), len(report.outages))


def work(numbers: Numbers, report: Report) -> tuple[Block, ...]:
    """Unplanned work against planned, and what is left to do."""
    done = report.work
    told = numbers.say(
        "work.unplanned", opened=done.opened, closed=done.closed, left=len(done.left), untaken=done.untaken
    )
    jobs = [job for ticket in done.planned for job in ticket.jobs]
    outcomes = [job.outcome for job in jobs]
    if jobs:
        ready = outcomes.count("done")
        skipped = outcomes.count("skipped")
        told += " " + numbers.say("work.planned", count=len(jobs), done=ready, skipped=skipped, left=outcomes.count(""))
    else:
        told += " " + numbers.say("work.no-plan")
    if not done.left:
        return (Text(text=told),)
    heads = columns(numbers, ("ticket", 1.5), ("opened", 1.3), ("device", 2.6), ("what", 3.6), ("status", 1.4))
    rows = tuple(_order(numbers, one) for one in done.left[:MOST_ROWS])
    return Text(text=told), *_bounded(numbers, Table(columns=heads, rows=rows), len(done.left))


def _order(numbers: Numbers, ticket: Ticket) -> tuple[Cell, ...]:
    return (
        Cell(text=ticket.number),
        Cell(text=numbers.moment(ticket.opened)),
        Cell(text=numbers.words.device(ticket.device)),
        Cell(text=numbers.words.of(ticket.device, ticket.code).title),
        Cell(text=numbers.words.status(ticket.status)),
    )


def supplies(numbers: Numbers, report: Report) -> tuple[Block, ...]:
    """What was used up, what is left, and what lies in the cupboard."""
    found: list[Block] = []
    if report.spent:
        heads = columns(
            numbers,
            ("device", 2.8),
            ("supply", 2.6),
            ("used", 1.3),
            ("replacements", 1.0),
            ("remaining", 1.2),
            ("lasts-for", 1.4),
        )
        found.append(Table(columns=heads, rows=tuple(_supply(numbers, report, one) for one in report.spent)))
    pages = [one for one in report.devices if one.pages]
    if pages:
        told = "; ".join(
            f"{numbers.words.device(one.known.member.device)} {numbers.number(one.pages or 0)}" for one in pages
        )
        found.append(Text(text=numbers.say("pages", pages=told)))
    if report.stock:
        heads = columns(numbers, ("item", 4.0), ("in-stock", 1.5), ("lasts-for", 1.5))
        rows = tuple(
            (
                Cell(text=one.item),
                Cell(text=numbers.amount(one)),
                Cell(text=_lasts(numbers, one.days_left)),
            )
            for one in report.stock
        )
        found.append(Table(columns=heads, rows=rows))
    return tuple(found)


def _supply(numbers: Numbers, report: Report, one: Spent) -> tuple[Cell, ...]:
    return (
        Cell(text=named(numbers, report, one.supply[0])),
        Cell(text=one.supply[1]),
        Cell(text=numbers.percent(one.used)),
        Cell(text=str(one.replaced) if one.replaced else "-"),
        Cell(text=numbers.percent(one.left)),
        Cell(text=_lasts(numbers, one.days_left)),
    )


def _lasts(numbers: Numbers, days: float | None) -> str:
    return numbers.say("too-little") if days is None else numbers.say("days", days=numbers.number(days))


def _bounded(numbers: Numbers, table: Table, count: int) -> tuple[Block, ...]:
    if count <= MOST_ROWS:
        return (table,) if count else ()
    return table, Text(text=numbers.say("more", count=count - MOST_ROWS), quiet=True)
