"""One month of one counter, from what was kept of it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from alerts import identity, intervals
from alerts.blame import causes
from alerts.figures import figures
from alerts.identity import Known
from alerts.incident import Incident, TicketType
from alerts.intervals import Intervals
from alerts.office import Office
from alerts.past import Life, Past
from alerts.reportparts import Day, DeviceLine, Report, ServiceLine, Source, Work
from alerts.servicetime import planned_work, service_time
from alerts.spent import spent

_PAGES = "jagaloket_printer_pages_total"


def report(source: Source) -> Report:
    """Everything that can be told of the month."""
    office, start, end = source.office, source.start, max(source.start, min(source.end, source.made))
    open_time = service_time(office, start, end)
    rosters = source.past.rosters or ((start, source.present),)
    devices = identity.known(rosters, start, end)
    lives = {one.member.device.id: identity.joined(source.past.devices, one.ids) for one in devices}
    service = {one.member.device.id: _service(office, one, open_time, start, end) for one in devices}
    ids = {old: one.member.device.id for one in devices for old in one.ids}
    down = {name: intervals.intersection(lives[name].down, service[name]) for name in lives}
    return Report(
        office=office,
        start=start,
        end=end,
        made=source.made,
        whole=source.made >= source.end,
        service=intervals.total(open_time),
        watched=intervals.total(intervals.intersection(source.past.watched, open_time)),
        untrusted=intervals.total(intervals.intersection(source.past.untrusted, open_time)),
        planned=intervals.total(intervals.intersection(_all_planned(office, devices, start, end), open_time)),
        devices=tuple(
            DeviceLine(
                known=one,
                figures=figures(lives[one.member.device.id], service[one.member.device.id]),
                pages=_pages(source.used, one.ids),
            )
            for one in devices
        ),
        functions=_functions(source.past, rosters, open_time),
        causes=causes(down, [_renamed(one, ids) for one in source.incidents]),
        outages=tuple(source.outages),
        work=_work(source, open_time, end),
        spent=spent(source.levels, ids, start, end),
        stock=tuple(source.stock),
        days=tuple(_days(office, lives, service, start, end)),
    )


def _service(office: Office, one: Known, open_time: Intervals, start: float, end: float) -> Intervals:
    """When this device should have worked: it was there, the office was open, and no work on it was planned."""
    planned = intervals.union(*(planned_work(office, name, start, end) for name in one.ids))
    return intervals.subtraction(intervals.intersection(open_time, one.present), planned)


def _all_planned(office: Office, devices: Sequence[Known], start: float, end: float) -> Intervals:
    return intervals.union(*(planned_work(office, name, start, end) for one in devices for name in one.ids))


def _pages(used: Mapping[tuple[str, str], float], ids: Sequence[str]) -> float | None:
    found = [used[name, _PAGES] for name in ids if (name, _PAGES) in used]
    return sum(found) if found else None


def _renamed(one: Incident, ids: Mapping[str, str]) -> Incident:
    return replace(one, device=ids[one.device]) if ids.get(one.device, one.device) != one.device else one


def _functions(past: Past, rosters: identity.Rosters, open_time: Intervals) -> tuple[ServiceLine, ...]:
    labels = {one.id: one.label for _, roster in rosters for one in roster.services}
    return tuple(
        ServiceLine(id=name, label=label, figures=figures(past.functions.get(name, Life()), open_time))
        for name, label in labels.items()
    )


def _work(source: Source, open_time: Intervals, end: float) -> Work:
    faults = [one for one in source.orders if one.ticket.type is TicketType.FAULT]
    opened = [one for one in faults if source.start <= one.ticket.opened < end]
    done = [max(one.ticket.closed or 0.0, one.ticket.recovered or 0.0) for one in faults]
    left = [one.ticket for one, at in zip(faults, done, strict=True) if not at or at >= end]
    return Work(
        opened=len(opened),
        closed=sum(1 for at in done if source.start <= at < end),
        left=tuple(left),
        untaken=sum(1 for one in opened if one.taken is None),
        acknowledged=tuple(
            intervals.total(intervals.clip(open_time, one.ticket.opened, one.taken))
            for one in opened
            if one.taken is not None
        ),
        planned=tuple(
            one.ticket for one in source.orders if one.ticket.type is TicketType.MAINTENANCE and one.ticket.opened < end
        ),
    )


def _days(
    office: Office, lives: Mapping[str, Life], service: Mapping[str, Intervals], start: float, end: float
) -> list[Day]:
    found: list[Day] = []
    at = start
    while at < end:
        today = office.local(at).date()
        after = min(end, _midnight_after(office, at))
        parts = [figures(lives[name], intervals.clip(service[name], at, after)) for name in lives]
        found.append(
            Day(
                day=today,
                service=sum(one.service for one in parts),
                down=sum(one.down for one in parts),
                unknown=sum(one.unknown for one in parts),
            )
        )
        at = after
    return found


def _midnight_after(office: Office, at: float) -> float:
    tomorrow = office.local(at).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), office.zone).timestamp()
