"""A report in each of its forms: bytes, ready to be written."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from agent.outagelog import cell
from agent.workorders import iso
from alerts.advice import Advice, advice
from alerts.figures import Figures
from alerts.reportnumbers import Numbers
from alerts.reportparts import DeviceLine, Report
from alerts.reportsettings import ReportSettings
from alerts.reporttables import actor, cause
from alerts.words import words

COLUMNS = (
    *("kind", "id", "label", "asset_code", "register", "responsible", "availability", "failures"),
    *("service_seconds", "fine_seconds", "hindered_seconds", "down_seconds", "unknown_seconds"),
    *("mtbf_seconds", "mttr_seconds", "pages"),
)


def write(report: Report, settings: ReportSettings, *, form: str, language: str, separator: str = ",") -> bytes:
    """The report as html, pdf, csv or json. language: of html, pdf and the texts in csv. separator: of csv."""
    if form == "json":
        return (json.dumps(plain(report), ensure_ascii=False, indent=2) + "\n").encode()
    if form == "csv":
        # Excel takes a file for UTF-8 only where it begins with this mark.
        return table(report, language, separator).encode("utf-8-sig")
    from alerts import reporttext  # noqa: PLC0415 - only for these two

    sheet = reporttext.sheet(report, settings, language)
    if form == "html":
        from alerts import sheethtml  # noqa: PLC0415

        return sheethtml.render(sheet).encode()
    from alerts import sheetpdf  # noqa: PLC0415

    return sheetpdf.render(sheet, made=report.made)


def table(report: Report, language: str, separator: str = ",") -> str:
    """A CSV table (RFC 4180): services, devices and causes, in plain seconds; no cell can be taken for a formula."""
    numbers, out = Numbers(words(language), report.office), io.StringIO()
    rows = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for one in report.functions:
        rows.writerow(["function", *map(cell, (one.id, one.label)), "", "", "", *_values(one.figures), ""])
    for line in report.devices:
        rows.writerow(["device", *_identity(line), *_values(line.figures), _number(line.pages)])
    for known in report.causes:
        told = map(cell, (known.device, cause(numbers, report, known), "", "", actor(numbers, report, known)))
        rows.writerow(["cause", *told, "", known.incidents, "", "", "", round(known.seconds), "", "", "", ""])
    return out.getvalue()


def _identity(line: DeviceLine) -> Iterator[str]:
    device = line.known.member.device
    asset = (device.asset.get("code", ""), device.asset.get("register", ""))
    return map(cell, (device.id, device.label, *asset, device.responsible))


def _values(figures: Figures) -> tuple[object, ...]:
    return (
        "" if figures.availability is None else round(figures.availability, 6),
        len(figures.failures),
        *(round(one) for one in (figures.service, figures.fine, figures.hindered, figures.down, figures.unknown)),
        *(_number(one) for one in (figures.mtbf, figures.mttr)),
    )


def _number(value: float | None) -> object:
    return "" if value is None else round(value)


def plain(report: Report) -> dict[str, Any]:
    """For JSON: seconds of service time, shares 0 to 1, null for what the data do not carry; ISO 8601 in UTC."""
    work = report.work
    return {
        "office": report.office.name,
        "code": report.office.code,
        "counter": report.office.counter,
        "start": iso(report.start),
        "end": iso(report.end),
        "whole": report.whole,
        "service_seconds": round(report.service),
        "watched_seconds": round(report.watched),
        "untrusted_seconds": round(report.untrusted),
        "planned_seconds": round(report.planned),
        "devices": [_device(one) for one in report.devices],
        "functions": [{"id": one.id, "label": one.label, **_figures(one.figures)} for one in report.functions],
        "causes": [
            {"device": one.device or None, "code": one.code or None, "actor": one.actor, "seconds": round(one.seconds)}
            for one in report.causes
        ],
        "outages": [
            {
                "start": iso(one.incident.started),
                "end": iso(one.incident.ended),
                "seconds": round(one.seconds),
                "device": one.incident.device,
                "cause": one.incident.code,
                "actor": one.incident.actor,
                "evidence": one.incident.detail,
                "ticket": one.incident.ticket,
            }
            for one in report.outages
        ],
        "work": {
            "opened": work.opened,
            "closed": work.closed,
            "left": [one.number for one in work.left],
            "untaken": work.untaken,
            "mtta_seconds": work.mtta,
            "planned": [
                {"task": job.task, "device": job.device or None, "outcome": job.outcome or None}
                for one in work.planned
                for job in one.jobs
            ],
        },
        "supplies": [
            {
                "device": one.supply[0],
                "supply": one.supply[1],
                "used_ratio": round(one.used, 4),
                "replaced": one.replaced,
                "left_ratio": one.left,
                "days_left": one.days_left,
            }
            for one in report.spent
        ],
        "stock": [{"item": one.item, "left": one.left, "days_left": one.days_left} for one in report.stock],
        "advice": [_advice(one) for one in advice(report)],
    }


def _advice(one: Advice) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "device": one.device.id if one.device is not None else None,
        "supply": one.supply.supply[1] if one.supply is not None else None,
        "item": one.stock.item if one.stock is not None else None,
        "actor": one.actor,
    }


def _device(line: DeviceLine) -> dict[str, Any]:
    device = line.known.member.device
    return {
        "id": device.id,
        "formerly": list(line.known.ids[:-1]),
        "label": device.label,
        "kind": device.kind,
        "role": device.role,
        "responsible": device.responsible,
        "asset": dict(device.asset),
        "serials": list(line.known.serials),
        "pages": line.pages,
        **_figures(line.figures),
    }


def _figures(figures: Figures) -> dict[str, Any]:
    return {
        "availability": figures.availability,
        "service_seconds": round(figures.service),
        "fine_seconds": round(figures.fine),
        "hindered_seconds": round(figures.hindered),
        "down_seconds": round(figures.down),
        "unknown_seconds": round(figures.unknown),
        "mtbf_seconds": figures.mtbf,
        "mttr_seconds": figures.mttr,
        "failures": [
            {"start": iso(one.start), "end": iso(one.end), "seconds": round(one.seconds), "repaired": one.repaired}
            for one in figures.failures
        ],
    }
