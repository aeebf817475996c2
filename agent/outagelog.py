"""jagaloket outages: the outage log as lines, as JSON, and as a table for the talk with the provider."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from agent.config import ConfigError
from agent.workorders import iso, ledger
from alerts.office import Office
from alerts.outages import Outage
from alerts.words import Words, words
from probes.reading import Actor

_DAY, _MONTH = re.compile(r"\d{4}-\d{2}-\d{2}"), re.compile(r"\d{4}-\d{2}")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_UNSEEN_SECONDS = 120.0
COLUMNS = (
    *("start", "end", "seconds", "device", "cause", "meaning", "responsible", "evidence"),
    *("part", "root", "ticket", "remark"),
)


def found(state: Path, place: Office, *, month: str, since: str, degraded: bool) -> tuple[Outage, ...]:
    """The outages that began in a month (2026-10), or on a day or later (2026-10-01), in the office's zone.

    Raises ConfigError where either cannot be read.
    """
    first, last = _period(place, month, since)
    try:
        return ledger(state).outages.between(first, last, degraded=degraded)
    except OSError as error:
        raise ConfigError([str(error)]) from error


def _period(place: Office, month: str, since: str) -> tuple[float, float]:
    if month and since:
        raise ConfigError(["--month and --since exclude each other; name one of them"])
    if month:
        first = _day(place, f"{month}-01" if _MONTH.fullmatch(month) else "", f"--month: {month!r}", "2026-10")
        following = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
        return first.timestamp(), following.timestamp()
    day = _day(place, since, f"--since: {since!r}", "2026-10-01").timestamp() if since else 0.0
    return day, float("inf")


def _day(place: Office, text: str, what: str, example: str) -> datetime:
    try:
        # "-" is no date: a form that strptime takes but people do not mean (2026-1-2) is none either
        return datetime.strptime(text if _DAY.fullmatch(text) else "-", "%Y-%m-%d").replace(tzinfo=place.zone)
    except ValueError:
        raise ConfigError([f"{what} is no such time; write for example {example}"]) from None


def plain(outages: Sequence[Outage]) -> dict[str, Any]:
    """For JSON: the outages, and their seconds by cause and by who mends it. Times are ISO 8601 in UTC."""
    return {
        "outages": [
            {
                "start": iso(one.incident.started),
                "end": iso(one.incident.ended),
                "seconds": round(one.seconds, 1),
                "span_seconds": None if one.span_seconds is None else round(one.span_seconds, 1),
                "device": one.incident.device,
                "cause": one.incident.code,
                "part": one.incident.part,
                "severity": one.incident.severity,
                "responsible": one.incident.actor,
                "evidence": one.incident.detail,
                "root": one.because or None,
                "ticket": one.incident.ticket,
                "clock_trusted": not one.unsure,
            }
            for one in outages
        ],
        "totals": [
            {"cause": code, "responsible": actor, "count": count, "seconds": round(seconds, 1)}
            for (code, actor), (count, seconds) in totals(outages).items()
        ],
    }


def totals(outages: Iterable[Outage]) -> dict[tuple[str, Actor], tuple[int, float]]:
    """How many and how many seconds, by cause and by who mends it, the longest first."""
    summed: dict[tuple[str, Actor], tuple[int, float]] = {}
    for one in outages:
        key = (one.incident.code, one.incident.actor)
        count, seconds = summed.get(key, (0, 0.0))
        summed[key] = (count + 1, seconds + one.seconds)
    return dict(sorted(summed.items(), key=lambda item: -item[1][1]))


def lines(outages: Sequence[Outage], place: Office, language: str) -> list[str]:
    """A line an outage, and a line a cause at the end."""
    say = words(language)
    if not outages:
        return [say.phrase("outage.none")]
    listed = [
        f"{_moment(place, one.incident.started)}  {_moment(place, one.incident.ended) or say.phrase('outage.lasts'):19}"
        f"  {say.duration(one.seconds):>18}  {_meaning(say, one)}  ({say.actor(one.incident.actor)})"
        + "".join(f"\n    {text}" for text in (one.incident.detail, _remark(say, one)) if text)
        for one in outages
    ]
    summed = [
        f"{say.duration(seconds):>18}  {count:4} x  {say.fault(code, 'link').title}  ({say.actor(actor)})"
        for (code, actor), (count, seconds) in totals(outages).items()
    ]
    return [*listed, "", f"{say.phrase('outage.total')}:", *summed]


def table(outages: Sequence[Outage], place: Office, language: str, separator: str = ",") -> str:
    """A CSV table (RFC 4180) with headers in this language; no cell can be taken for a formula."""
    say, out = words(language), io.StringIO()
    write = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    write.writerow([say.phrase(f"outage.{column}") for column in COLUMNS])
    for one in outages:
        known = one.incident
        write.writerow(
            [
                *(_moment(place, known.started), _moment(place, known.ended), round(one.seconds)),
                *map(cell, (known.device, known.code, _meaning(say, one), say.actor(known.actor), known.detail)),
                *map(cell, (known.part, one.because, known.ticket, _remark(say, one))),
            ]
        )
    return out.getvalue()


def cell(text: str) -> str:
    """Spreadsheets calculate what begins like a formula (CWE-1236): such a text gets an apostrophe."""
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text.startswith(_FORMULA) else text


def _meaning(say: Words, one: Outage) -> str:
    return say.fault(one.incident.code, "link").title


def _moment(place: Office, epoch: float | None) -> str:
    return "" if epoch is None else f"{place.local(epoch):%Y-%m-%d %H:%M:%S}"


def _remark(say: Words, one: Outage) -> str:
    """What must be known of an entry that is not as exact as the others."""
    span = one.span_seconds
    told = (
        (one.incident.ended is None, "outage.lasts"),
        (one.unsure, "outage.unsure"),
        (span is not None and span - one.seconds > _UNSEEN_SECONDS, "outage.unseen"),
    )
    return "; ".join(say.phrase(key) for true, key in told if true)
