"""The command line: one file in agent/commands/ is one command, and only the one that is called is loaded."""

import importlib
import os
import sys
from pathlib import Path

import click

from agent import __version__
from agent.config import ConfigError
from agent.given import ETC, EXIT_CONFIG, EXIT_FAULT, Where, default_state
from probes import shelf

COMMANDS = "agent.commands"


class Commands(click.Group):
    """The files of agent/commands/, each with its click command by the name "command"."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, as people type them."""
        del ctx
        return [name.replace("_", "-") for name in shelf.names(COMMANDS)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One command; None when there is none of that name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        found = importlib.import_module(f"{COMMANDS}.{cmd_name.replace('-', '_')}").command
        if not isinstance(found, click.Command):
            msg = f"{COMMANDS}.{cmd_name}: 'command' must be a click command"
            raise TypeError(msg)
        return found


def main() -> None:
    """The command jagaloket."""
    try:
        cli(prog_name="jagaloket")
    except ConfigError as error:
        for line in error.lines:
            click.echo(line, err=True)
        sys.exit(EXIT_CONFIG)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_FAULT)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-c", "--config", type=click.Path(path_type=Path, dir_okay=False), help=f"Configuration (default {ETC}).")
@click.option("--state", type=click.Path(path_type=Path, file_okay=False), help="Folder for tickets and history.")
@click.option("-v", "--verbose", is_flag=True, help="Say more in the log.")
@click.version_option(__version__)
@click.pass_context
def cli(context: click.Context, config: Path | None, state: Path | None, *, verbose: bool) -> None:
    """Watch a service counter's equipment and network, and raise a ticket when something fails."""
    from agent.journal import start_log  # noqa: PLC0415 - shell completion does without it

    start_log(verbose=verbose)
    if config is None and ETC.exists():
        config = ETC
    context.obj = Where(config=config, state=state or default_state())
