"""[maintenance]: the plan that comes with the program, and what the configuration changes in it."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from agent.devices import ID
from agent.options import Mistakes, build
from alerts.task import Task

SHIPPED = "shipped"
"""The one key of [maintenance] that is no task: whether the plan that comes with the program is used."""


def tasks(tables: Any, ids: set[str], mistakes: Mistakes, *, has_hours: bool) -> tuple[Task, ...]:  # noqa: ANN401 - TOML gives Any
    """The tasks in use. ids: the devices there are. has_hours: the office told its hours.

    Without hours nobody has set this PC up for an office yet: then the shipped plan is used only if asked for, so
    that a first look at the program does not nag.
    """
    if not isinstance(tables, dict):
        mistakes.add(("maintenance",), "must be tables such as [maintenance.card-printer-clean]")
        return ()
    wanted = tables.get(SHIPPED, has_hours)
    if not isinstance(wanted, bool):
        mistakes.add(("maintenance", SHIPPED), "must be true or false")
        return ()
    plan = shipped() if wanted else {}
    named = {name: table for name, table in tables.items() if name != SHIPPED}
    made = [_task(name, named.get(name, {}), plan.get(name, {}), mistakes) for name in {**plan, **named}]
    found = tuple(task for task in made if task is not None)
    for task in found:
        for index, name in enumerate(task.devices):
            if name not in ids:
                there = ", ".join(sorted(ids)) or "none"
                mistakes.add(
                    ("maintenance", task.id, "devices", index), f"there is no [device.{name}]; devices are: {there}"
                )
    return tuple(task for task in found if task.enabled)


@cache
def shipped() -> Mapping[str, Mapping[str, Any]]:
    """The plan that comes with the program, by the tasks' names."""
    return tomllib.loads(resources.files("alerts").joinpath("tasks.toml").read_text("utf-8"))


def _task(name: str, table: Any, base: Mapping[str, Any], mistakes: Mistakes) -> Task | None:  # noqa: ANN401
    path = ("maintenance", name)
    if not ID.fullmatch(name):
        mistakes.add(path, "a task's id is made of a-z, 0-9 and -, at most 63 characters")
        return None
    if not isinstance(table, dict):
        mistakes.add(path, "must be a table")
        return None
    if "id" in table:
        mistakes.add((*path, "id"), "stands in the table's name; leave it out")
        return None
    both = {**base, **table}
    # Who writes whose work it is, or a rule, means that instead of what the shipped task says.
    if {"devices", "roles"} & table.keys():
        both = {key: value for key, value in both.items() if key not in ("devices", "roles") or key in table}
    if "rrule" in table and "every" not in table:
        both.pop("every", None)
    return build(Task, {**both, "id": name}, path, mistakes)
