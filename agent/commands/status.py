"""How things stand."""

import time
from pathlib import Path

import click

from agent import standing
from agent.given import Where, load_config, option_config, option_json, show


@click.command("status")
@click.option("--watch", "again", is_flag=True, help="Show again every two seconds.")
@option_config
@option_json
@click.pass_obj
def command(where: Where, config: Path | None, *, again: bool, as_json: bool) -> None:
    """Devices, service functions, open tickets, outbox."""
    loaded = load_config(config or where.config)
    while True:
        data = standing.gather(loaded, where.state)
        if again:
            click.clear()
        if as_json:
            show(data)
        else:
            click.echo("\n".join(standing.lines(data, loaded.office)))
        if not again:
            return
        time.sleep(2)
