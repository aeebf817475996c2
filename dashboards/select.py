"""Writes selectors. A metric that the catalogue does not have cannot be asked for: renaming one fails the build."""

from agent.names import catalogue
from dashboards.looks import STATE_CODES

JOB = 'job="jagaloket"'
FLEET = f'{JOB}, office=~"$office"'
COUNTER = f'{FLEET}, counter=~"$counter"'
DEVICE = f'{COUNTER}, device=~"$device"'

_FROM_PROMETHEUS = {"up": frozenset({"instance"})}
RECORDED: dict[str, frozenset[str]] = {
    "jagaloket:office_situation": frozenset(),
    "jagaloket:counter_functions_open:ratio": frozenset(),
}
"""What Prometheus records by alerts/rules/boards.rules.yml."""
_LABELS = {metric.name: frozenset(metric.labels) for metric in catalogue()} | _FROM_PROMETHEUS | RECORDED
"""What the agent's page has, and what Prometheus writes at each scrape."""


def of(name: str, scope: str, **labels: str) -> str:
    """A selector. labels: name="value", or name="!value" for all others. Raises KeyError for an unknown one."""
    known = _LABELS[name]
    for label in labels:
        if label not in known:
            msg = f"{name} has no label {label}"
            raise KeyError(msg)
    own = [f'{key}!="{value[1:]}"' if value.startswith("!") else f'{key}="{value}"' for key, value in labels.items()]
    return f"{name}{{{', '.join([scope, *own])}}}"


def states(scope: str) -> str:
    """Each device's state as its number in STATE_CODES, with the device's label."""
    parts = (f"{of('jagaloket_device_state', scope, state=name)} * {code}" for name, code in STATE_CODES.items())
    return f"sum by (office, counter, device) ({' or '.join(parts)}) * on (office, counter, device) {labels(scope)}"


def labels(scope: str) -> str:
    """The right side of a join that brings what people call a device."""
    return f"group_left (label) max by (office, counter, device, label) ({of('jagaloket_device_info', scope)})"


def known(scope: str) -> str:
    """The counters that were heard of in the last week."""
    return f"group by (office, counter) (last_over_time({of('jagaloket_build_info', scope)}[7d]))"


def heard(scope: str) -> str:
    """The counters that are heard of now."""
    return f"group by (office, counter) ({of('jagaloket_build_info', scope)})"


def functions_ratio(scope: str, by: str) -> str:
    """The mean share of services that counters could offer while they were open, over the time that is shown."""
    share = of("jagaloket:counter_functions_open:ratio", scope)
    return f"sum by ({by}) (sum_over_time({share}[$__range])) / sum by ({by}) (count_over_time({share}[$__range]))"


def days_left(scope: str, by: str) -> str:
    """How long supplies last; Inf where a level is known and its pace is not, so that sorting puts these last."""
    days, level = of("jagaloket_printer_supply_days_left", scope), of("jagaloket_printer_supply_ratio", scope)
    return f"min by ({by}) ({days}) or 0 * min by ({by}) ({level}) + Inf"


def open_ratio(value: str, by: str) -> str:
    """The share of open minutes in which a selected value was 1, over the time that the board shows."""
    is_open = of("jagaloket_office_open", COUNTER)
    join = "on (office, counter) group_left ()"
    good = f"sum by ({by}) (sum_over_time(({value} * {join} {is_open})[$__range:5m]))"
    return f"{good} / sum by ({by}) (sum_over_time((0 * {value} + {join} {is_open})[$__range:5m]))"
