"""What every command is given: where configuration and store are, how answers are printed, exit codes."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from agent.config import Config

ETC = Path("/etc/jagaloket/jagaloket.toml")
VAR = Path("/var/lib/jagaloket")
EXIT_FAULT, EXIT_CONFIG, EXIT_BLIND = 1, 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """What stands on the group: the configuration's file (None: discover) and the state folder."""

    config: Path | None
    state: Path


def default_state() -> Path:
    """$STATE_DIRECTORY as the service manager sets it, the installed service's folder, else the XDG state folder."""
    if given := os.environ.get("STATE_DIRECTORY"):
        return Path(given.split(":", maxsplit=1)[0])
    if os.access(VAR, os.W_OK | os.X_OK):
        return VAR
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "jagaloket"


def option_config(command: Callable[..., Any]) -> Callable[..., Any]:
    """-c FILE behind a command as well as before it."""
    return click.option("-c", "--config", type=click.Path(path_type=Path, dir_okay=False), help="Configuration.")(
        command
    )


option_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
option_by = click.option(
    "--by", "who", default=lambda: os.environ.get("SUDO_USER") or os.environ.get("USER") or "?", help="Your name."
)


def load_config(path: Path | None) -> Config:
    """The configuration of a file, or what discovery finds on this PC. Raises ConfigError."""
    from agent.config import load, parse  # noqa: PLC0415 - who has a file does not pay for discovery
    from agent.options import Mistakes  # noqa: PLC0415

    if path is not None:
        return load(path)
    from agent.discovery import discover, tables  # noqa: PLC0415

    mistakes = Mistakes()
    return parse(tables(discover()), mistakes)


def show(data: object) -> None:
    """Print JSON, for programs."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))
