"""[maintenance]: the plan that comes with the program, and what the configuration changes in it."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from agent.options import Mistakes, build, shown
from agent.tables import device_is_there, named
from alerts.task import Task

SHIPPED = "shipped"
"""The one key of [maintenance] that is no task: whether the plan that comes with the program is used."""


def tasks(tables: Any, ids: set[str], mistakes: Mistakes, *, has_hours: bool) -> tuple[Task, ...]:  # noqa: ANN401 - TOML gives Any
    """The tasks in use. ids: the devices there are. has_hours: the office told its hours.

    Without hours nobody has set this PC up for an office yet: then the shipped plan is used only if asked for, so
    that a first look at the program does not nag.
    """
    wanted = has_hours
    if isinstance(tables, dict):
        tables = dict(tables)
        wanted = tables.pop(SHIPPED, wanted)
    if not isinstance(wanted, bool):
        mistakes.add(("maintenance", SHIPPED), f"must be true or false, not {shown(wanted)}")
        return ()
    plan = shipped() if wanted else {}
    own = named(tables, "maintenance", "card-printer-clean", mistakes)
    made = [_task(name, own.get(name, {}), plan.get(name, {}), mistakes) for name in {**plan, **own}]
    found = tuple(task for task in made if task is not None)
    for task in found:
        for index, name in enumerate(task.devices):
            device_is_there(name, ids, ("maintenance", task.id, "devices", index), mistakes)
    return tuple(task for task in found if task.enabled)


@cache
def shipped() -> Mapping[str, Mapping[str, Any]]:
    """The plan that comes with the program, by the tasks' names."""
    return tomllib.loads(resources.files("alerts").joinpath("tasks.toml").read_text("utf-8"))


def _task(name: str, table: Mapping[str, Any], base: Mapping[str, Any], mistakes: Mistakes) -> Task | None:
    both = {**base, **table}
    # Who writes whose work it is, or a rule, means that instead of what the shipped task says.
    if {"devices", "roles"} & table.keys():
        both = {key: value for key, value in both.items() if key not in ("devices", "roles") or key in table}
    if "rrule" in table and "every" not in table:
        both.pop("every", None)
    return build(Task, {**both, "id": name}, ("maintenance", name), mistakes)
