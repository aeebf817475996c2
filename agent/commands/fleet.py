"""What a central Prometheus needs to know of the agents."""

import socket
from pathlib import Path

import click

from agent import inventory
from agent import targets as fleet
from agent.given import Where, load_config, option_config

_FILE = click.Path(path_type=Path, dir_okay=False)
option_out = click.option("--out", type=_FILE, help="Replace this file; without it, print.")


@click.group("fleet")
def command() -> None:
    """What a central Prometheus needs to know of the agents."""


@command.command("targets")
@click.argument("listed", metavar="INVENTORY", type=_FILE)
@option_out
def targets(listed: Path, out: Path | None) -> None:
    """The counters of an inventory (CSV or TOML) as targets of Prometheus.

    Prometheus reads the file (file_sd_configs), or any web server hands it out as application/json
    (http_sd_configs): the form is the same.
    """
    counters = inventory.load(listed)
    groups = fleet.targets(counters)
    _give(fleet.text(groups), out)
    click.echo(f"{len(groups)} targets; {len(counters) - len(groups)} counters report by themselves", err=True)


@command.command("push")
@option_config
@click.option("--instance", default=socket.gethostname, help="This PC's name at the centre; its host name.")
@option_out
@click.pass_obj
def push(where: Where, config: Path | None, instance: str, out: Path | None) -> None:
    """The scrape configuration for this PC's vmagent, where the centre cannot reach it (jagaloket-push.service)."""
    loaded = load_config(config or where.config)
    _give(fleet.own_scrape(loaded.office, loaded.web.listen, instance), out)


def _give(content: str, out: Path | None) -> None:
    if out is None:
        click.echo(content, nl=False)
    else:
        fleet.write(out, content)
