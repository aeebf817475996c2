"""The alarm drill."""

import sys
from pathlib import Path

import click

from agent import drill as exercise
from agent.given import EXIT_FAULT, Where, load_config, option_config, option_json, show


@click.command("drill")
@click.option("--timeout", "timeout_seconds", default=120.0, show_default=True, help="Seconds to wait for the letters.")
@option_config
@option_json
@click.pass_obj
def command(where: Where, config: Path | None, timeout_seconds: float, *, as_json: bool) -> None:
    """Alarm drill: a marked fault goes the whole way; says what arrived; exit 1 when something did not."""
    loaded = load_config(config or where.config)
    outcome = exercise.run(loaded, where.state, timeout_seconds=timeout_seconds)
    if as_json:
        show(exercise.plain(outcome))
    else:
        click.echo("\n".join(exercise.lines(outcome, loaded.office.language)))
    sys.exit(0 if outcome.is_well else EXIT_FAULT)
