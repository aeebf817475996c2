"""Preventive maintenance."""

import time
from collections.abc import Sequence
from pathlib import Path

import click

from agent import agenda, workorders
from agent.dues import lines_of
from agent.given import Where, load_config, option_by, option_config, option_json, show


@click.group("maintenance")
def command() -> None:
    """Preventive maintenance: what is due, and who did it."""


@command.command("list")
@click.option("--due", "only_due", is_flag=True, help="Only what is due.")
@option_config
@option_json
@click.pass_obj
def maintenance_list(where: Where, config: Path | None, *, only_due: bool, as_json: bool) -> None:
    """The plan, the next due first."""
    loaded = load_config(config or where.config)
    found = lines_of(loaded, workorders.ledger(where.state), time.time())
    shown = [line for line in found if line.overdue or not only_due]
    if as_json:
        show([agenda.plain(line) for line in shown])
    else:
        click.echo("\n".join(agenda.told(shown, loaded.office, has_tasks=bool(loaded.tasks))))


@command.command("log")
@option_json
@click.pass_obj
def maintenance_log(where: Where, *, as_json: bool) -> None:
    """What was done, the newest first."""
    entries = workorders.ledger(where.state).upkeep.log()
    place = workorders.office(where.config)
    if as_json:
        show([
            {"at": workorders.iso(one.at), "task": one.key[0], "device": one.key[1] or None, "outcome": one.outcome,
             "by": one.who, "note": one.note, "ticket": one.ticket or None}
            for one in entries
        ])  # fmt: skip
        return
    for one in entries:
        name = " ".join(filter(None, one.key))
        click.echo(
            "  ".join(filter(None, (f"{place.local(one.at):%Y-%m-%d %H:%M}", name, one.outcome, one.who, one.note)))
        )


def _outcome_command(name: str, outcome: str, doc: str) -> None:
    """Make one of the two commands that settle a task; they differ in the outcome only."""

    @click.argument("names", nargs=-1, required=True, metavar="TASK [DEVICE]...")
    @click.option("--note", default="", help="What was seen or done.")
    @option_by
    @option_config
    @click.pass_obj
    def settle(where: Where, config: Path | None, names: Sequence[str], who: str, note: str) -> None:
        loaded = load_config(config or where.config)
        click.echo("\n".join(agenda.settle(loaded, where.state, names, outcome, (who, note))))

    command.command(name, help=doc)(settle)


_outcome_command("done", "done", "It was done: at these devices, or at all of the task's devices.")
_outcome_command("skip", "skipped", "It is left out this time; its next day is counted from now.")
