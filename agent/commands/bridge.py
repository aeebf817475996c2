"""The bridge from Alertmanager to tickets."""

from pathlib import Path

import click

from agent.given import Where, option_config


@click.command("bridge")
@option_config
@click.pass_obj
def command(where: Where, config: Path | None) -> None:
    """Receive Alertmanager's webhooks and raise the same tickets (silent PCs, rules over the fleet)."""
    from agent.bridge.serve import serve  # noqa: PLC0415 - the server's modules, for this command only
    from agent.config import Config, load  # noqa: PLC0415

    path = config or where.config
    serve(Config() if path is None else load(path), where.state)
