"""What a device shows of regular work: that it was used, that it was done, that it asks for it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from agent.belief import LEAP_SECONDS
from agent.usage import PRINTED, Used
from agent.view import DeviceView
from alerts.office import Office
from alerts.plan import Record, first_day, reached
from alerts.task import Duty, Task

_HOURS = "jagaloket_printer_operating_seconds_total"
_NUMBERS = ("nup", "code", "register", "serial")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is seen of a duty's device. view: None where it is not watched. used: since the last time it was written.

    serviced: a counter since the last service went back. replaced: when a supply was last replaced. unit: which piece
    of equipment it is, "" where that is not known. now: UTC epoch seconds.
    """

    now: float
    view: DeviceView | None = None
    used: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    serviced: bool = False
    replaced: float | None = None
    unit: str = ""

    def is_other(self, record: Record) -> bool:
        """Whether another unit stands where the old one stood. Two kinds of number cannot be compared."""
        kinds = {one.partition(":")[0] for one in (self.unit, record.identity)}
        return bool(self.unit and record.identity and len(kinds) == 1 and self.unit != record.identity)

    def asks(self, task: Task) -> str:
        """The fault by which the device asks for this task now; "" when it does not."""
        standing = self.view.standing if self.view is not None else ()
        return next((fault.code for fault in standing if fault.code in task.signals), "")

    def done_at(self, task: Task, record: Record) -> tuple[float, str] | None:
        """When the device shows that it was done, and what shows it; None when it shows nothing."""
        if task.done_by == "use" and any(self.used.get(name, 0.0) > 0 for name in PRINTED):
            return self.now, "use"
        if task.done_by == "reset" and self.serviced:
            return self.now, "reset"
        if task.done_by == "refill" and self.replaced is not None and record.since < self.replaced <= self.now:
            return self.replaced, "refill"
        answers = self.view is not None and bool(self.view.success) and self.view.reading is not None
        if answers and record.asked is not None and record.why in task.signals and not self.asks(task):
            reading = self.view.reading if self.view is not None else None
            return (self.now, f"{record.why} ended") if reading is not None and reading.reachable else None
        return None

    def after(self, duty: Duty, record: Record, office: Office) -> Record:
        """What is known of the duty now."""
        if self.is_other(record):
            return Record(since=self.now, identity=self.unit)
        if record.since > self.now + LEAP_SECONDS:  # written by a clock that was wrong
            first = first_day(duty, office, self.now)
            record = replace(record, since=self.now, known=False, planned=first, asked=None, why="")
        used = dict(record.used)
        for name, amount in self.used.items():
            if name in duty.task.usage:
                used[name] = used.get(name, 0.0) + amount
        record = replace(record, used=used, identity=self.unit or record.identity)
        why = self.asks(duty.task) or reached(duty.task, used)
        return replace(record, asked=self.now, why=why) if why and record.asked is None else record


def told(counted: Used, view: DeviceView, *, passed_seconds: float) -> Used:
    """What a look adds, with the time that the device was seen switched on, where it does not count that itself."""
    reading = view.reading
    if reading is None or not reading.reachable or any(one.metric.name == _HOURS for one in reading.samples):
        return counted
    return replace(counted, used={**counted.used, "hours": passed_seconds / 3_600.0})


def unit(duty: Duty, view: DeviceView | None) -> str:
    """Which piece of equipment a duty's device is: by its property numbers, else by the serial number it tells."""
    if duty.device is None:
        return ""
    numbers = [duty.device.asset[name] for name in _NUMBERS if duty.device.asset.get(name)]
    if numbers:
        return "asset:" + "/".join(numbers)
    serial = view.reading.facts.get("serial", "") if view is not None and view.reading is not None else ""
    return f"serial:{serial}" if serial else ""
