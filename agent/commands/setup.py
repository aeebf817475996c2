"""Guided first installation."""

from pathlib import Path

import click

from agent import setup as guide
from agent.given import ETC, Where


@click.command("setup")
@click.option("--answers", type=click.Path(path_type=Path, dir_okay=False), help="Ask nothing: a TOML file answers.")
@click.option("--counter", default="", help="The counter's name, in place of the one in the answers.")
@click.option("--write", type=click.Path(path_type=Path, dir_okay=False), help=f"Where to (default {ETC}).")
@click.option("-y", "--yes", is_flag=True, help="Write without asking once more.")
@click.pass_obj
def command(where: Where, answers: Path | None, counter: str, write: Path | None, *, yes: bool) -> None:
    """Guided first installation: discover, ask office, counter and mail, write the configuration, start."""
    guide.run(write or where.config or ETC, answers_file=answers, counter=counter, assume_yes=yes)
