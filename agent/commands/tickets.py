"""The work orders."""

from collections.abc import Sequence

import click

from agent import workorders
from agent.given import Where, option_by, option_json, show


@click.group("tickets")
def command() -> None:
    """The work orders."""


def _ticket_command(name: str, doc: str, *, text: bool, wont_fix: bool = False) -> None:
    """Make one of the commands that change a ticket; they differ in name only, and close can be for good."""

    @click.argument("number")
    @click.argument("words", nargs=-1, required=text)
    @option_by
    @click.pass_obj
    def change(where: Where, number: str, words: Sequence[str], who: str, *, refused: bool = False) -> None:
        what = "wont-fix" if refused else name
        click.echo(workorders.change(where.state, what, number, who, " ".join(words)))

    if wont_fix:
        for_good = "It will not be fixed: stays closed even when the fault comes back."
        change = click.option("--wont-fix", "refused", is_flag=True, help=for_good)(change)
    command.command(name, help=doc)(change)


@command.command("list")
@click.option("--all", "everything", is_flag=True, help="Closed ones too.")
@option_json
@click.pass_obj
def tickets_list(where: Where, *, everything: bool, as_json: bool) -> None:
    """The tickets that are not closed, the newest first."""
    found = workorders.listed(where.state, everything=everything)
    if as_json:
        show([workorders.plain(ticket) for ticket in found])
    else:
        click.echo("\n".join(workorders.lines(found, workorders.office(where.config))))


@command.command("show")
@click.argument("number")
@option_json
@click.pass_obj
def tickets_show(where: Where, number: str, *, as_json: bool) -> None:
    """One ticket with its history."""
    ticket = workorders.one(where.state, number)
    if as_json:
        show(workorders.plain(ticket))
    else:
        click.echo("\n".join(workorders.sheet(ticket, workorders.office(where.config))))


_ticket_command("take", "Say that you work on it.", text=False)
_ticket_command("note", "Add a note.", text=True)
_ticket_command("close", "Close it: the work is done.", text=False, wont_fix=True)
_ticket_command("reopen", "Open a closed ticket again.", text=False)
