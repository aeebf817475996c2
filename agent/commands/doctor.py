"""Examine what the agent needs."""

import sys
from pathlib import Path

import click

from agent import doctor as surgery
from agent.given import Where, load_config, option_config, option_json, show


@click.command("doctor")
@option_config
@option_json
@click.pass_obj
def command(where: Where, config: Path | None, *, as_json: bool) -> None:
    """Examine what the agent needs on this PC, each with its remedy; exit 1 if there is something to mend."""
    surgery.as_the_agent(where.state)
    path = config or where.config
    found = surgery.examine(surgery.subject(path, lambda: load_config(path), where.state))
    if as_json:
        show(surgery.plain(found))
    else:
        click.echo("\n".join(surgery.lines(found)))
    sys.exit(surgery.exit_code(found))
