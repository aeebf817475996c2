"""Look once now."""

import sys
from pathlib import Path

import click

from agent import looking
from agent.given import Where, load_config, option_config, option_json, show


@click.command("probe")
@click.argument("devices", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Look at every device.")
@click.option("--kind", help="Look at a device that is not configured.")
@click.option("--set", "options", multiple=True, metavar="KEY=VALUE", help="An option of that device.")
@option_config
@option_json
@click.pass_obj
def command(  # noqa: PLR0913 - click gives one argument for each option
    where: Where,
    devices: tuple[str, ...],
    kind: str | None,
    options: tuple[str, ...],
    config: Path | None,
    *,
    everything: bool,
    as_json: bool,
) -> None:
    """Look once now; exit 0 healthy, 1 a fault, 3 could not look."""
    if kind is not None:
        items = [looking.unconfigured(kind, options)]
    else:
        items = looking.chosen(load_config(config or where.config), devices, everything=everything)
    results = [looking.report(item) for item in items]
    if as_json:
        show(results if len(results) != 1 or everything else results[0])
    else:
        click.echo("\n".join(looking.lines(results)))
    sys.exit(looking.exit_code(results))
