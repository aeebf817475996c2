"""The letters, shown without sending them."""

import time
from functools import partial
from pathlib import Path

import click

from agent import sampleletters
from agent.config import Config, ConfigError
from agent.given import Where, load_config, option_config


@click.group("letters")
def command() -> None:
    """The letters to the office and to technicians."""


@command.command("preview")
@click.option("--format", "form", type=click.Choice(["text", "html"]), default="text", show_default=True)
@click.option("--language", help="Of the letter; the office's where it is not given.")
@click.option("--role", type=click.Choice(["office", "technician"]), default="office", show_default=True)
@click.option(
    "--about",
    default="opened",
    show_default=True,
    help=f"One of {', '.join(sampleletters.SAMPLES)}.",
)
@click.option("--write", type=click.Path(path_type=Path, file_okay=False), help="Write all of them into this folder.")
@option_config
@click.pass_obj
def letters_preview(  # noqa: PLR0913 - click gives one argument for each option
    where: Where, *, config: Path | None, form: str, language: str | None, role: str, about: str, write: Path | None
) -> None:
    """Show a letter as it would arrive, with an invented fault."""
    path = config or where.config
    loaded = load_config(path) if path is not None else Config()
    make = partial(
        sampleletters.sample, config=loaded, language=language or loaded.office.language, role=role, now=time.time()
    )
    if write is not None:
        click.echo("\n".join(map(str, sampleletters.save(write, make))))
        return
    if about not in sampleletters.SAMPLES:
        raise ConfigError([f"--about: there is no {about!r}; write one of {', '.join(sampleletters.SAMPLES)}"])
    letter = make(about)
    click.echo(letter.html if form == "html" else f"{letter.subject}\n\n{letter.body}")
