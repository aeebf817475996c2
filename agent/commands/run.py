"""Watch in the foreground."""

from pathlib import Path

import click

from agent.given import Where, load_config, option_config
from agent.service import serve


@click.command("run")
@option_config
@click.pass_obj
def command(where: Where, config: Path | None) -> None:
    """Watch in the foreground (what the service runs)."""
    serve(lambda: load_config(config or where.config), where.state)
