"""Say every mistake in a configuration."""

import sys
from pathlib import Path

import click

from agent.config import ConfigError
from agent.given import ETC, EXIT_CONFIG, Where, load_config, option_json, show


@click.command("check-config")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@option_json
@click.pass_obj
def command(where: Where, file: Path | None, *, as_json: bool) -> None:
    """Say every mistake in a configuration, with its place and the remedy; exit 2 if there is one."""
    path = file or where.config or ETC
    try:
        config = load_config(path)
    except ConfigError as error:
        if not as_json:
            raise
        show({"file": str(path), "valid": False, "errors": error.lines})
        sys.exit(EXIT_CONFIG)
    if as_json:
        show({"file": str(path), "valid": True, "errors": []})
    else:
        click.echo(f"{path}: valid, {len(config.watched)} devices, {len(config.functions)} functions.")
