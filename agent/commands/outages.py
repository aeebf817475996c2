"""The outage log."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from agent import outagelog, workorders
from agent.config import ConfigError
from agent.given import Where, option_json, show
from alerts.words import languages


@click.group("outages")
def command() -> None:
    """The times without a way out: when, why, who mends it, and by what evidence."""


def _period(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--month", default="", help="Those that began in this month: 2026-10."),
        click.option("--since", default="", help="Those that began on this day or later: 2026-10-01."),
        click.option("--degraded", is_flag=True, help="Also the times in which the link was only bad."),
        click.option("--language", type=click.Choice(languages()), help="Default: the office's."),
    ):
        function = option(function)
    return function


@command.command("list")
@_period
@option_json
@click.pass_obj
def outages_list(  # noqa: PLR0913 - one parameter an option
    where: Where, *, month: str, since: str, degraded: bool, language: str | None, as_json: bool
) -> None:
    """The outages, the oldest first, and how long they lasted by cause."""
    place = workorders.office(where.config)
    found = outagelog.found(where.state, place, month=month, since=since, degraded=degraded)
    if as_json:
        show(outagelog.plain(found))
    else:
        click.echo("\n".join(outagelog.lines(found, place, language or place.language)))


@command.command("export")
@_period
@click.option("--separator", type=click.Choice((",", ";")), default=",", help="Spreadsheets in Indonesian want ';'.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="A file; else print.")
@click.pass_obj
def outages_export(  # noqa: PLR0913 - one parameter an option
    where: Where, *, month: str, since: str, degraded: bool, language: str | None, separator: str, output: Path | None
) -> None:
    """The outages as a CSV table."""
    place = workorders.office(where.config)
    found = outagelog.found(where.state, place, month=month, since=since, degraded=degraded)
    text = outagelog.table(found, place, language or place.language, separator)
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        # Excel takes a file for UTF-8 only where it begins with this mark.
        output.write_text(text, encoding="utf-8-sig", newline="")
    except OSError as error:
        raise ConfigError([f"{output}: {error.strerror}; name another file"]) from error
