"""What is in stock."""

import time
from collections.abc import Callable
from pathlib import Path

import click

from agent import storeroom, workorders
from agent.given import Where, load_config, option_by, option_config, option_json, show
from agent.shelves import lines_of

Amount = Callable[[Callable[..., None]], Callable[..., None]]
"""Adds the argument that says how many."""


@click.group("stock")
def command() -> None:
    """What is in stock: blank cards, ribbons, rolls, toner."""


@command.command("list")
@option_config
@option_json
@click.pass_obj
def stock_list(where: Where, config: Path | None, *, as_json: bool) -> None:
    """How much is left, and for how long."""
    loaded = load_config(config or where.config)
    found = lines_of(loaded, workorders.ledger(where.state), time.time())
    if as_json:
        show([storeroom.plain(item, level) for item, level in found])
    else:
        click.echo("\n".join(storeroom.told(found, loaded.office)))


def _change_command(name: str, doc: str, change: storeroom.Change, amount: Amount) -> None:
    """Make one of the commands that change how much there is."""

    @click.argument("item")
    @amount
    @click.option("--note", default="", help="Why.")
    @option_by
    @option_config
    @click.pass_obj
    def run(where: Where, config: Path | None, item: str, number: float, who: str, note: str) -> None:  # noqa: PLR0913, PLR0917 - click gives one argument for each option
        loaded = load_config(config or where.config)
        click.echo(storeroom.change(loaded, where.state, change, item, number, (who, note)))

    command.command(name, help=doc)(run)


_one: Amount = click.argument("number", type=float, default=1.0, metavar="[NUMBER]")
_some: Amount = click.argument("number", type=float)
_change_command("set", "Somebody counted: so many are there.", "set", _some)
_change_command("use", "So many were taken (1).", "use", _one)
_change_command("add", "So many came in.", "add", _some)
