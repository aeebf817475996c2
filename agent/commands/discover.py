"""What equipment there is."""

import sys
from pathlib import Path

import click

from agent import discovery
from agent.given import option_json, show
from probes.probe import Candidate


@click.command("discover")
@click.option("--network", metavar="CIDR", help="Find the printers of a network too, such as 192.168.1.0/24.")
@click.option("--write", type=click.Path(path_type=Path, dir_okay=False), help="Write a commented configuration.")
@option_json
def command(network: str | None, write: Path | None, *, as_json: bool) -> None:
    """List the equipment found on this PC."""
    found = discovery.discover(scan_network(network) if network is not None else ())
    if write is not None:
        discovery.write(write, found)
        click.echo(f"{write}: written, {len(found)} devices. Next: jagaloket check-config {write}", err=as_json)
    if as_json:
        show([discovery.plain(candidate) for candidate in found])
        return
    for candidate in found:
        click.echo(f"{candidate.id:24} {candidate.kind:16} {candidate.label}")


def scan_network(network: str) -> list[Candidate]:
    """The printers of a network, with a progress bar for those who wait at a terminal."""
    with click.progressbar(length=1, label=f"asking {network}", file=sys.stderr) as bar:

        def progress(asked: int, everything: int) -> None:
            bar.length = everything
            bar.update(asked - bar.pos)

        return discovery.network(network, progress)
