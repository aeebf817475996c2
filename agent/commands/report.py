"""The month on paper."""

import sys
from pathlib import Path

import click

from agent import reportforms, reporting
from agent.config import ConfigError
from agent.given import Where, load_config, option_config
from agent.workorders import ledger
from alerts.words import languages


@click.command("report")
@click.option("--month", help="As 2026-10; default: the last month.")
@click.option("--format", "form", type=click.Choice(reporting.FORMS), help="Default: as FILE is called, else html.")
@click.option("--language", type=click.Choice(languages()), help="Default: the office's.")
@click.option("--write", type=click.Path(path_type=Path, dir_okay=False), help="Into this file; else print.")
@click.option(
    "--separator", type=click.Choice((",", ";")), default=",", help="Of csv; Indonesian spreadsheets want ';'."
)
@option_config
@click.pass_obj
def command(  # noqa: PLR0913 - click gives one argument for each option
    where: Where,
    *,
    month: str | None,
    form: str | None,
    language: str | None,
    separator: str,
    write: Path | None,
    config: Path | None,
) -> None:
    """The monthly report: availability, failures, causes, outages, work, supplies, and what to do next month."""
    loaded = load_config(config or where.config)
    if form is None:
        ending = write.suffix.lower().removeprefix(".") if write is not None else ""
        form = ending if ending in reporting.FORMS else "html"
    try:
        report = reporting.make(ledger(where.state), loaded, month)
    except OSError as error:
        raise ConfigError([str(error)]) from error
    language = language or loaded.office.language
    content = reportforms.write(report, loaded.report, form=form, language=language, separator=separator)
    if write is None:
        sys.stdout.buffer.write(content)
        return
    try:
        write.write_bytes(content)
    except OSError as error:
        raise ConfigError([f"{write}: {error.strerror}; name another file with --write"]) from error
    click.echo(write)
